"""Import of TensorFlow without the lines that its C++ writes.

It writes some lines on the machine whatever TF_CPP_MIN_LOG_LEVEL is, as
`cartoongan_tf/core/native_stderr.py` says, of which servers know nothing.
"""

import os

_FILENO = 2  # Of the error stream.


def load() -> None:
    """Imports TensorFlow; with TF_CPP_MIN_LOG_LEVEL=0 with all its lines."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    if os.environ["TF_CPP_MIN_LOG_LEVEL"] == "0":
        import tensorflow

        return
    shown = os.dup(_FILENO)
    with open(os.devnull, "wb") as nowhere:
        os.dup2(nowhere.fileno(), _FILENO)
    try:
        import tensorflow  # noqa: F401
    finally:
        os.dup2(shown, _FILENO)
        os.close(shown)
