import inception_maker
import keras
import numpy as np
import pytest
import tensorflow as tf

from cartoongan_tf.core import errors
from cartoongan_tf.data import pipeline
from cartoongan_tf.data import samples
from cartoongan_tf.evaluation import inception
from cartoongan_tf.evaluation import kid_fid
from cartoongan_tf.images import pictures


@pytest.fixture(scope="module")
def weights(tmp_path_factory):
    folder = tmp_path_factory.mktemp("inception")
    return inception_maker.make_weights(folder / "tiny.npz")


@pytest.fixture(scope="module")
def tiny(weights):
    return inception.load_inception(weights)


@pytest.fixture(scope="module")
def photos():
    """The photos of scikit-image, center-cropped."""
    return [
        pipeline.center_crop(photo, 256).numpy()
        for photo in samples.read_photos().values()
    ]


def network_of_2015(images, arrays):
    """The same features by `tf.nn`, written down block by block."""

    def conv(x, name, strides=1, padding="SAME"):
        kernel = arrays[f"{name}_kernel"].astype("float32")
        x = tf.nn.conv2d(x, kernel, strides, padding)
        return tf.nn.relu(x + arrays[f"{name}_bias"])

    def chain(x, *names):
        for name in names:
            x = conv(x, name)
        return x

    def halve(x):
        return tf.nn.max_pool2d(x, 3, 2, "VALID")

    def mean_around(x):
        """Sums over windows, divided by how many pixels lie inside."""
        ones = tf.ones((3, 3, x.shape[-1], 1))
        sums = [
            tf.nn.depthwise_conv2d(a, ones, (1, 1, 1, 1), "SAME")
            for a in (x, tf.ones_like(x))
        ]
        return sums[0] / sums[1]

    x = conv(images, "conv", 2, "VALID")
    x = halve(conv(conv(x, "conv_1", 1, "VALID"), "conv_2"))
    x = halve(conv(conv(x, "conv_3", 1, "VALID"), "conv_4", 1, "VALID"))
    for b in ("mixed", "mixed_1", "mixed_2"):
        x = tf.concat(
            [
                chain(x, f"{b}_conv"),
                chain(x, f"{b}_tower_conv", f"{b}_tower_conv_1"),
                chain(
                    x,
                    f"{b}_tower_1_conv",
                    f"{b}_tower_1_conv_1",
                    f"{b}_tower_1_conv_2",
                ),
                chain(mean_around(x), f"{b}_tower_2_conv"),
            ],
            -1,
        )
    double = chain(x, "mixed_3_tower_conv", "mixed_3_tower_conv_1")
    x = tf.concat(
        [
            conv(x, "mixed_3_conv", 2, "VALID"),
            conv(double, "mixed_3_tower_conv_2", 2, "VALID"),
            halve(x),
        ],
        -1,
    )
    for b in ("mixed_4", "mixed_5", "mixed_6", "mixed_7"):
        last = "conv", *(f"conv_{n}" for n in range(1, 5))
        x = tf.concat(
            [
                chain(x, f"{b}_conv"),
                chain(x, *(f"{b}_tower_{name}" for name in last[:3])),
                chain(x, *(f"{b}_tower_1_{name}" for name in last)),
                chain(mean_around(x), f"{b}_tower_2_conv"),
            ],
            -1,
        )
    return tf.reduce_mean(x, (1, 2)).numpy()


def seen(many):
    """Input of the network, resized pixel by pixel."""
    places = (np.arange(299) + 0.5) * 256 / 299 - 0.5
    low = np.clip(np.floor(places).astype(int), 0, 255)
    high = np.minimum(low + 1, 255)
    part = np.clip(places - low, 0, 1)[:, None, None].astype("float32")

    def stretch(image):
        return image[low] * (1 - part) + image[high] * part

    images = [stretch(stretch(p / 127.5 - 1).swapaxes(0, 1)) for p in many]
    return np.stack(images).swapaxes(1, 2).astype("float32")


