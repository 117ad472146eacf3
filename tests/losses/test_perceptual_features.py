import h5py
import keras
import numpy as np
import pytest

from cartoongan_tf.core import errors
from cartoongan_tf.data import pipeline
from cartoongan_tf.images import pictures
from cartoongan_tf.losses import losses
from cartoongan_tf.losses import perceptual_features


@pytest.fixture
def images(random):
    return random.uniform(-1, 1, (2, 32, 48, 3)).astype("float32")


@pytest.fixture
def weights(shared):
    return str(shared / "vgg19/vgg19_to_conv4_4_fp16.npz")


def distance(images, others):
    """Content loss of the pyramid, as a float."""
    return float(
        losses.content_loss(
            perceptual_features.pyramid(images),
            perceptual_features.pyramid(others),
        )
    )


def test_pyramid_has_rough_colors_only(random):
    """Red and green stripes as light as the gray that they replace."""
    gray = np.zeros((1, 48, 72, 3), "float32")
    stripe = np.array([0.587, -0.299, 0], "float32")
    ups_and_downs = np.where(np.arange(72) % 2, 1, -1).astype("float32")
    fine = gray + ups_and_downs[:, None] * stripe
    rough = gray + np.repeat(ups_and_downs[:2], 36)[:, None] * stripe
    assert distance(gray, fine) < distance(gray, rough) / 2


def test_pyramid_weights_a_checkerboard_less_than_a_contour():
    flat = np.zeros((1, 64, 96, 3), "float32")
    contour = flat.copy()
    contour[:, :, 48:] = 0.5
    checkers = np.indices((64, 96)).sum(0)[None, ..., None] % 2 - 0.5
    texture = flat + 0.1 * checkers.astype("float32")
    assert 1 < distance(flat, texture) < distance(flat, contour) / 2


def test_pyramid_detects_a_moved_contour():
    images = np.zeros((3, 64, 96, 3), "float32")
    for image, column in zip(images, (40, 44, 60), strict=True):
        image[:, column:] = 1
    near, far = (distance(images[:1], images[i : i + 1]) for i in (1, 2))
    assert 0 < near < far


def test_pyramid_maps_have_equal_weights():
    """A ramp down has all of its gradient in one kind of map."""
    ramp = np.zeros((1, 64, 64, 3), "float32")
    ramp += np.linspace(-1, 1, 64, dtype="float32")[:, None, None]
    turned = np.swapaxes(ramp, 1, 2)
    zero = perceptual_features.pyramid(0 * ramp)
    down = losses.content_loss(perceptual_features.pyramid(ramp), zero)
    across = losses.content_loss(perceptual_features.pyramid(turned), zero)
    assert float(down) == pytest.approx(float(across), rel=1e-5)


@pytest.mark.shared
def test_pyramid_has_the_scale_of_vgg19(shared, weights):
    """Mean L1 between unrelated photos, within a tenth."""
    vgg19 = perceptual_features.load_vgg19(weights)
    paths = sorted((shared / "photos").glob("*.jpg"))[:64]
    crops = [
        pipeline.center_crop(pictures.read_picture(path), 128) for path in paths
    ]
    photos = pictures.to_network(np.stack(crops))
    means = [
        np.mean(
            [
                losses.content_loss(
                    compare(photos[i : i + 8]), compare(photos[i + 8 : i + 16])
                )
                for i in range(0, 64, 16)
            ]
        )
        for compare in (vgg19, perceptual_features.pyramid)
    ]
    assert means[1] == pytest.approx(means[0], rel=0.15)


@pytest.mark.shared
def test_vgg19_equals_keras_applications(weights, images):
    """Keras' own preprocessing, its block4_conv4 as ReLU leaves it."""
    theirs = keras.applications.VGG19(include_top=False, weights=None)
    arrays = np.load(weights)
    for layer in theirs.layers:
        if f"{layer.name}_kernel" in arrays:
            names = (f"{layer.name}_kernel", f"{layer.name}_bias")
            layer.set_weights([arrays[name] for name in names])
    theirs = keras.Model(theirs.input, theirs.get_layer("block4_conv4").output)
    pixels = (images + 1) * 127.5
    expected = theirs(keras.applications.vgg19.preprocess_input(pixels))
    actual = perceptual_features.load_vgg19(weights)(images)
    np.testing.assert_allclose(
        np.maximum(actual, 0), expected, rtol=1e-3, atol=0.5
    )
    assert np.min(actual) < -100  # Before ReLU.


