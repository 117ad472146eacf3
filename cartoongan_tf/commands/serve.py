"""`cartoongan serve`: local server with a web page."""

import importlib.util
import runpy
import sys

from cartoongan_tf.core import errors

# Names in an installed wheel and in a checkout.
_PACKAGES = ("cartoongan_serving", "serving")


def run(arguments: list[str]) -> None:
    """Runs `python -m serving.local`, which defines its own flags.

    Exits with a message if a required package is missing.

    Args:
        arguments: Command-line arguments after `serve`.
    """
    package = next(filter(importlib.util.find_spec, _PACKAGES))
    sys.argv = ["cartoongan serve", *arguments]
    try:
        runpy.run_module(
            f"{package}.local", run_name="__main__", alter_sys=True
        )
    except ModuleNotFoundError as error:
        sys.exit(
            f"error: serve needs {error.name}; "
            f"{errors.install_hint('serving')}."
        )
