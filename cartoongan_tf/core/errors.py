"""Errors that the user can fix, and messages for others."""

import errno
import logging

_LOGGER = logging.getLogger(__name__)


class InputError(ValueError):
    """Invalid input.

    The message names the file, or the argument in backticks, and the remedy.
    Commands show an argument as the flag of that name.
    """


def install_hint(extra: str) -> str:
    """Returns how to install an extra; no package index has this project."""
    return f"run `pip install '.[{extra}]'` in CartoonGAN's checkout"


def is_out_of_space(error: Exception) -> bool:
    """Whether a write failed for a full disk, a quota or a file-size limit."""
    return isinstance(error, OSError) and error.errno in (
        errno.ENOSPC,
        errno.EDQUOT,
        errno.EFBIG,
    )


def describe_fault(error: Exception, subject: object) -> str:
    """Describes an unexpected error on an input; logs its traceback.

    Args:
        error: The error, other than `InputError`.
        subject: The input, for the log.
    """
    _LOGGER.debug("%s failed.", subject, exc_info=error)
    return (
        f"failed ({type(error).__name__}: {error}); `verbosity`=1 shows where, "
        "for a report of the fault."
    )
