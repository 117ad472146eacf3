"""Header of a picture, and messages for what is wrong with it.

Everything is a tensor of a graph, read from bytes and not from a file.
"""

from collections.abc import Iterable
from typing import Any
from typing import NamedTuple

import tensorflow as tf

# Parts of a file that are walked over before its picture. Each costs less
# than a millisecond, which a hostile file must not be able to multiply.
MAX_PARTS = 1000

UPRIGHT = 1

BREAKS_OFF = "breaks off; send the whole file."
TOO_MANY_PARTS = (
    f"has more than {MAX_PARTS} parts before its picture; save it again "
    "without metadata."
)


class Header(NamedTuple):
    """Facts of a picture before it is decoded.

    Attributes:
        width: Scalar int64, pixels, as stored.
        height: Scalar int64, pixels, as stored.
        problem: Scalar string: why it cannot be decoded, to be read after the
            name of the picture, or empty.
        orientation: Scalar int64, the EXIF orientation, 1 to 8.
        layout: What else the decoder of this format has to know.
    """

    width: tf.Tensor
    height: tf.Tensor
    problem: tf.Tensor
    orientation: tf.Tensor | int = UPRIGHT
    layout: Any = ()


def damaged(kind: str) -> str:
    """Words for a file that contradicts its own format."""
    return f"is a damaged {kind} picture; fix it or send another."


def first_problem(
    cases: Iterable[tuple[tf.Tensor, str | tf.Tensor]],
) -> tf.Tensor:
    """Chooses the words of the first condition that holds, or none."""
    problem = tf.constant("")
    for condition, words in reversed(list(cases)):
        problem = tf.where(condition, words, problem)
    return problem


def as_words(*parts: str | tf.Tensor) -> tf.Tensor:
    """Joins texts and numbers to one scalar string."""
    return tf.strings.join(
        [p if isinstance(p, str) else tf.strings.as_string(p) for p in parts]
    )
