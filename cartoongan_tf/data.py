"""Pictures -> training batches.

Every example is a pure function of its number and the seed: which picture,
which crop, flipped or not. A run that stopped at some step goes on with the
very batches that it would have seen, with nothing to save but the step.

Batches are float32 in [-1, 1], of shape `(batch_size, size, size, 3)`.
"""

import dataclasses
from collections.abc import Callable

import tensorflow as tf

from cartoongan_tf import edges
from cartoongan_tf import pictures
from cartoongan_tf import sources


@dataclasses.dataclass(frozen=True)
class Crops:
    """How squares are cut out of pictures.

    Attributes:
        size: Height and width that each is resized to.
        smallest: Side of the smallest, as a share of the picture's short
            side. Where a picture is large enough, none is smaller than
            `size`.
        largest: Side of the largest, as a share of the short side.
        mirror: Whether half of them are mirrored, left to right.
    """

    size: int
    smallest: float
    largest: float
    mirror: bool


def photo_batches(
    photos: sources.PictureSource,
    *,
    steps: range,
    batch_size: int,
    seed: int,
    crops: Crops,
) -> tf.data.Dataset:
    """Batches of photos, for the warm-up: those of `training_batches`."""
    photo = _random_crops(photos, crops, _photo_seed(seed))
    return _batches(
        lambda number: pictures.to_network(photo(number)), steps, batch_size
    )


def training_batches(
    photos: sources.PictureSource,
    cartoons: sources.PictureSource,
    *,
    steps: range,
    batch_size: int,
    seed: int,
    crops: Crops,
    smoothing: edges.Smoothing,
) -> tf.data.Dataset:
    """Batches of photos, cartoons, and the same cartoons with smoothed edges.

    Args:
        photos: The photos.
        cartoons: The cartoons.
        steps: The steps to give batches for.
        batch_size: Images per batch.
        seed: Seed of all that is random here.
        crops: How squares are cut out.
        smoothing: How their edges are smoothed.

    Returns:
        A dataset of `len(steps)` batches `(photos, cartoons, smoothed)`.
    """
    photo = _random_crops(photos, crops, _photo_seed(seed))
    cartoon = _random_crops(cartoons, crops, _cartoon_seed(seed))
    smooth_edges = edges.compiled(smoothing)

    def example(number):
        crop = cartoon(number)
        triple = (photo(number), crop, smooth_edges(crop))
        return tuple(pictures.to_network(image) for image in triple)

    return _batches(example, steps, batch_size)


def center_crop(image: tf.Tensor, size: int) -> tf.Tensor:
    """The largest centered square of a uint8 picture, as `(size, size, 3)`."""
    height, width = tf.shape(image)[0], tf.shape(image)[1]
    side = tf.minimum(height, width)
    top, left = (height - side) // 2, (width - side) // 2
    return _resize(image[top : top + side, left : left + side], size)


def pick(count: int, number: tf.Tensor, seed: int) -> tf.Tensor:
    """Which of `count` pictures an example takes: a new order every pass."""
    return tf.random.experimental.index_shuffle(
        number % count, _with(seed, number // count), count - 1
    )


def _batches(example: Callable, steps, batch_size):
    numbers = tf.data.Dataset.range(
        steps.start * batch_size, steps.stop * batch_size
    )
    return (
        numbers.map(example, num_parallel_calls=tf.data.AUTOTUNE)
        .batch(batch_size, drop_remainder=True)
        .prefetch(tf.data.AUTOTUNE)
    )


def _random_crops(source, crops, seed):
    def crop(number):
        image = source.read(pick(len(source), number, seed))
        return random_crop(image, crops, _with(seed, number))

    return crop


def random_crop(image: tf.Tensor, crops: Crops, seed: tf.Tensor) -> tf.Tensor:
    """A square anywhere in a uint8 picture, as `(size, size, 3)`.

    Args:
        image: uint8 RGB picture of shape `(height, width, 3)`.
        crops: Settings.
        seed: Two integers; the same ones give the same square.
    """
    chance = tf.random.stateless_uniform([4], seed)
    height, width = tf.shape(image)[0], tf.shape(image)[1]
    short = tf.minimum(height, width)
    smallest = tf.maximum(crops.size, _share(short, crops.smallest))
    smallest = tf.minimum(short, smallest)
    largest = tf.maximum(smallest, _share(short, crops.largest))
    side = smallest + _share(largest - smallest + 1, chance[0])
    top = _share(height - side + 1, chance[1])
    left = _share(width - side + 1, chance[2])
    crop = _resize(image[top : top + side, left : left + side], crops.size)
    is_mirrored = tf.constant(crops.mirror) & (chance[3] < 0.5)
    return tf.cond(is_mirrored, lambda: crop[:, ::-1], lambda: crop)


def _share(count, fraction):
    return tf.cast(tf.cast(count, tf.float32) * fraction, tf.int32)


def _resize(image, size):
    image = tf.image.resize(image, (size, size), "bilinear", antialias=True)
    return tf.cast(tf.round(image), tf.uint8)


# Two streams of random numbers, so that photos and cartoons do not meet in the
# same order pass after pass.
def _photo_seed(seed):
    return 2 * seed


def _cartoon_seed(seed):
    return 2 * seed + 1


def _with(seed, number):
    return tf.stack([tf.constant(seed, tf.int64), number])
