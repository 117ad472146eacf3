"""`cartoongan serve`: the server and web page for this machine."""

import importlib.util
import runpy
import sys

# As the wheel installs it, and as it lies in a checkout.
_PACKAGES = ("cartoongan_serving", "serving")


def run(arguments: list[str]) -> None:
    """Runs `python -m serving.local`, which has flags of its own.

    Exits with a message if what the server needs is not installed.

    Args:
        arguments: What stands behind `serve`.
    """
    package = next(filter(importlib.util.find_spec, _PACKAGES))
    sys.argv = ["cartoongan serve", *arguments]
    try:
        runpy.run_module(
            f"{package}.local", run_name="__main__", alter_sys=True
        )
    except ModuleNotFoundError as error:
        sys.exit(
            f"error: serve needs {error.name}; run `pip install "
            "'cartoongan-tf[serving]'`."
        )
