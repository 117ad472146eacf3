import math

import numpy as np
import pytest
import tensorflow as tf

from cartoongan_tf.core import choices
from cartoongan_tf.losses import losses

FORMS = choices.ADVERSARIAL_LOSSES
HIGH = np.full((2, 4, 6, 1), 9, "float32")
LOW = -HIGH
UNDECIDED = np.zeros_like(HIGH)
WRAPPED = [lambda loss: loss, tf.function]  # In a graph, too.


def test_an_undecided_log_discriminator_has_log_two_per_class():
    loss = losses.discriminator_loss(UNDECIDED, UNDECIDED, UNDECIDED, "log")
    assert float(loss) == pytest.approx(3 * math.log(2))


def test_the_best_undecided_lsgan_discriminator_has_two_thirds():
    third = np.full_like(HIGH, 1 / 3)
    loss = losses.discriminator_loss(third, third, third, "lsgan")
    assert float(loss) == pytest.approx(2 / 3)


@pytest.mark.parametrize("variant", FORMS)
@pytest.mark.parametrize("mistaken", [0, 1, 2])
def test_only_crisp_cartoons_count_as_real(variant, mistaken):
    right = [np.ones_like(HIGH), UNDECIDED, UNDECIDED]
    if variant == "log":
        right = [HIGH, LOW, LOW]
    wrong = list(right)
    wrong[mistaken] = right[1] if mistaken == 0 else right[0]
    good = losses.discriminator_loss(*right, variant)
    bad = losses.discriminator_loss(*wrong, variant)
    assert float(good) == pytest.approx(0, abs=1e-3)
    assert float(bad) >= 1 - 1e-3


@pytest.mark.parametrize("variant", FORMS)
def test_fooling_the_discriminator_lowers_the_generator_loss(variant):
    fooled = losses.generator_loss(np.ones_like(HIGH), variant)
    caught = losses.generator_loss(UNDECIDED, variant)
    assert float(fooled) < float(caught)


def test_the_log_variant_is_cross_entropy(random):
    real, smoothed, fake = random.normal(size=(3, 2, 4, 6, 1))

    def sigmoid(logits):
        return 1 / (1 + np.exp(-logits))

    expected = -(
        np.log(sigmoid(real)).mean()
        + np.log(1 - sigmoid(smoothed)).mean()
        + np.log(1 - sigmoid(fake)).mean()
    )
    actual = losses.discriminator_loss(real, smoothed, fake, "log")
    assert float(actual) == pytest.approx(expected, rel=1e-5)
    actual = losses.generator_loss(fake, "log")
    assert float(actual) == pytest.approx(
        -np.log(sigmoid(fake)).mean(), rel=1e-5
    )


def test_the_log_variant_is_stable_for_huge_logits():
    huge = 1e4 * HIGH
    assert np.isfinite(losses.discriminator_loss(-huge, huge, huge, "log"))


@pytest.mark.parametrize("loss", [losses.content_loss, losses.pixel_loss])
def test_it_is_the_mean_absolute_difference(random, loss):
    photos, cartoons = random.normal(size=(2, 2, 3, 4, 5)).astype("float32")
    expected = np.abs(photos - cartoons).mean()
    actual = loss(photos, cartoons)
    assert float(actual) == pytest.approx(expected, rel=1e-5)


def images_of(random, *shape):
    return random.uniform(-1, 1, shape).astype("float32")


def test_the_color_loss_of_a_photo_with_itself_is_zero(random):
    photos = images_of(random, 2, 16, 24, 3)
    assert float(losses.color_loss(photos, photos)) == 0


def test_color_loss_ignores_texture_inside_a_cell(random):
    """Noise without its mean over each 8x8 pixels costs nothing."""
    photos = images_of(random, 2, 16, 24, 3)
    noise = images_of(random, 2, 2, 8, 3, 8, 3)
    noise -= noise.mean(axis=(2, 4), keepdims=True)
    textured = photos + noise.reshape(photos.shape)
    assert np.abs(noise).mean() > 0.3
    assert float(losses.color_loss(photos, textured)) < 1e-9
    moved = np.roll(noise.reshape(photos.shape), 4, axis=2)
    assert float(losses.color_loss(photos, photos + moved)) > 1e-4


def test_color_loss_is_a_mean_of_squares_over_cells_and_yuv(random):
    photos, cartoons = images_of(random, 2, 2, 16, 24, 3)
    cells = (cartoons - photos).reshape(2, 2, 8, 3, 8, 3).mean(axis=(2, 4))
    red, green, blue = np.moveaxis(cells, -1, 0)
    y = 0.299 * red + 0.587 * green + 0.114 * blue
    u, v = 0.492 * (blue - y), 0.877 * (red - y)
    expected = ((0.1 * y) ** 2 + u**2 + v**2).mean() / 3
    actual = losses.color_loss(photos, cartoons)
    assert float(actual) == pytest.approx(expected, rel=5e-3)


