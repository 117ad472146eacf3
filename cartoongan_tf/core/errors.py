"""Errors whose cause is the user's to fix."""

import errno
import logging

_LOGGER = logging.getLogger(__name__)


class InputError(ValueError):
    """Bad input.

    Its message names the file, or the argument in backticks, and the way out.
    Commands show an argument as the flag of its name.
    """


def is_out_of_space(error: Exception) -> bool:
    """Whether a disk, a quota or a file-size limit is what failed a write."""
    return isinstance(error, OSError) and error.errno in (
        errno.ENOSPC,
        errno.EDQUOT,
        errno.EFBIG,
    )


def describe_fault(error: Exception, subject: object) -> str:
    """Says what ended the work on one of several inputs; the log has where.

    Args:
        error: What was raised, no `InputError`.
        subject: The input, for the log.
    """
    _LOGGER.debug("%s failed.", subject, exc_info=error)
    return (
        f"failed ({type(error).__name__}: {error}); `verbosity`=1 shows where, "
        "for a report of the fault."
    )
