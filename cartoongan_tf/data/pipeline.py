"""Input pipeline: pictures to training batches.

Every example is a pure function of its number and the seed: which picture,
which crop, flipped or not. A resumed run sees the same batches as an
uninterrupted one, and a checkpoint needs to save only the step.

Batches are float32 in [-1, 1], of shape `(batch_size, size, size, 3)`.
"""

import dataclasses
from collections.abc import Callable

import tensorflow as tf

from cartoongan_tf.data import crop_matching
from cartoongan_tf.data import edge_smoothing
from cartoongan_tf.data import image_source
from cartoongan_tf.data import random_streams
from cartoongan_tf.data import stray_strokes
from cartoongan_tf.images import pictures


@dataclasses.dataclass(frozen=True)
class Crops:
    """Settings of random square crops.

    Attributes:
        size: Height and width that crops are resized to, in pixels.
        smallest: Minimum side, as a fraction of the picture's short side.
            Crops of pictures that are large enough are never smaller than
            `size`.
        largest: Maximum side, as a fraction of the short side.
        horizontal_flip: Whether half of the crops are flipped horizontally.
    """

    size: int
    smallest: float
    largest: float
    horizontal_flip: bool


@dataclasses.dataclass(frozen=True)
class People:
    """Additional photos of people, which come last in each batch.

    Attributes:
        source: Photos of people.
        count: Number of these photos per batch.
    """

    source: image_source.PictureSource
    count: int


@dataclasses.dataclass(frozen=True)
class Shard:
    """The part of each batch that one of several machines trains on.

    Attributes:
        index: Index of the shard, in the order of the batch.
        count: Number of shards, all of equal size.
        replicas: Number of devices of this machine, which split its shard
            equally.
    """

    index: int
    count: int
    replicas: int


UNSHARDED = Shard(0, 1, 1)


def photo_batches(
    photos: image_source.PictureSource,
    *,
    steps: range,
    batch_size: int,
    seed: int,
    crops: Crops,
    people: People | None = None,
    shard: Shard = UNSHARDED,
) -> tf.data.Dataset:
    """Batches of photos for the warm-up: the photos of `training_batches`."""
    photo_of = _photo_crops(photos, people, batch_size, crops, seed)
    return _batches(
        lambda number: pictures.to_network(photo_of(number)),
        steps,
        batch_size,
        shard,
    )


def training_batches(
    photos: image_source.PictureSource,
    cartoons: image_source.PictureSource,
    *,
    steps: range,
    batch_size: int,
    seed: int,
    crops: Crops,
    smoothing: edge_smoothing.Smoothing,
    people: People | None = None,
    windows: crop_matching.Windows | None = None,
    stray_share: float = 0.0,
    shard: Shard = UNSHARDED,
) -> tf.data.Dataset:
    """Batches of photos, cartoons, and the same cartoons with smoothed edges.

    Args:
        photos: Photos.
        cartoons: Cartoons.
        steps: Steps to generate batches for.
        batch_size: Number of images per batch.
        seed: Seed of all random choices.
        crops: Settings of the random crops.
        smoothing: Settings of edge smoothing.
        people: Photos of people at the end of each batch, or None.
        windows: Measured crops of the cartoons (`cut_windows`), from which
            each photo gets one with a similar edge share. Random crops if
            None.
        stray_share: Fraction of the smoothed cartoons to replace by crisp
            cartoons with stray strokes.
        shard: Shard of each batch to generate.

    Returns:
        A dataset of `len(steps)` batches `(photos, cartoons, smoothed)`, or
        for a shard, that many for each of its replicas, interleaved.
    """
    photo_of = _photo_crops(photos, people, batch_size, crops, seed)
    cartoon_of = _cartoon_crops(cartoons, windows, crops, seed)
    negative_of = _negatives(smoothing, stray_share, seed)

    def example(number):
        photo = photo_of(number)
        cartoon = cartoon_of(number, photo)
        triple = (photo, cartoon, negative_of(number, cartoon))
        return tuple(pictures.to_network(image) for image in triple)

    return _batches(example, steps, batch_size, shard)


def cut_windows(
    cartoons: image_source.PictureSource, crops: Crops, seed: int
) -> Callable:
    """Crops of cartoons by number, for crop matching in `training_batches`.

    Args:
        cartoons: Cartoons.
        crops: Settings of the random crops. Flips are applied later.
        seed: Seed of all random choices.

    Returns:
        Function from a scalar int64 number to a uint8 crop, for a graph.
    """
    unflipped = dataclasses.replace(crops, horizontal_flip=False)
    return _random_crops(cartoons, unflipped, random_streams.cartoon(seed))


