import numpy as np
import pytest
import tensorflow as tf

from cartoongan_tf.core import model_interface
from cartoongan_tf.export import options
from cartoongan_tf.export import saved_models
from cartoongan_tf.export import warmup
from cartoongan_tf.images import pictures
from cartoongan_tf.inference import saved_model_runtime

SIZES = [(24, 32), (50, 17)]


@pytest.fixture
def folder(generator, tmp_path):
    path = tmp_path / "1"
    saved_models.write(generator, path)
    warmup.write(path, SIZES)
    return path


@pytest.fixture
def photos(random):
    return random.integers(0, 256, (2, 21, 34, 3), "uint8")


@pytest.fixture
def cartoons(generator, photos):
    return np.asarray(generator(photos / np.float32(127.5) - 1))


def test_uint8_and_float32_give_the_cartoons_of_the_generator(
    folder, photos, cartoons
):
    model = saved_model_runtime.SessionModel(folder)
    pixels = model.run(model_interface.UINT8, photos)
    assert pixels.dtype == np.uint8
    assert np.abs(pixels - np.round((cartoons + 1) * 127.5)).max() <= 1
    scaled = model.run(model_interface.FLOAT32, photos / np.float32(127.5) - 1)
    np.testing.assert_allclose(scaled, cartoons, atol=1e-5)


def test_bytes_of_mixed_sizes_become_the_cartoons_of_the_generator(
    folder, photos, cartoons
):
    sent = [photos[0], photos[1, :17]]
    encoded = np.array([pictures.encode_png(p) for p in sent], object)
    answer = saved_model_runtime.SessionModel(folder).run(
        model_interface.BYTES, encoded
    )
    first, second = (tf.io.decode_png(a).numpy() for a in answer)
    assert np.abs(first - np.round((cartoons[0] + 1) * 127.5)).max() <= 1
    assert second.shape == (17, 34, 3)


def test_settings_of_the_bytes_signature_arrive(generator, photos, tmp_path):
    settings = options.BytesSettings(32, 21 * 34, "jpeg")
    saved_models.write(generator, tmp_path / "1", settings)
    model = saved_model_runtime.SessionModel(tmp_path / "1")
    sent = np.array([pictures.encode_png(photos[0])], object)
    (answer,) = model.run(model_interface.BYTES, sent)
    assert answer.startswith(b"\xff\xd8")
    assert tf.io.decode_jpeg(answer).shape == (20, 32, 3)
    larger = pictures.encode_png(np.zeros((22, 34, 3), "uint8"))
    with pytest.raises(tf.errors.InvalidArgumentError, match="34 x 22 pixels"):
        model.run(model_interface.BYTES, np.array([larger], object))


def test_names_are_those_of_the_contract(folder):
    loaded = tf.saved_model.load(str(folder))
    found = {
        name: (
            list(function.structured_input_signature[1]),
            list(function.structured_outputs),
        )
        for name, function in loaded.signatures.items()
    }
    assert found == {
        "serving_default": (["image_bytes"], ["cartoon_bytes"]),
        "uint8": (["image"], ["cartoon"]),
        "float32": (["image"], ["cartoon"]),
    }


def test_each_weight_is_stored_once(generator, folder):
    weights = folder / "variables/variables.data-00000-of-00001"
    parameters = 4 * generator.count_params()
    assert weights.stat().st_size == pytest.approx(parameters, rel=0.3)


def test_a_model_tells_its_signatures_and_their_dtypes(folder):
    model = saved_model_runtime.SessionModel(folder)
    assert model.signatures == ["float32", "serving_default", "uint8"]
    dtypes = [model.dtype(name) for name in model.signatures]
    assert dtypes == [np.float32, np.object_, np.uint8]


def test_there_is_a_warm_up_request_for_each_signature_and_size(folder):
    model = saved_model_runtime.SessionModel(folder)
    requests = list(warmup.read(folder))
    names = [name for name, _ in requests]
    assert names == ["serving_default", "uint8", "float32"] * 2
    for name, value in requests:
        assert len(model.run(name, value)) == 1
    shapes = [value.shape for name, value in requests if name == "uint8"]
    assert shapes == [(1, 32, 24, 3), (1, 17, 50, 3)]


def test_warm_up_requests_are_where_the_server_looks(folder):
    path = folder / "assets.extra/tf_serving_warmup_requests"
    assert path.stat().st_size > 1000
