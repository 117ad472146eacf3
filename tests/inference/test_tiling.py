import concurrent.futures

import numpy as np
import pytest
import tensorflow as tf

from cartoongan_tf.core import errors
from cartoongan_tf.images import pictures
from cartoongan_tf.inference import shared_norms
from cartoongan_tf.inference import tiling
from cartoongan_tf.nn import light_generator
from cartoongan_tf.nn import networks


def draw_weights(network, deviation):
    random = np.random.default_rng(0)
    for weight in network.trainable_weights:
        weight.assign(random.normal(0, deviation, weight.shape))
    return network


@pytest.fixture(scope="module")
def light():
    """A generator without norms; a pixel depends on 26 rows and columns."""
    network = light_generator.LightGenerator(filters=4, blocks=2)
    return draw_weights(network, 0.2)


@pytest.fixture(scope="module")
def normed():
    network = networks.Generator(filters=4, blocks=1)
    return draw_weights(network, 0.2)


def whole(generator, picture):
    cartoons = generator(pictures.to_network(picture[None]))
    return pictures.to_pixels(cartoons)[0].numpy().astype(int)


def photo(random, height, width):
    """Noise on large areas: both tone and detail."""
    coarse = random.integers(0, 256, (height // 20 + 1, width // 20 + 1, 3))
    areas = np.kron(coarse, np.ones((20, 20, 1), int))[:height, :width]
    noise = random.integers(-40, 41, (height, width, 3))
    return np.clip(areas + noise, 0, 255).astype("uint8")


@pytest.mark.parametrize("sides", [(131, 250), (301, 110), (223, 333)])
def test_tiles_without_norms_equal_the_whole_picture(light, random, sides):
    picture = photo(random, *sides)
    cartoon = tiling.TiledGenerator(light, 120)(picture)
    expected = whole(light, picture)
    assert cartoon.shape == picture.shape
    assert cartoon.dtype == np.uint8
    # A tie may round either way.
    assert np.abs(cartoon - expected).max() <= 1
    assert (cartoon != expected).mean() < 1e-3
    assert expected.std() > 10


@pytest.mark.parametrize(
    "generator",
    [
        light_generator.LightGenerator(filters=2, blocks=1),
        light_generator.LightGenerator(filters=2, blocks=3),
        networks.Generator(filters=2, blocks=1),
        networks.Generator(filters=2, blocks=2),
    ],
)
def test_a_pixel_depends_on_the_receptive_field_and_no_less(generator):
    """With positive weights no dependency cancels out."""
    for weight in generator.trainable_weights:
        is_flat = len(weight.shape) == 1
        is_scale = float(weight.name == "scale")
        share = is_scale if is_flat else 1 / np.prod(weight.shape[:3])
        weight.assign(np.full(weight.shape, share))
    for norm in shared_norms.norms_of(generator):
        norm.center = lambda inputs: (inputs, tf.constant(1.0))
    image = tf.fill((1, 128, 132, 3), 0.1)
    farthest = 0
    for place in range(64, 68):  # A quarter of the size has four phases.
        with tf.GradientTape() as tape:
            tape.watch(image)
            pixel = generator(image)[0, place, place, 0]
        gradient = np.abs(tape.gradient(pixel, image)[0]).sum(axis=-1)
        distances = np.abs(np.argwhere(gradient) - place)
        farthest = max(farthest, distances.max())
    assert farthest == generator.receptive_field_radius


def test_tiles_with_norms_share_the_statistics_of_the_picture(normed, random):
    """Dark at the left, bright at the right: alone, tiles would differ."""
    picture = photo(random, 150, 400)
    shade = np.linspace(0.2, 1, 400)[None, :, None]
    picture = (picture * shade).astype("uint8")
    expected = whole(normed, picture)
    tiled = tiling.TiledGenerator(normed, 160)(picture).astype(int)
    naive = np.concatenate(
        [whole(normed, picture[:, i : i + 100]) for i in range(0, 400, 100)], 1
    )
    errors_of = [np.square(c - expected).mean() for c in (tiled, naive)]
    assert errors_of[0] < errors_of[1] / 4


def test_a_picture_that_fits_is_not_tiled(normed, random):
    picture = photo(random, 90, 128)
    cartoon = tiling.TiledGenerator(normed, 128)(picture)
    assert np.abs(cartoon - whole(normed, picture)).max() <= 1


@pytest.mark.parametrize("sides", [(40, 60), (130, 140)])
def test_several_pictures_are_done_as_each_alone(normed, random, sides):
    tiled = tiling.TiledGenerator(normed, 128)
    batch = np.stack([photo(random, *sides) // shade for shade in (1, 3)])
    together = tiled(batch)
    for cartoon, picture in zip(together, batch, strict=True):
        assert np.abs(cartoon.astype(int) - tiled(picture)).max() <= 1


def test_threads_do_not_disturb_each_other(normed, random):
    tiled = tiling.TiledGenerator(normed, 128)
    batch = [photo(random, 130 + 10 * i, 140) // (i + 1) for i in range(6)]
    expected = [tiling.TiledGenerator(normed, 128)(p) for p in batch]
    with concurrent.futures.ThreadPoolExecutor(6) as pool:
        made = list(pool.map(tiled, batch))
    for actual, cartoon in zip(made, expected, strict=True):
        assert np.abs(actual.astype(int) - cartoon).max() <= 1


def test_tiles_that_are_too_small_are_rejected(light):
    with pytest.raises(errors.InputError, match=r"`tile`=100 .* 104 pixels"):
        tiling.TiledGenerator(light, 100)


@pytest.mark.parametrize("sides", [(60, 90), (150, 170)])
def test_frames_of_a_video_follow_slowly_and_start_over_at_a_cut(
    normed, random, sides
):
    tiled = tiling.TiledGenerator(normed, 128)
    for_video = tiled.for_video()
    dark = photo(random, *sides) // 4
    paler = dark + 6
    bright = 255 - dark
    first = for_video(dark)
    assert np.abs(first.astype(int) - tiled(dark)).max() <= 1
    second = for_video(paler).astype(int)
    # A shade that all pixels share is what an instance norm takes away.
    alone = tiled(paler).astype(int)
    assert np.abs(alone - first).mean() < np.abs(second - first).mean()
    after_cut = for_video(bright).astype(int)
    assert np.abs(after_cut - tiled(bright)).max() <= 1


def test_a_network_without_norms_needs_no_memory(light):
    tiled = tiling.TiledGenerator(light)
    assert tiled.for_video() is tiled


def test_patches_come_from_all_over_the_picture():
    rows, columns = np.mgrid[:2000, :3000]
    picture = np.stack([rows // 10, columns // 15, rows * 0], -1)
    patches = tiling._patches(picture.astype("uint8"), 1280**2)
    assert patches[..., 0].size <= 1280**2
    for channel, most in ((0, 199), (1, 199)):
        values = patches[..., channel]
        assert values.min() < 0.2 * most
        assert values.max() > 0.8 * most
        assert abs(values.mean() - most / 2) < 0.05 * most


def test_tiles_are_exact_without_norms_only(light, normed):
    assert tiling.exact_tiles(light) == {"margin": 26, "stride": 4}
    assert tiling.exact_tiles(normed) is None
