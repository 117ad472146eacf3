"""What a user did wrong, told in one sentence."""

import contextlib
import errno
import sys
from collections.abc import Iterator

LOWER_RATES = (
    "Begin anew with lower learning rates, say half of "
    "--generator_learning_rate and --discriminator_learning_rate."
)

_INTERRUPTED = 130  # What a shell reports after Ctrl-C.


class InputError(ValueError):
    """Bad input. Its message names the flag or file, and the way out."""


class Diverged(InputError):
    """A run whose last steps have done harm."""


@contextlib.contextmanager
def one_sentence() -> Iterator[None]:
    """Ends a command with one sentence where the cause is the user's to mend.

    Any other exception is a bug of ours and keeps its traceback.
    """
    try:
        yield
    except InputError as error:
        sys.exit(f"error: {error}")
    except OSError as error:
        if not is_out_of_space(error):
            raise
        sys.exit(
            f"error: no space left to write {error.filename or 'a file'}; "
            "free some, or write to another disk. What was written before "
            "is whole."
        )
    except KeyboardInterrupt as stop:
        print(str(stop) or "Interrupted.", file=sys.stderr)
        sys.exit(_INTERRUPTED)


def is_out_of_space(error: OSError) -> bool:
    """Whether a disk, a quota or a file-size limit is what failed a write."""
    return error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
