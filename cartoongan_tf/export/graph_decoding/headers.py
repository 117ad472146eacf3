"""Picture headers and error messages, as tensors of a graph."""

from collections.abc import Iterable
from typing import Any
from typing import NamedTuple

import tensorflow as tf

# Segments or chunks to skip before the pixels. Each costs less than a
# millisecond; the limit keeps hostile files from multiplying that.
MAX_PARTS = 1000

UPRIGHT = 1

BREAKS_OFF = "breaks off; send the whole file."
TOO_MANY_PARTS = (
    f"has more than {MAX_PARTS} parts before its picture; save it again "
    "without metadata."
)


class Header(NamedTuple):
    """Header of a picture, read before decoding.

    Attributes:
        width: Stored width in pixels, scalar int64.
        height: Stored height in pixels, scalar int64.
        problem: Error message without the picture's name, scalar string; empty
            if the picture can be decoded.
        orientation: EXIF orientation, 1 to 8, scalar int64.
        layout: Additional data for the decoder of this format.
    """

    width: tf.Tensor
    height: tf.Tensor
    problem: tf.Tensor
    orientation: tf.Tensor | int = UPRIGHT
    layout: Any = ()


def damaged(kind: str) -> str:
    """Message for a file that violates its format."""
    return f"is a damaged {kind} picture; fix it or send another."


def first_problem(
    cases: Iterable[tuple[tf.Tensor, str | tf.Tensor]],
) -> tf.Tensor:
    """Returns the message of the first true condition, or an empty string."""
    problem = tf.constant("")
    for condition, message in reversed(list(cases)):
        problem = tf.where(condition, message, problem)
    return problem


def join_message(*parts: str | tf.Tensor) -> tf.Tensor:
    """Joins strings and numbers into a scalar string."""
    return tf.strings.join(
        [p if isinstance(p, str) else tf.strings.as_string(p) for p in parts]
    )
