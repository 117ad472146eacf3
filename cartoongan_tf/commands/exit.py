"""Exit of commands on errors: a message, or a traceback for bugs."""

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
    """Exits with a message for errors that the user can fix.

    Any other exception is a bug and keeps its traceback.
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
            "free some, or write to another disk. Files written so far are "
            "complete."
        )
    except KeyboardInterrupt as stop:
        print(str(stop) or "Interrupted.", file=sys.stderr)
        sys.exit(_INTERRUPTED)


def as_flags(message: str) -> str:
    """Replaces argument names in a message by flags of the command.

    Args:
        message: Message with argument names in backticks.
    """

    def as_flag(match):
        return f"--{match[1]}" if match[1] in flags.FLAGS else match[0]

    return re.sub(r"`(\w+)`", as_flag, message)
