import numpy as np
import pytest

from cartoongan_tf.filters import guided_filter
from cartoongan_tf.filters import inking
from cartoongan_tf.losses import augmentation
from cartoongan_tf.losses import content_target
from cartoongan_tf.losses import losses
from cartoongan_tf.losses import objective

ADVERSARIAL = {"adversarial": 1.0, "feature_adversarial": 0.7}


@pytest.fixture
def images(random):
    return random.uniform(-1, 1, (2, 4, 16, 24, 3)).astype("float32")


def features(images):
    return 2 * images


def maps(images):
    return [images[..., :1], 3 * images, 2 * images]


def test_losses_are_those_of_the_paper_by_default(images):
    aim = objective.Objective(features, 1e-3)
    assert aim.weights == {**ADVERSARIAL, "content": 1e-3}
    assert aim.reconstruction_terms(*images).keys() == {"content"}


@pytest.mark.parametrize(
    "name",
    ["color", "luminance", "flat", "variation", "palette", "pixel"],
)
def test_losses_with_a_weight_count(images, name):
    aim = objective.Objective(maps, 1e-3, **{f"{name}_weight": 0.5})
    assert aim.weights == {**ADVERSARIAL, "content": 1e-3, name: 0.5}
    found = aim.reconstruction_terms(*images, cartoons=images[0])
    assert found.keys() == {"content", name}


def test_adversarial_losses_have_their_weights():
    aim = objective.Objective(
        features, 1e-3, patch_weight=0.5, feature_weight=0.25
    )
    assert aim.weights == {
        "adversarial": 0.5,
        "feature_adversarial": 0.25,
        "content": 1e-3,
    }


def test_reconstruction_terms_are_the_losses_without_their_weights(
    images, random
):
    photos, generated = images
    cartoons = random.uniform(-1, 1, photos.shape).astype("float32")
    aim = objective.Objective(
        maps,
        1e-3,
        2.0,
        3.0,
        luminance_weight=4.0,
        flat_weight=5.0,
        palette_weight=6.0,
        pixel_weight=8.0,
    )
    found = aim.reconstruction_terms(photos, generated, cartoons=cartoons)
    smoothed = guided_filter.smooth(photos)
    expected = {
        "content": 2 * np.abs(photos - generated).mean(),
        "color": losses.color_loss(photos, generated),
        "luminance": losses.luminance_loss(photos, generated),
        "flat": losses.flat_loss(smoothed, generated),
        "palette": losses.palette_loss(cartoons, generated),
        "pixel": losses.pixel_loss(photos, generated),
        "variation": losses.variation_loss(generated),
    }
    assert found.keys() == expected.keys()
    for name, value in expected.items():
        assert float(found[name]) == pytest.approx(float(value), rel=1e-5)


def test_the_palette_loss_needs_cartoons(images):
    aim = objective.Objective(features, 1e-3, palette_weight=1.0)
    assert aim.reconstruction_terms(*images).keys() == {"content"}


def test_content_is_compared_with_the_smoothed_photo(images):
    aim = objective.Objective(
        features, 1e-3, target=content_target.ContentTarget("smoothed")
    )
    photos, generated = images
    smoothed = guided_filter.smooth(photos)
    expected = 2 * np.abs(smoothed - generated).mean()
    found = aim.reconstruction_terms(photos, generated)["content"]
    assert float(found) == pytest.approx(expected, rel=1e-5)
    assert float(aim.reconstruction_terms(photos, smoothed)["content"]) < 1e-6


def test_pixels_are_compared_with_the_content_target(images):
    photos, generated = images
    aim = objective.Objective(
        features,
        1e-3,
        pixel_weight=1.0,
        target=content_target.ContentTarget("inked"),
    )
    inked = inking.ink(photos)
    expected = np.abs(inked - generated).mean()
    found = aim.reconstruction_terms(photos, generated)["pixel"]
    assert float(found) == pytest.approx(float(expected), rel=1e-5)
    assert float(aim.reconstruction_terms(photos, inked)["pixel"]) < 1e-6


