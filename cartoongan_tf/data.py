"""Folders of pictures -> training batches.

Every example is a pure function of its number and the seed: which picture,
which crop, flipped or not. A run that stopped at some step goes on with the
very batches that it would have seen, with nothing to save but the step.

Batches are float32 in [-1, 1], of shape
`(batch_size, image_size, image_size, 3)`.
"""

from collections.abc import Callable
from collections.abc import Sequence

import tensorflow as tf

from cartoongan_tf import edges
from cartoongan_tf import pictures

_SMALLEST_CROP = 0.6  # of a picture's short side


def photo_batches(
    photo_paths: Sequence,
    *,
    steps: range,
    image_size: int,
    batch_size: int,
    seed: int,
) -> tf.data.Dataset:
    """Batches of photos, for the warm-up.

    Args:
        photo_paths: Paths of photos, in a fixed order.
        steps: The steps to give batches for.
        image_size: Height and width of the crops.
        batch_size: Images per batch.
        seed: Seed of all that is random here.

    Returns:
        A dataset of `len(steps)` batches of photos.
    """
    photo = _random_crops(photo_paths, image_size, _photo_seed(seed))
    return _batches(
        lambda number: pictures.to_network(photo(number)), steps, batch_size
    )


def training_batches(
    photo_paths: Sequence,
    cartoon_paths: Sequence,
    *,
    steps: range,
    image_size: int,
    batch_size: int,
    seed: int,
) -> tf.data.Dataset:
    """Batches of photos, cartoons, and the same cartoons with smoothed edges.

    Args:
        photo_paths: Paths of photos, in a fixed order.
        cartoon_paths: Paths of cartoons, in a fixed order.
        steps: The steps to give batches for.
        image_size: Height and width of the crops.
        batch_size: Images per batch.
        seed: Seed of all that is random here.

    Returns:
        A dataset of `len(steps)` batches `(photos, cartoons, smoothed)`.
    """
    photo = _random_crops(photo_paths, image_size, _photo_seed(seed))
    cartoon = _random_crops(cartoon_paths, image_size, _cartoon_seed(seed))

    def example(number):
        crop = cartoon(number)
        triple = (photo(number), crop, edges.smooth_edges(crop))
        return tuple(pictures.to_network(image) for image in triple)

    return _batches(example, steps, batch_size)


def center_crop(image: tf.Tensor, size: int) -> tf.Tensor:
    """The largest centered square of a uint8 picture, as `(size, size, 3)`."""
    height, width = tf.shape(image)[0], tf.shape(image)[1]
    side = tf.minimum(height, width)
    top, left = (height - side) // 2, (width - side) // 2
    return _resize(image[top : top + side, left : left + side], size)


def pick(paths: tf.Tensor, number: tf.Tensor, seed: int) -> tf.Tensor:
    """The path of an example: each pass through `paths` has its own order."""
    count = tf.size(paths, tf.int64)
    index = tf.random.experimental.index_shuffle(
        number % count, _with(seed, number // count), count - 1
    )
    return paths[index]


def _batches(example: Callable, steps, batch_size):
    numbers = tf.data.Dataset.range(
        steps.start * batch_size, steps.stop * batch_size
    )
    return (
        numbers.map(example, num_parallel_calls=tf.data.AUTOTUNE)
        .batch(batch_size, drop_remainder=True)
        .prefetch(tf.data.AUTOTUNE)
    )


def _random_crops(paths, size, seed):
    paths = tf.constant([str(path) for path in paths])

    def crop(number):
        image = pictures.decode_picture(pick(paths, number, seed))
        return _random_crop(image, size, _with(seed, number))

    return crop


def _random_crop(image, size, seed):
    """A square anywhere, of 60 to 100 % of the short side, maybe mirrored."""
    chance = tf.random.stateless_uniform([4], seed)
    height, width = tf.shape(image)[0], tf.shape(image)[1]
    short = tf.minimum(height, width)
    smallest = tf.minimum(
        short, tf.maximum(size, _share(short, _SMALLEST_CROP))
    )
    side = smallest + _share(short - smallest + 1, chance[0])
    top = _share(height - side + 1, chance[1])
    left = _share(width - side + 1, chance[2])
    crop = image[top : top + side, left : left + side]
    crop = tf.where(chance[3] < 0.5, crop, crop[:, ::-1])
    return _resize(crop, size)


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
