"""Lines of native libraries on the error stream while they load.

TensorFlow's C++ writes some ten lines when it is imported and first looks for
a GPU, mostly that there is none, and no setting keeps it from that.
"""

import contextlib
import os
import pathlib
import sys
import tempfile
from collections.abc import Iterator

_FILENO = 2
# One is there where an NVIDIA driver is: then the lines say why a GPU is not
# used.
_DRIVERS = ("/proc/driver/nvidia/version", "/dev/nvidiactl", "/dev/dxg")


@contextlib.contextmanager
def held() -> Iterator[None]:
    """Keeps what is written to file descriptor 2 from being seen.

    If the block fails, what was held is written after all. Nothing is held
    with TF_CPP_MIN_LOG_LEVEL=0 in the environment, where an NVIDIA driver is
    installed, and where there is no error stream.
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
    """Whether a user may need what native libraries write."""
    if sys.stderr is None or os.environ.get("TF_CPP_MIN_LOG_LEVEL") == "0":
        return True
    return any(pathlib.Path(path).exists() for path in _DRIVERS)


def _flush_to(shown):
    sys.stderr.flush()  # While it still goes to the file.
    os.dup2(shown, _FILENO)