def center_crop(image: tf.Tensor, size: int) -> tf.Tensor:
    """Largest centered square of a uint8 picture, resized to `size`."""
    height, width = tf.shape(image)[0], tf.shape(image)[1]
    side = tf.minimum(height, width)
    top, left = (height - side) // 2, (width - side) // 2
    return _resize(image[top : top + side, left : left + side], size)


def shuffled_index(count: int, number: tf.Tensor, seed: int) -> tf.Tensor:
    """Index of an example's picture, reshuffled every epoch of `count`."""
    return tf.random.experimental.index_shuffle(
        number % count, _seed_pair(seed, number // count), count - 1
    )


def _batches(example: Callable, steps, batch_size, shard):
    numbers = tf.data.Dataset.range(
        steps.start * batch_size, steps.stop * batch_size
    )
    size = batch_size // shard.count
    if shard.count > 1:
        numbers = numbers.filter(
            lambda number: number % batch_size // size == shard.index
        )
    return (
        numbers.map(example, num_parallel_calls=tf.data.AUTOTUNE)
        .batch(size // shard.replicas, drop_remainder=True)
        .prefetch(tf.data.AUTOTUNE)
    )


def _photo_crops(photos, people, batch_size, crops, seed):
    photo_of = _random_crops(photos, crops, random_streams.photo(seed))
    if people is None:
        return photo_of
    person_of = _random_crops(people.source, crops, random_streams.people(seed))
    first = batch_size - people.count

    def crop(number):
        step, position = number // batch_size, number % batch_size
        return tf.cond(
            position < first,
            lambda: photo_of(step * first + position),
            lambda: person_of(step * people.count + position - first),
        )

    return crop


def _cartoon_crops(cartoons, windows, crops, seed):
    if windows is None:
        crop_of = _random_crops(cartoons, crops, random_streams.cartoon(seed))
        return lambda number, photo: crop_of(number)
    window_of = cut_windows(cartoons, crops, seed)
    share_of = crop_matching.compiled_edge_share()

    def crop(number, photo):
        matched = windows.match(
            share_of(photo), _seed_pair(random_streams.match(seed), number)
        )
        window = window_of(matched)
        if not crops.horizontal_flip:
            return window
        return tf.image.stateless_random_flip_left_right(
            window, _seed_pair(random_streams.flip(seed), number)
        )

    return crop


def _negatives(smoothing, stray_share, seed):
    smooth_edges = edge_smoothing.compiled(smoothing)
    if not stray_share:
        return lambda number, cartoon: smooth_edges(cartoon)

    def negative(number, cartoon):
        uniform = tf.random.stateless_uniform(
            [], _seed_pair(random_streams.stray(seed), number)
        )
        return tf.cond(
            uniform < stray_share,
            lambda: stray_strokes.add_strokes(
                cartoon, _seed_pair(random_streams.stroke(seed), number)
            ),
            lambda: smooth_edges(cartoon),
        )

    return negative


def _random_crops(source, crops, seed):
    def crop(number):
        image = source.read(shuffled_index(len(source), number, seed))
        return random_crop(image, crops, _seed_pair(seed, number))

    return crop


def random_crop(image: tf.Tensor, crops: Crops, seed: tf.Tensor) -> tf.Tensor:
    """Random square crop of a uint8 picture, as `(size, size, 3)`.

    Args:
        image: uint8 RGB picture of shape `(height, width, 3)`.
        crops: Settings of the crop.
        seed: Two integers; equal seeds give equal crops.
    """
    uniform = tf.random.stateless_uniform([4], seed)
    height, width = tf.shape(image)[0], tf.shape(image)[1]
    short = tf.minimum(height, width)
    smallest = tf.maximum(crops.size, _fraction_of(short, crops.smallest))
    smallest = tf.minimum(short, smallest)
    largest = tf.maximum(smallest, _fraction_of(short, crops.largest))
    side = smallest + _fraction_of(largest - smallest + 1, uniform[0])
    top = _fraction_of(height - side + 1, uniform[1])
    left = _fraction_of(width - side + 1, uniform[2])
    crop = _resize(image[top : top + side, left : left + side], crops.size)
    is_flipped = tf.constant(crops.horizontal_flip) & (uniform[3] < 0.5)
    return tf.cond(is_flipped, lambda: crop[:, ::-1], lambda: crop)


def _fraction_of(count, fraction):
    return tf.cast(tf.cast(count, tf.float32) * fraction, tf.int32)


def _resize(image, size):
    image = tf.image.resize(image, (size, size), "bilinear", antialias=True)
    return tf.cast(tf.round(image), tf.uint8)


def _seed_pair(seed, number):
    return tf.stack([tf.constant(seed, tf.int64), number])