def test_color_loss_weights_luminance_by_a_tenth():
    """A gray shift moves Y alone; one of V alone is 1.14 in red."""
    photos = np.zeros((1, 16, 24, 3), "float32")
    lighter = photos + np.float32(0.5)
    assert float(losses.color_loss(photos, lighter)) == pytest.approx(
        (0.1 * 0.5) ** 2 / 3, rel=1e-4
    )
    redder = photos + np.array([0.5 * 1.14, -0.5 * 0.581, 0], "float32")
    assert float(losses.color_loss(photos, redder)) == pytest.approx(
        0.5**2 / 3, rel=1e-2
    )


def test_variation_loss_equals_numpy(random):
    images = images_of(random, 2, 5, 7, 3)
    expected = sum(np.abs(np.diff(images, axis=a)).mean() for a in (1, 2))
    actual = losses.variation_loss(images)
    assert float(actual) == pytest.approx(expected, rel=1e-5)


def hinge(real, smoothed, fake):
    return (
        np.maximum(0, 1 - real).mean()
        + 0.5 * np.maximum(0, 1 + smoothed).mean()
        + 0.5 * np.maximum(0, 1 + fake).mean()
    )


@pytest.mark.parametrize("wrap", WRAPPED)
def test_feature_losses_are_means_over_maps_of_any_size(random, wrap):
    """Each map counts alike, whether it has many logits or few."""
    shapes = [(2, 6, 8, 1), (2, 2, 3, 1)]
    logits = [
        [random.normal(0, 2, s).astype("float32") for s in shapes]
        for _ in range(3)
    ]
    expected = np.mean([hinge(*one) for one in zip(*logits, strict=True)])
    actual = wrap(losses.feature_discriminator_loss)(*logits)
    assert float(actual) == pytest.approx(expected, rel=1e-5)
    actual = wrap(losses.feature_generator_loss)(logits[2])
    expected = -np.mean([one.mean() for one in logits[2]])
    assert float(actual) == pytest.approx(expected, rel=1e-5)


def test_an_undecided_feature_discriminator_has_a_loss_of_two():
    loss = losses.feature_discriminator_loss(*3 * [[UNDECIDED, UNDECIDED]])
    assert float(loss) == pytest.approx(2)


@pytest.mark.parametrize(("mistaken", "price"), [(0, 10), (1, 5), (2, 5)])
def test_smoothed_cartoons_are_fakes_to_the_feature_loss(mistaken, price):
    right = [[HIGH], [LOW], [LOW]]
    assert float(losses.feature_discriminator_loss(*right)) == 0
    wrong = list(right)
    wrong[mistaken] = [-right[mistaken][0]]
    assert float(losses.feature_discriminator_loss(*wrong)) == price


def test_logits_of_different_maps_are_errors():
    with pytest.raises(ValueError, match="argument 2 is shorter"):
        losses.feature_discriminator_loss([HIGH, HIGH], [HIGH], [HIGH, HIGH])


@pytest.mark.parametrize("wrap", WRAPPED)
def test_luminance_loss_is_a_mean_of_squares_over_cells(random, wrap):
    photos, cartoons = images_of(random, 2, 2, 16, 24, 3)
    cells = (cartoons - photos).reshape(2, 2, 8, 3, 8, 3).mean(axis=(2, 4))
    expected = ((cells @ [0.299, 0.587, 0.114]) ** 2).mean()
    actual = wrap(losses.luminance_loss)(photos, cartoons)
    assert float(actual) == pytest.approx(expected, rel=1e-4)


def test_luminance_loss_ignores_chroma():
    photos = np.zeros((1, 16, 24, 3), "float32")
    redder = photos + np.array([0.587, -0.299, 0], "float32")
    assert float(losses.luminance_loss(photos, redder)) < 1e-12
    lighter = photos + np.float32(0.5)
    assert float(losses.luminance_loss(photos, lighter)) == pytest.approx(0.25)


def blurred(image):
    """Means over 5x5 pixels, over those inside of the image only."""
    means = np.zeros_like(image)
    for row in range(image.shape[1]):
        for column in range(image.shape[2]):
            square = image[
                :,
                max(row - 2, 0) : row + 3,
                max(column - 2, 0) : column + 3,
            ]
            means[:, row, column] = square.mean(axis=(1, 2))
    return means