def test_the_2015_network_equals_tf_nn(tiny, weights, photos):
    expected = network_of_2015(seen(photos[:2]), np.load(weights))
    actual = tiny(photos[:2])
    np.testing.assert_allclose(actual, expected, rtol=1e-3, atol=1e-4)
    assert actual.shape == (2, 4 * inception_maker.CHANNELS)
    assert actual.dtype == np.float32
    assert tiny.name == str(4 * inception_maker.CHANNELS)


def test_batches_do_not_change_features(tiny, photos):
    many = photos * 4  # More than one batch, the last one not full.
    at_once = tiny(iter(many))
    one_by_one = np.concatenate([tiny([photo]) for photo in photos])
    np.testing.assert_allclose(
        at_once, np.tile(one_by_one, (4, 1)), rtol=1e-3, atol=1e-5
    )


def test_large_pictures_are_resized_without_aliasing(tiny):
    """Stripes finer than the network's pixels become an even gray."""
    stripes = np.zeros((1196, 1196, 3), "uint8")
    stripes[:, ::4] = 252
    gray = np.full((299, 299, 3), 63, "uint8")
    features, expected, black = map(tiny, ([stripes], [gray], [0 * gray]))
    error = np.abs(features - expected).max()
    assert error < np.abs(black - expected).max() / 10


def test_invalid_weights_are_errors(tmp_path, weights):
    arrays = dict(np.load(weights))
    (tmp_path / "text.npz").write_text("no weights")
    (tmp_path / "text.h5").write_text("no weights")
    np.savez(tmp_path / "other.npz", kernel=np.zeros(3))
    arrays["mixed_5_conv_bias"] = np.zeros(99)
    np.savez(tmp_path / "bias.npz", **arrays)
    cases = {
        "resnet": "`inception_weights` must be imagenet, or a file",
        "gone.npz": "does not exist",
        "text.npz": "cannot be read",
        "text.h5": "does not hold the weights of InceptionV3 without",
        "other.npz": "does not hold the weights of Inception up to",
        "bias.npz": "does not hold the weights of Inception up to",
    }
    for name, message in cases.items():
        path = name if name == "resnet" else str(tmp_path / name)
        with pytest.raises(errors.InputError, match=message):
            inception.load_inception(path)


@pytest.mark.slow
def test_keras_inception_averages_its_last_maps(tmp_path, photos):
    """By random weights: those of ImageNet need a download."""
    keras.utils.set_random_seed(0)
    theirs = keras.applications.InceptionV3(include_top=False, weights=None)
    theirs.save_weights(tmp_path / "random.weights.h5")
    ours = inception.load_inception(tmp_path / "random.weights.h5")
    images = keras.applications.inception_v3.preprocess_input(
        tf.image.resize(np.stack(photos[:2]), (299, 299))
    )
    expected = theirs(images, training=False).numpy().mean((1, 2))
    np.testing.assert_allclose(ours(photos[:2]), expected, rtol=1e-3, atol=1e-9)
    assert expected.shape == (2, 2048)
    assert ours.name == "InceptionV3"


@pytest.fixture(scope="module")
def whole(shared):
    path = shared / "inception2015/inception2015_to_mixed7_fp16.npz"
    return inception.load_inception(path)


@pytest.mark.shared
def test_the_whole_2015_network_equals_tf_nn(whole, shared, photos):
    path = shared / "inception2015/inception2015_to_mixed7_fp16.npz"
    expected = network_of_2015(seen(photos[:1]), np.load(path))
    np.testing.assert_allclose(whole(photos[:1]), expected, atol=2e-3)
    assert whole.name == "768"


@pytest.mark.shared
def test_features_separate_photos_and_cartoons(whole, shared, photos):
    """Trained weights in a wrong place would not."""
    cartoons = sorted((shared / "cartoons/storybook").glob("*.jpg"))[::70]
    drawn = whole(
        pipeline.center_crop(pictures.read_picture(path), 256).numpy()
        for path in cartoons
    )
    real = whole(photos)
    near = kid_fid.kernel_distance(drawn[::2], drawn[1::2])
    assert kid_fid.kernel_distance(real, drawn) > near + 1e-3
