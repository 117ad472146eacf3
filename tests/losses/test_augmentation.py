import numpy as np
import pytest
import tensorflow as tf

from cartoongan_tf.losses import augmentation

LUMINANCE = np.array([0.299, 0.587, 0.114])
LAST = np.float32(1 - 2**-23)  # The largest of [0, 1) that is drawn.


@pytest.fixture
def images(random):
    return random.uniform(-1, 1, (2, 2, 16, 24, 3)).astype("float32")


def drawn(augmentation, *chances):
    return augmentation.sample_view(tf.constant(chances, tf.float32))


def test_the_identity_view_does_not_change_images(images):
    view = drawn(augmentation.Augmentation(), 0.9, 0.9, 0.9)
    for one in (view, augmentation.IDENTITY):
        assert one.crop(one.desaturate(images)) is images


def test_all_images_are_cropped_at_the_same_place(images):
    view = drawn(augmentation.Augmentation(shift=8), 0.5, 0.2, 0.0)
    for batch in images:
        np.testing.assert_array_equal(view.crop(batch), batch[:, 4:12, 1:17])


def test_shifts_run_from_zero_to_the_whole(images):
    bounds = augmentation.Augmentation(shift=8)
    first, last = (drawn(bounds, c, c, 0.0) for c in (0.0, LAST))
    np.testing.assert_array_equal(first.crop(images[0]), images[0, :, :8, :16])
    np.testing.assert_array_equal(last.crop(images[0]), images[0, :, 8:, 8:])


@pytest.mark.parametrize("shift", [1, 2, 6, 8, 100])
def test_no_crop_exceeds_the_shift(shift):
    view = drawn(augmentation.Augmentation(shift), LAST, 0.0, 0.0)
    assert int(view.top) == shift
    assert int(view.left) == 0


def test_all_crop_positions_are_equally_likely():
    bounds = augmentation.Augmentation(shift=3)
    tops = [int(drawn(bounds, c, 0, 0).top) for c in np.arange(0, 1, 1 / 16)]
    assert np.bincount(tops).tolist() == [4, 4, 4, 4]


def test_desaturating_keeps_luminance(images):
    view = drawn(augmentation.Augmentation(gray_share=0.8), 0, 0, 0.5)
    tinted = np.asarray(view.desaturate(images[0]))
    np.testing.assert_allclose(
        tinted @ LUMINANCE, images[0] @ LUMINANCE, atol=1e-6
    )
    luminance = (images[0] @ LUMINANCE)[..., None]
    expected = 0.6 * (images[0] - luminance)
    np.testing.assert_allclose(tinted - luminance, expected, atol=1e-6)


def test_a_fraction_of_one_is_gray(images):
    gray = np.asarray(augmentation.View(0, 0, 0, 1.0).desaturate(images[0]))
    np.testing.assert_allclose(np.ptp(gray, axis=-1), 0, atol=1e-6)


def test_a_view_in_a_graph_equals_an_eager_view(images):
    bounds = augmentation.Augmentation(shift=5, gray_share=0.5)

    def show(batch, chances):
        view = bounds.sample_view(chances)
        return view.crop(view.desaturate(batch))

    traced = tf.function(show)
    for chances in ([0.1, 0.7, 0.3], [0.9, 0.2, 1.0]):
        shown = traced(images[0], tf.constant(chances, tf.float32))
        assert shown.shape == (2, 11, 19, 3)
        np.testing.assert_allclose(
            shown, show(images[0], tf.constant(chances)), atol=1e-6
        )
