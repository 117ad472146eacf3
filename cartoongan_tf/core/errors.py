"""Errors whose cause is the user's to fix."""

import errno

LOWER_RATES = (
    "Start over with lower learning rates, say half of "
    "`generator_learning_rate` and `discriminator_learning_rate`."
)


class InputError(ValueError):
    """Bad input.

    Its message names the file, or the argument in backticks, and the way out.
    Commands show an argument as the flag of its name.
    """


class Diverged(InputError):
    """A run whose last steps have done harm."""


def is_out_of_space(error: OSError) -> bool:
    """Whether a disk, a quota or a file-size limit is what failed a write."""
    return error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