@pytest.mark.parametrize("wrap", WRAPPED)
def test_flat_loss_equals_numpy(random, wrap):
    photos, cartoons = images_of(random, 2, 2, 9, 13, 3)
    base = blurred(0.1 * photos)
    expected = 0
    for axis in (1, 2):
        step = np.abs(np.diff(base, axis=axis)).max(-1, keepdims=True)
        change = np.abs(np.diff(cartoons, axis=axis))
        expected += (np.exp(-step / 0.02) * change).mean()
    actual = wrap(losses.flat_loss)(np.float32(0.1) * photos, cartoons)
    assert float(actual) == pytest.approx(expected, rel=1e-4)


def photo_with_a_contour():
    photo = np.full((1, 24, 32, 3), -0.8, "float32")
    photo[:, :, 16:] = 0.8
    return photo


def test_flat_loss_of_a_flat_cartoon_is_zero(random):
    flat = np.full((1, 24, 32, 3), [0.3, -0.1, 0.7], "float32")
    (photo,) = images_of(random, 1, 1, 24, 32, 3)
    for one in (flat, photo, photo_with_a_contour()):
        assert float(losses.flat_loss(one, flat)) == 0


def test_flat_loss_ignores_contours_and_penalizes_strokes():
    """A stroke on the photo's contour is free; on its wall it is not."""
    photo = photo_with_a_contour()
    on_contour, on_wall = np.zeros((2, 1, 24, 32, 3), "float32")
    on_contour[:, :, 16:] = 1
    on_wall[:, :, 6:] = 1
    paid = float(losses.flat_loss(photo, on_wall))
    assert paid == pytest.approx(1 / 31, rel=1e-3)
    assert float(losses.flat_loss(photo, on_contour)) < 1e-6 * paid


def test_flat_loss_has_both_directions(random):
    flat = np.zeros((1, 24, 24, 3), "float32")
    (cartoon,) = images_of(random, 1, 1, 24, 24, 3)
    turned = np.swapaxes(cartoon, 1, 2)
    total = losses.variation_loss(cartoon)
    for one in (cartoon, turned):
        actual = losses.flat_loss(flat, one)
        assert float(actual) == pytest.approx(float(total), rel=1e-5)


@pytest.mark.parametrize("wrap", WRAPPED)
def test_palette_loss_equals_numpy(random, wrap):
    pair = images_of(random, 2, 2, 16, 24, 3)
    sorts = []
    for images in pair:
        cells = images.reshape(2, 2, 8, 3, 8, 3).mean(axis=(2, 4))
        red, green, blue = np.moveaxis(cells.reshape(-1, 3), -1, 0)
        y = 0.299 * red + 0.587 * green + 0.114 * blue
        u, v = 0.492 * (blue - y), 0.877 * (red - y)
        angles = np.arange(8) * np.pi / 8
        sorts.append(
            np.sort(
                np.outer(u, np.cos(angles)) + np.outer(v, np.sin(angles)), 0
            )
        )
    expected = ((sorts[0] - sorts[1]) ** 2).mean()
    actual = wrap(losses.palette_loss)(*pair)
    assert float(actual) == pytest.approx(expected, rel=2e-2)


def test_palette_loss_ignores_positions(random):
    cartoons, generated = np.repeat(
        np.repeat(images_of(random, 2, 2, 3, 4, 3), 8, axis=2), 8, axis=3
    )
    cells = generated.reshape(2, 3, 8, 4, 8, 3).transpose(0, 1, 3, 2, 4, 5)
    order = random.permutation(24)
    moved = cells.reshape(24, 8, 8, 3)[order].reshape(cells.shape)
    moved = moved.transpose(0, 1, 3, 2, 4, 5).reshape(generated.shape)
    assert np.abs(moved - generated).mean() > 0.3
    assert float(losses.palette_loss(generated, moved)) < 1e-10
    assert float(losses.palette_loss(cartoons, moved)) == pytest.approx(
        float(losses.palette_loss(cartoons, generated)), rel=1e-4
    )


def test_palette_loss_depends_on_color_frequencies():
    some, more = np.zeros((2, 1, 16, 24, 3), "float32")
    some[:, :8, :8] = [0.8, -0.5, 0]
    more[:, :8] = [0.8, -0.5, 0]
    assert float(losses.palette_loss(some, more)) > 1e-2


def test_palette_loss_ignores_luminance(random):
    cartoons, _ = images_of(random, 2, 2, 16, 24, 3)
    lighter = cartoons + np.float32(0.3)
    assert float(losses.palette_loss(cartoons, lighter)) < 1e-6


@pytest.mark.parametrize(
    "loss",
    [losses.generator_loss, lambda x, f: losses.discriminator_loss(x, x, x, f)],
)
def test_an_unknown_variant_is_an_error(loss):
    with pytest.raises(ValueError, match="'hinge'"):
        loss(UNDECIDED, "hinge")
