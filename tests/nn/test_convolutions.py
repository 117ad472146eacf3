import keras
import numpy as np
import pytest

from cartoongan_tf.nn import convolutions


def test_weights_have_the_authors_distribution():
    layer = convolutions.convolution(64, 3)
    layer.build((None, 16, 24, 32))
    assert np.std(layer.kernel) == pytest.approx(0.02, rel=0.05)
    assert not np.any(layer.bias)


def test_an_initializer_replaces_the_default():
    zero = keras.initializers.Zeros()
    for layer in (
        convolutions.convolution(2, 3, initializer=zero),
        convolutions.reflection_padded_convolution(2, 3, initializer=zero)[-1],
    ):
        layer.build((None, 16, 24, 3))
        assert not np.any(layer.kernel)


@pytest.mark.parametrize("size", [1, 3, 5, 7])
def test_a_reflection_padded_convolution_has_no_border_effect(size):
    """The result of a one-color image has one color up to the border."""
    steps = convolutions.reflection_padded_convolution(2, size)
    flat = np.full((1, 16, 24, 3), 0.3, "float32")
    result = np.asarray(convolutions.chain(steps, flat))
    assert result.shape == (1, 16, 24, 2)
    assert np.ptp(result, axis=(1, 2)) == pytest.approx(0, abs=1e-6)
    assert np.any(result)


@pytest.mark.parametrize("sides", [(16, 24), (17, 23), (19, 22)])
@pytest.mark.parametrize(
    "steps",
    [
        convolutions.strided_convolution(2),
        convolutions.reflection_padded_convolution(2, 5, strides=2),
        convolutions.reflection_padded_convolution(2, 3, strides=2),
    ],
    ids=["zeros", "mirrored 5", "mirrored 3"],
)
def test_strides_round_sizes_up(steps, sides):
    result = convolutions.chain(steps, np.zeros((1, *sides, 3), "float32"))
    assert result.shape == (1, *[-(-side // 2) for side in sides], 2)


def test_strided_convolutions_are_aligned_as_in_pytorch(random):
    images = random.normal(size=(1, 6, 8, 3)).astype("float32")
    padding, layer = convolutions.strided_convolution(2)
    result = np.asarray(layer(padding(images)))
    padded = np.pad(images, ((0, 0), (1, 1), (1, 1), (0, 0)))
    first = np.einsum("ijc,ijcf->f", padded[0, :3, :3], layer.kernel)
    np.testing.assert_allclose(result[0, 0, 0], first, atol=1e-6)


def test_chains_are_built_with_intermediate_shapes():
    steps = [
        *convolutions.strided_convolution(5),
        *convolutions.reflection_padded_convolution(7, 3),
    ]
    convolutions.build_chain(steps, (None, 16, 24, 3))
    shapes = [tuple(w.shape) for step in steps for w in step.weights]
    assert shapes == [(3, 3, 3, 5), (5,), (3, 3, 5, 7), (7,)]


@pytest.mark.parametrize("sides", [(15, 24), (24, 15)])
def test_too_small_images_are_errors(sides):
    convolutions.require_min_side(np.zeros((1, 16, 16, 3)))
    convolutions.require_min_side(keras.Input((None, None, 3)))
    with pytest.raises(ValueError, match="at least 16 pixels a side"):
        convolutions.require_min_side(np.zeros((1, *sides, 3)))


def test_cartoons_are_cropped_at_the_bottom_and_right():
    cartoons = np.arange(20 * 24).reshape(1, 20, 24, 1).repeat(3, axis=-1)
    cut = convolutions.crop_like(cartoons, np.zeros((1, 17, 23, 3)))
    np.testing.assert_array_equal(cut, cartoons[:, :17, :23])
    whole = convolutions.crop_like(cartoons, np.zeros((1, 20, 24, 3)))
    assert whole is cartoons
