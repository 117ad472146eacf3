"""Pictures -> training batches.

Every example is a pure function of its number and the seed: which picture,
which crop, flipped or not. A run that stopped at some step goes on with the
very batches that it would have seen, with nothing to save but the step.

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
    """Settings of cutting squares out of pictures.

    Attributes:
        size: Height and width that each is resized to.
        smallest: Side of the smallest, as a share of the picture's short
            side. Where a picture is large enough, none is smaller than
            `size`.
        largest: Side of the largest, as a share of the short side.
        horizontal_flip: Whether half of them are mirrored, left to right.
    """

    size: int
    smallest: float
    largest: float
    horizontal_flip: bool


@dataclasses.dataclass(frozen=True)
class People:
    """Further photos, of people, that come last in each batch.

    Attributes:
        source: The photos.
        count: How many of a batch they are.
    """

    source: image_source.PictureSource
    count: int


@dataclasses.dataclass(frozen=True)
class Share:
    """The share of each batch that one of several machines trains on.

    Attributes:
        number: Which one, counted from 0 in the order of the batch.
        count: How many there are, all of one size.
        replicas: Devices of this machine, each of which gets as much of it.
    """

    number: int
    count: int
    replicas: int


WHOLE = Share(0, 1, 1)


def photo_batches(
    photos: image_source.PictureSource,
    *,
    steps: range,
    batch_size: int,
    seed: int,
    crops: Crops,
    people: People | None = None,
    share: Share = WHOLE,
) -> tf.data.Dataset:
    """Batches of photos, for the warm-up: those of `training_batches`."""
    photo_of = _photo_crops(photos, people, batch_size, crops, seed)
    return _batches(
        lambda number: pictures.to_network(photo_of(number)),
        steps,
        batch_size,
        share,
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
    share: Share = WHOLE,
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
        people: Further photos to end each batch with.
        windows: Measured crops of the cartoons (`cut_windows`), of which each
            photo gets one that has about as many edges. Any crop if None.
        stray_share: Share of the smoothed cartoons that are crisp ones with
            stray strokes instead.
        share: The share of each batch to give.

    Returns:
        A dataset of `len(steps)` batches `(photos, cartoons, smoothed)`; of a
        share, of as many for each of its replicas, which take turns.
    """
    photo_of = _photo_crops(photos, people, batch_size, crops, seed)
    cartoon_of = _cartoon_crops(cartoons, windows, crops, seed)
    negative_of = _negatives(smoothing, stray_share, seed)

    def example(number):
        photo = photo_of(number)
        cartoon = cartoon_of(number, photo)
        triple = (photo, cartoon, negative_of(number, cartoon))
        return tuple(pictures.to_network(image) for image in triple)

    return _batches(example, steps, batch_size, share)


def cut_windows(
    cartoons: image_source.PictureSource, crops: Crops, seed: int
) -> Callable:
    """Crops of cartoons by number, as `training_batches` matches them.

    Args:
        cartoons: The cartoons.
        crops: How squares are cut out. None is mirrored here.
        seed: Seed of all that is random here.

    Returns:
        Function from a scalar int64 number to a uint8 crop, for a graph.
    """
    upright = dataclasses.replace(crops, horizontal_flip=False)
    return _random_crops(cartoons, upright, random_streams.cartoon(seed))


def center_crop(image: tf.Tensor, size: int) -> tf.Tensor:
    """The largest centered square of a uint8 picture, as `(size, size, 3)`."""
    height, width = tf.shape(image)[0], tf.shape(image)[1]
    side = tf.minimum(height, width)
    top, left = (height - side) // 2, (width - side) // 2
    return _resize(image[top : top + side, left : left + side], size)


def pick(count: int, number: tf.Tensor, seed: int) -> tf.Tensor:
    """Index of an example's picture of `count`: a new order every pass."""
    return tf.random.experimental.index_shuffle(
        number % count, _with(seed, number // count), count - 1
    )


def _batches(example: Callable, steps, batch_size, share):
    numbers = tf.data.Dataset.range(
        steps.start * batch_size, steps.stop * batch_size
    )
    size = batch_size // share.count
    if share.count > 1:
        numbers = numbers.filter(
            lambda number: number % batch_size // size == share.number
        )
    return (
        numbers.map(example, num_parallel_calls=tf.data.AUTOTUNE)
        .batch(size // share.replicas, drop_remainder=True)
        .prefetch(tf.data.AUTOTUNE)
    )


def _photo_crops(photos, people, batch_size, crops, seed):
    photo_of = _random_crops(photos, crops, random_streams.photo(seed))
    if people is None:
        return photo_of
    person_of = _random_crops(people.source, crops, random_streams.people(seed))
    first = batch_size - people.count

    def crop(number):
        step, place = number // batch_size, number % batch_size
        return tf.cond(
            place < first,
            lambda: photo_of(step * first + place),
            lambda: person_of(step * people.count + place - first),
        )

    return crop


def _cartoon_crops(cartoons, windows, crops, seed):
    if windows is None:
        crop_of = _random_crops(cartoons, crops, random_streams.cartoon(seed))
        return lambda number, photo: crop_of(number)
    window_of = cut_windows(cartoons, crops, seed)
    share_of = crop_matching.compiled_edge_share()

    def crop(number, photo):
        chosen = windows.match(
            share_of(photo), _with(random_streams.match(seed), number)
        )
        window = window_of(chosen)
        if not crops.horizontal_flip:
            return window
        return tf.image.stateless_random_flip_left_right(
            window, _with(random_streams.flip(seed), number)
        )

    return crop


def _negatives(smoothing, stray_share, seed):
    smooth_edges = edge_smoothing.compiled(smoothing)
    if not stray_share:
        return lambda number, cartoon: smooth_edges(cartoon)

    def negative(number, cartoon):
        chance = tf.random.stateless_uniform(
            [], _with(random_streams.stray(seed), number)
        )
        return tf.cond(
            chance < stray_share,
            lambda: stray_strokes.add_strokes(
                cartoon, _with(random_streams.stroke(seed), number)
            ),
            lambda: smooth_edges(cartoon),
        )

    return negative


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
    is_flipped = tf.constant(crops.horizontal_flip) & (chance[3] < 0.5)
    return tf.cond(is_flipped, lambda: crop[:, ::-1], lambda: crop)


def _share(count, fraction):
    return tf.cast(tf.cast(count, tf.float32) * fraction, tf.int32)


def _resize(image, size):
    image = tf.image.resize(image, (size, size), "bilinear", antialias=True)
    return tf.cast(tf.round(image), tf.uint8)


def _with(seed, number):
    return tf.stack([tf.constant(seed, tf.int64), number])
