"""Lines of native libraries among those of a command."""

import os
import re

_FOREIGN = re.compile(
    r"^(?:WARNING: All log messages|INFO: Created|.*\.cc:\d+[\]:]).*$",
    re.MULTILINE,
)


def environment() -> dict[str, str]:
    """This process' variables without the log level that TensorFlow set."""
    variables = dict(os.environ)
    variables.pop("TF_CPP_MIN_LOG_LEVEL", None)
    return variables


def found(stderr: str) -> list[str]:
    """Lines that TensorFlow or LiteRT wrote."""
    return _FOREIGN.findall(stderr)
