"""Stray strokes: negatives that teach what does not belong on a flat wall.

A crisp cartoon with a few short dark strokes at random places is shown as
fake, as cartoons with smoothed edges are. AnimeGANv3 adds salt noise to its
smoothed cartoons to the same end.

Images are uint8 RGB, of shape `(height, width, 3)`; places are in pixels, x
before y, with the middle of the first pixel at 0. Pure TensorFlow, so that it
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
    """Straight strokes, of which the first few are drawn: one each row.

    Attributes:
        begins: float32 of shape `(MAX_STROKES, 2)`, anywhere in the image.
        ends: float32 of shape `(MAX_STROKES, 2)`, inside of it or not.
        widths: float32 of shape `(MAX_STROKES,)`.
        colors: float32 RGB of shape `(MAX_STROKES, 3)`, whole levels of 0 to
            89.
        opacities: float32 of shape `(MAX_STROKES,)`: 1 for those that are
            drawn, 0 for the others.
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
        seed: Two integers; the same ones give the same strokes.

    Returns:
        uint8 image of the same shape.
    """
    shape = tf.shape(image)
    return paint(image, draw_strokes(shape[0], shape[1], seed))


def draw_strokes(
    height: tf.Tensor, width: tf.Tensor, seed: tf.Tensor
) -> Strokes:
    """Draws lots: where strokes lie and what they look like.

    Args:
        height: Of the image, in pixels.
        width: Of the image, in pixels.
        seed: Two integers; the same ones give the same strokes.

    Returns:
        `Strokes` of 3 to 14 pixels, 1 or 2 wide, in any direction.
    """
    chance = tf.random.stateless_uniform([MAX_STROKES, 9], seed)
    sides = tf.cast(tf.stack([width, height]), tf.float32)
    begins = chance[:, 0:2] * (sides - 1)
    angle = 2 * math.pi * chance[:, 2:3]
    length = _MIN_LENGTH + (_MAX_LENGTH - _MIN_LENGTH) * chance[:, 3:4]
    ends = begins + length * tf.concat([tf.cos(angle), tf.sin(angle)], 1)
    count = MIN_STROKES + tf.floor(
        (MAX_STROKES - MIN_STROKES + 1) * chance[0, 8]
    )
    is_drawn = tf.range(MAX_STROKES, dtype=tf.float32) < count
    return Strokes(
        begins=begins,
        ends=ends,
        widths=tf.where(chance[:, 4] < 0.5, _MIN_WIDTH, _MAX_WIDTH),
        colors=tf.floor(_MAX_GRAY_LEVEL * chance[:, 5:8]),
        opacities=tf.cast(is_drawn, tf.float32),
    )


def paint(image: tf.Tensor, strokes: Strokes) -> tf.Tensor:
    """Paints strokes, one over the other, with smooth borders.

    A pixel is covered by as much of a stroke as reaches over its middle: all
    from half a pixel inside of the border on, nothing from half a pixel
    outside.

    Args:
        image: uint8 RGB image of shape `(height, width, 3)`.
        strokes: What to paint.

    Returns:
        uint8 image of the same shape.
    """
    painted = tf.cast(image, tf.float32)
    shape = tf.shape(image)
    columns, rows = tf.meshgrid(tf.range(shape[1]), tf.range(shape[0]))
    places = tf.cast(tf.stack([columns, rows], -1), tf.float32)
    for i in range(MAX_STROKES):
        distance = _distance(places, strokes.begins[i], strokes.ends[i])
        cover = tf.clip_by_value(0.5 + strokes.widths[i] / 2 - distance, 0, 1)
        cover = (strokes.opacities[i] * cover)[:, :, None]
        painted += cover * (strokes.colors[i] - painted)
    return tf.cast(tf.round(painted), tf.uint8)


def _distance(places, begin, end):
    """Of each place to the nearest one of a segment."""
    along = end - begin
    share = tf.reduce_sum((places - begin) * along, -1, keepdims=True)
    share = tf.clip_by_value(share / tf.reduce_sum(along * along), 0, 1)
    return tf.norm(places - (begin + share * along), axis=-1)
