"""Stray strokes: negative examples against strokes on flat areas.

A crisp cartoon with a few short dark strokes at random positions counts as
fake, like cartoons with smoothed edges. AnimeGANv3 adds salt noise to its
smoothed cartoons for the same purpose.

Images are uint8 RGB, of shape `(height, width, 3)`; positions are in pixels, x
before y, with the center of the first pixel at 0. Pure TensorFlow, so that it
runs inside `tf.data`, on the very crop that the discriminator sees.
"""

import math
from typing import NamedTuple

import tensorflow as tf

MIN_STROKES = 2
MAX_STROKES = 6

_MIN_LENGTH = 3.0  # Pixels.
_MAX_LENGTH = 14.0
_MIN_WIDTH = 1.0
_MAX_WIDTH = 2.0
_MAX_GRAY_LEVEL = 90  # Of 256, counted from black.


class Strokes(NamedTuple):
    """Straight strokes, one per row; only the first few are visible.

    Attributes:
        begins: Start points, float32 of shape `(MAX_STROKES, 2)`, inside the
            image.
        ends: End points, float32 of shape `(MAX_STROKES, 2)`, possibly outside.
        widths: Widths in pixels, float32 of shape `(MAX_STROKES,)`.
        colors: RGB colors, float32 of shape `(MAX_STROKES, 3)`, integers from
            0 to 89.
        opacities: Opacities, float32 of shape `(MAX_STROKES,)`: 1 for visible
            strokes, else 0.
    """

    begins: tf.Tensor
    ends: tf.Tensor
    widths: tf.Tensor
    colors: tf.Tensor
    opacities: tf.Tensor


def add_strokes(image: tf.Tensor, seed: tf.Tensor) -> tf.Tensor:
    """Draws 2 to 6 random dark strokes on an image.

    Args:
        image: uint8 RGB image of shape `(height, width, 3)`.
        seed: Two integers; equal seeds give equal strokes.

    Returns:
        uint8 image of the same shape.
    """
    shape = tf.shape(image)
    return render(image, sample_strokes(shape[0], shape[1], seed))


def sample_strokes(
    height: tf.Tensor, width: tf.Tensor, seed: tf.Tensor
) -> Strokes:
    """Samples random strokes.

    Args:
        height: Height of the image, in pixels.
        width: Width of the image, in pixels.
        seed: Two integers; equal seeds give equal strokes.

    Returns:
        `Strokes` of 3 to 14 pixels, 1 or 2 wide, in any direction.
    """
    uniform = tf.random.stateless_uniform([MAX_STROKES, 9], seed)
    sides = tf.cast(tf.stack([width, height]), tf.float32)
    begins = uniform[:, 0:2] * (sides - 1)
    angle = 2 * math.pi * uniform[:, 2:3]
    length = _MIN_LENGTH + (_MAX_LENGTH - _MIN_LENGTH) * uniform[:, 3:4]
    ends = begins + length * tf.concat([tf.cos(angle), tf.sin(angle)], 1)
    count = MIN_STROKES + tf.floor(
        (MAX_STROKES - MIN_STROKES + 1) * uniform[0, 8]
    )
    is_visible = tf.range(MAX_STROKES, dtype=tf.float32) < count
    return Strokes(
        begins=begins,
        ends=ends,
        widths=tf.where(uniform[:, 4] < 0.5, _MIN_WIDTH, _MAX_WIDTH),
        colors=tf.floor(_MAX_GRAY_LEVEL * uniform[:, 5:8]),
        opacities=tf.cast(is_visible, tf.float32),
    )


def render(image: tf.Tensor, strokes: Strokes) -> tf.Tensor:
    """Renders antialiased strokes, one over the other.

    Coverage of a pixel depends on the distance of its center from the border
    of the stroke: full from half a pixel inside, zero from half a pixel
    outside, and linear between.

    Args:
        image: uint8 RGB image of shape `(height, width, 3)`.
        strokes: Strokes to render.

    Returns:
        uint8 image of the same shape.
    """
    canvas = tf.cast(image, tf.float32)
    shape = tf.shape(image)
    columns, rows = tf.meshgrid(tf.range(shape[1]), tf.range(shape[0]))
    positions = tf.cast(tf.stack([columns, rows], -1), tf.float32)
    for i in range(MAX_STROKES):
        distance = _distance(positions, strokes.begins[i], strokes.ends[i])
        cover = tf.clip_by_value(0.5 + strokes.widths[i] / 2 - distance, 0, 1)
        cover = (strokes.opacities[i] * cover)[:, :, None]
        canvas += cover * (strokes.colors[i] - canvas)
    return tf.cast(tf.round(canvas), tf.uint8)


def _distance(positions, begin, end):
    """Distance of each position from a line segment."""
    direction = end - begin
    t = tf.reduce_sum((positions - begin) * direction, -1, keepdims=True)
    t = tf.clip_by_value(t / tf.reduce_sum(direction * direction), 0, 1)
    return tf.norm(positions - (begin + t * direction), axis=-1)
