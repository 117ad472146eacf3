"""Import of TensorFlow without the log lines of its C++ code.

TensorFlow writes some of these lines regardless of TF_CPP_MIN_LOG_LEVEL. The
counterpart of `cartoongan_tf/core/native_stderr.py`, which servers do not
import.
"""

import os

_FILENO = 2  # Standard error.


def load() -> None:
    """Imports TensorFlow; TF_CPP_MIN_LOG_LEVEL=0 shows all its log lines."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    if os.environ["TF_CPP_MIN_LOG_LEVEL"] == "0":
        import tensorflow

        return
    stderr = os.dup(_FILENO)
    with open(os.devnull, "wb") as null:
        os.dup2(null.fileno(), _FILENO)
    try:
        import tensorflow  # noqa: F401
    finally:
        os.dup2(stderr, _FILENO)
        os.close(stderr)