@pytest.mark.parametrize("name", ["smoothed", "inked"])
def test_all_losses_compare_with_the_target(images, name):
    """Else a line that is wanted would pass for a darker color, or a stray."""
    photos, generated = images
    target = {"smoothed": guided_filter.smooth, "inked": inking.ink}[name](
        photos
    )
    aim = objective.Objective(
        features,
        1e-3,
        color_weight=1.0,
        luminance_weight=1.0,
        flat_weight=1.0,
        target=content_target.ContentTarget(name),
    )
    found = aim.reconstruction_terms(photos, generated)
    expected = {
        "color": losses.color_loss(target, generated),
        "luminance": losses.luminance_loss(target, generated),
        "flat": losses.flat_loss(target, generated),
    }
    for name, value in expected.items():
        assert float(found[name]) == pytest.approx(float(value), rel=1e-5)


def test_flat_weight_does_not_change_the_content_target(images):
    aim = objective.Objective(features, 1e-3, flat_weight=1.0)
    photos, _ = images
    assert float(aim.reconstruction_terms(photos, photos)["content"]) == 0


def test_people_content_scales_the_content_loss_of_people(images):
    """Only the last photos of the batch; the others as without them."""
    photos, generated = images
    plain = objective.Objective(features, 1e-3)
    aim = objective.Objective(features, 1e-3, people=1, people_content=3.0)

    def weighed(aim, found):
        return sum(aim.weights[n] * float(v) for n, v in found.items())

    of_each = 2 * np.abs(photos - generated).mean(axis=(1, 2, 3))
    expected = 1e-3 * (of_each * [1, 1, 1, 3]).mean()
    found = aim.reconstruction_terms(photos, generated)
    assert weighed(aim, found) == pytest.approx(expected, rel=1e-5)
    without = plain.reconstruction_terms(photos, generated)
    assert weighed(plain, without) == pytest.approx(
        1e-3 * of_each.mean(), rel=1e-5
    )


def test_a_people_content_of_one_adds_no_loss(images):
    aim = objective.Objective(features, 1e-3, people=1, people_content=1.0)
    assert aim.reconstruction_terms(*images).keys() == {"content"}
    assert "people_content" not in aim.weights


def test_content_is_compared_after_augmentation(images):
    """Tinted and cropped; colors are compared as they are."""
    photos, generated = images
    view = augmentation.View(4, 1, 3, 1.0)
    aim = objective.Objective(features, 1e-3, color_weight=1.0)
    found = aim.reconstruction_terms(photos, generated, view=view)
    shown = [view.crop(view.desaturate(batch)) for batch in (photos, generated)]
    expected = 2 * np.abs(np.subtract(*shown)).mean()
    assert float(found["content"]) == pytest.approx(expected, rel=1e-5)
    whole = losses.color_loss(photos, generated)
    assert float(found["color"]) == pytest.approx(float(whole), rel=1e-6)


def test_precomputed_maps_are_used(images):
    seen = []

    def counted(images):
        seen.append(len(images))
        return maps(images)

    photos, generated = images
    aim = objective.Objective(counted, 1e-3)
    of_generated = aim.extract_features(generated, augmentation.IDENTITY)
    found = aim.reconstruction_terms(photos, generated, maps=of_generated)
    assert len(seen) == 2
    again = aim.reconstruction_terms(photos, generated)
    assert float(found["content"]) == float(again["content"])


def test_the_pixel_warm_up_reproduces_the_target(images):
    photos, generated = images
    target = content_target.ContentTarget("smoothed")
    aim = objective.PixelObjective(target)
    assert aim.weights == {"pixel": 1.0}
    assert set(aim.weights) == set(aim.reconstruction_terms(photos, generated))
    smoothed = target(photos)
    assert float(aim.reconstruction_terms(photos, smoothed)["pixel"]) == 0
    expected = np.abs(smoothed - generated).mean()
    found = aim.reconstruction_terms(photos, generated)["pixel"]
    np.testing.assert_allclose(found, expected, rtol=1e-5)