@pytest.mark.shared
def test_vgg19_reads_the_h5_file_of_keras(weights, images, tmp_path):
    """Its layout is that of Keras 1: a group a layer, names in attributes."""
    arrays = np.load(weights)
    network = keras.applications.VGG19(include_top=False, weights=None)
    with h5py.File(tmp_path / "vgg19.h5", "w") as file:
        file.attrs["layer_names"] = [layer.name for layer in network.layers]
        for layer in network.layers:
            group = file.create_group(layer.name)
            names = [f"{layer.name}_W_1:0", f"{layer.name}_b_1:0"]
            group.attrs["weight_names"] = names if layer.weights else []
            for name, weight, kind in zip(
                names, layer.get_weights(), ("kernel", "bias"), strict=False
            ):
                group[name] = arrays.get(f"{layer.name}_{kind}", weight)
    np.testing.assert_array_equal(
        perceptual_features.load_vgg19(str(tmp_path / "vgg19.h5"))(images),
        perceptual_features.load_vgg19(weights)(images),
    )


@pytest.mark.shared
@pytest.mark.parametrize(
    ("dtype", "least", "most"),  # They have 8 and 11 bits of precision.
    [("bfloat16", 1e-4, 0.02), ("float16", 1e-5, 0.0025)],
)
def test_vgg19_in_16_bits_is_close_to_float32(
    weights, images, dtype, least, most
):
    expected = np.asarray(perceptual_features.load_vgg19(weights)(images))
    maps = perceptual_features.load_vgg19(weights, dtype)(images)
    assert maps.dtype == "float32"
    error = np.abs(maps - expected).mean() / np.abs(expected).mean()
    assert least < error < most


def test_invalid_vgg19_weights_are_errors(tmp_path):
    (tmp_path / "text.npz").write_text("no weights")
    np.savez(tmp_path / "other.npz", kernel=np.zeros(3))
    cases = {
        "resnet": "must be imagenet, or a file",
        str(tmp_path / "gone.npz"): "does not exist",
        str(tmp_path / "text.npz"): "cannot be read",
        str(tmp_path / "other.npz"): "does not hold the weights of VGG19",
    }
    for weights, message in cases.items():
        with pytest.raises(errors.InputError, match=message):
            perceptual_features.load_vgg19(weights)


@pytest.mark.shared
def test_maps_are_relu2_2_relu3_4_and_conv4_4(weights, images):
    maps = perceptual_features.load_vgg19_maps(weights)(images)
    assert [tuple(one.shape) for one in maps] == [
        (2, 16, 24, 128),
        (2, 8, 12, 256),
        (2, 4, 6, 512),
    ]
    assert (
        tuple(one.shape[-1] for one in maps) == perceptual_features.MAP_CHANNELS
    )
    for after_relu in maps[:2]:
        assert np.min(after_relu) == 0
        assert np.max(after_relu) > 100
    expected = perceptual_features.load_vgg19(weights)(images)
    np.testing.assert_allclose(maps[2], expected, rtol=1e-4, atol=1e-2)


@pytest.mark.shared
def test_maps_equal_keras_applications(weights, images):
    theirs = keras.applications.VGG19(include_top=False, weights=None)
    arrays = np.load(weights)
    for layer in theirs.layers:
        if f"{layer.name}_kernel" in arrays:
            names = (f"{layer.name}_kernel", f"{layer.name}_bias")
            layer.set_weights([arrays[name] for name in names])
    layers = [theirs.get_layer(f"block{n}") for n in ("2_conv2", "3_conv4")]
    theirs = keras.Model(theirs.input, [one.output for one in layers])
    pixels = (images + 1) * 127.5
    expected = theirs(keras.applications.vgg19.preprocess_input(pixels))
    actual = perceptual_features.load_vgg19_maps(weights)(images)[:2]
    for one, other in zip(actual, expected, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-3, atol=0.5)


@pytest.mark.shared
def test_maps_in_bfloat16_are_close_to_float32(weights, images):
    maps = perceptual_features.load_vgg19_maps(weights)(images)
    others = perceptual_features.load_vgg19_maps(weights, "bfloat16")(images)
    for one, other in zip(maps, others, strict=True):
        assert other.dtype == "float32"
        error = np.abs(other - one).mean() / np.abs(one).mean()
        assert 1e-4 < error < 0.02
