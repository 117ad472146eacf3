"""Suppression of native libraries' messages on standard error.

TensorFlow's C++ code writes about ten lines when it is imported and first looks
for a GPU, mostly that there is none, and no setting disables all of them.
"""

import contextlib
import os
import pathlib
import sys
import tempfile
from collections.abc import Iterator

_FILENO = 2
# Present if an NVIDIA driver is; then the messages explain why a GPU is not
# used.
_DRIVERS = ("/proc/driver/nvidia/version", "/dev/nvidiactl", "/dev/dxg")


@contextlib.contextmanager
def held() -> Iterator[None]:
    """Suppresses writes to file descriptor 2 while the block runs.

    If the block fails, they are written after all. Nothing is suppressed if
    TF_CPP_MIN_LOG_LEVEL=0, an NVIDIA driver is installed, or there is no error
    stream.
    """
    if is_wanted():
        yield
        return
    sys.stderr.flush()
    with tempfile.TemporaryFile() as file:
        shown = os.dup(_FILENO)
        os.dup2(file.fileno(), _FILENO)
        try:
            yield
        except Exception:
            _flush_to(shown)
            file.seek(0)
            os.write(_FILENO, file.read())
            raise
        finally:
            _flush_to(shown)
            os.close(shown)


def is_wanted() -> bool:
    """Whether a user may need the messages of native libraries."""
    if sys.stderr is None or os.environ.get("TF_CPP_MIN_LOG_LEVEL") == "0":
        return True
    return any(pathlib.Path(path).exists() for path in _DRIVERS)


def _flush_to(shown):
    sys.stderr.flush()  # Still to the file.
    os.dup2(shown, _FILENO)
