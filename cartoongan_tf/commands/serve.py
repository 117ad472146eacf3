"""`cartoongan serve`: the server and web page for this machine."""

import importlib.util
import runpy
import sys

# As the wheel installs it, and as it lies in a checkout.
_PACKAGES = ("cartoongan_serving", "serving")


def run(arguments: list[str]) -> None:
    """Runs `python -m serving.local`, which has flags of its own.

    Args:
        arguments: What stands behind `serve`.
    """
    package = next(filter(importlib.util.find_spec, _PACKAGES), None)
    if package is None:
        sys.exit(
            "error: the server is not installed; pip install "
            "'cartoongan-tf[serving]'."
        )
    sys.argv = ["cartoongan serve", *arguments]
    runpy.run_module(f"{package}.local", run_name="__main__", alter_sys=True)
