"""Exit of a command that cannot go on."""

import contextlib
import errno
import re
import sys
from collections.abc import Iterator

from absl import flags

from cartoongan_tf.core import errors

_FORBIDDEN = (errno.EACCES, errno.EPERM, errno.EROFS)
_INTERRUPTED = 130  # What a shell reports after Ctrl-C.


@contextlib.contextmanager
def with_message() -> Iterator[None]:
    """Ends a command with a message where the user can fix the cause.

    Any other exception is a bug of ours and keeps its traceback.
    """
    try:
        yield
    except errors.InputError as error:
        sys.exit(f"error: {as_flags(str(error))}")
    except OSError as error:
        if error.errno in _FORBIDDEN and error.filename:
            sys.exit(
                f"error: {error.filename} cannot be opened or changed "
                f"({error.strerror}); allow it, or name another place."
            )
        if not errors.is_out_of_space(error):
            raise
        sys.exit(
            f"error: no space left to write {error.filename or 'a file'}; "
            "free some, or write to another disk. What was written before "
            "is whole."
        )
    except KeyboardInterrupt as stop:
        print(str(stop) or "Interrupted.", file=sys.stderr)
        sys.exit(_INTERRUPTED)


def as_flags(message: str) -> str:
    """Writes the arguments that a message names as the flags of the command.

    Args:
        message: Names arguments in backticks.
    """

    def as_flag(match):
        return f"--{match[1]}" if match[1] in flags.FLAGS else match[0]

    return re.sub(r"`(\w+)`", as_flag, message)
