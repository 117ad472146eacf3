import gc
import shutil
import weakref

import numpy as np
import pytest
import tensorflow as tf
from tensorflow_serving.apis import prediction_log_pb2

from cartoongan_tf.images import pictures
from cartoongan_tf.inference import saved_model_runtime
from serving.local import errors
from serving.local import model

WARMUP = "assets.extra/tf_serving_warmup_requests"


@pytest.fixture(scope="module")
def version(published):
    return model.Model(published / "1")


@pytest.fixture
def copy(published, tmp_path):
    return shutil.copytree(published / "1", tmp_path / "7")


@pytest.fixture
def pixels(random):
    return random.integers(0, 256, (2, 24, 32, 3), "uint8")


def error_of(version, *args):
    with pytest.raises(errors.RequestError) as caught:
        version.run(*args)
    return caught.value


def test_outputs_equal_those_of_the_session_loader(published, version, pixels):
    expected = saved_model_runtime.SessionModel(published / "1")
    encoded = np.array([pictures.encode_jpeg(p) for p in pixels], object)
    name, actual = version.run("serving_default", encoded)
    assert name == "cartoon_bytes"
    np.testing.assert_array_equal(
        actual, expected.run("serving_default", encoded)
    )
    name, actual = version.run("uint8", pixels)
    assert name == "cartoon"
    np.testing.assert_array_equal(actual, expected.run("uint8", pixels))


def test_the_folder_name_is_the_version_number(copy):
    assert model.Model(copy).number == 7


def test_metadata_include_all_signatures(version):
    assert {"serving_default", "uint8", "float32"} < set(version.signatures)
    definition = version.signatures["uint8"]
    assert definition.inputs["image"].dtype == tf.uint8.as_datatype_enum


@pytest.mark.parametrize("name", ["x", "", "__saved_model_init_op"])
def test_an_unknown_signature_is_rejected(version, name):
    error = error_of(version, name, np.zeros(1))
    assert error.code == "INVALID_ARGUMENT"
    assert error.message == (
        f'Serving signature name: "{name}" not found in signature def'
    )


@pytest.mark.parametrize(
    ("name", "alias", "value", "shapes"),
    [
        (
            "uint8",
            "image",
            np.zeros((1, 16, 24, 4)),
            "[?,?,?,3] but [1,16,24,4]",
        ),
        ("serving_default", "image_bytes", np.array(b"x"), "[?] but []"),
    ],
)
def test_wrong_shapes_are_rejected(version, name, alias, value, shapes):
    error = error_of(version, name, value)
    assert error.code == "INVALID_ARGUMENT"
    assert error.message == (
        f"Expects input '{alias}' to have shape {shapes} is provided."
    )


def test_a_bad_picture_is_rejected_with_its_index(version, pixels):
    encoded = np.array([pictures.encode_jpeg(pixels[0]), b"x"], object)
    error = error_of(version, "serving_default", encoded)
    assert error.code == "INVALID_ARGUMENT"
    assert error.message.startswith("image_bytes[1]: is not a JPEG")


def test_long_runs_time_out(version):
    large = np.zeros((1, 2048, 2060, 3), "uint8")
    error = error_of(version, "uint8", large, 0.001)
    assert error.code == "DEADLINE_EXCEEDED"


def test_a_model_without_weights_files_is_not_loaded(copy):
    (copy / WARMUP).unlink()
    shutil.rmtree(copy / "variables")
    with pytest.raises(ValueError, match="not a valid checkpoint"):
        model.Model(copy)


def test_a_truncated_model_is_not_loaded(copy):
    file = copy / "saved_model.pb"
    file.write_bytes(file.read_bytes()[:1000])
    with pytest.raises(OSError, match=r"saved_model\.pb"):
        model.Model(copy)


def test_a_model_may_lack_warm_up_requests(copy):
    (copy / WARMUP).unlink()
    assert "uint8" in model.Model(copy).signatures


def test_warm_up_requests_run_before_a_model_is_ready(copy, monkeypatch):
    run, asked = model.Model.run, []

    def note(version, name, value):
        asked.append((name, value.shape))
        return run(version, name, value)

    monkeypatch.setattr(model.Model, "run", note)
    model.Model(copy)
    assert ("serving_default", (1,)) in asked


def test_a_failing_warm_up_request_keeps_a_model_from_being_loaded(copy):
    log = prediction_log_pb2.PredictionLog()
    pictures_ = log.predict_log.request.inputs["image_bytes"]
    pictures_.CopyFrom(tf.make_tensor_proto([b"no picture"]))
    with tf.io.TFRecordWriter(str(copy / WARMUP)) as writer:
        writer.write(log.SerializeToString())
    with pytest.raises(errors.RequestError, match=r"image_bytes\[0\]: is not"):
        model.Model(copy)


def test_a_damaged_warm_up_file_keeps_a_model_from_being_loaded(copy):
    (copy / WARMUP).write_bytes(b"damaged" * 9)
    with pytest.raises(tf.errors.DataLossError):
        model.Model(copy)


@pytest.mark.parametrize(
    "inputs",
    [
        [tf.TensorSpec(None, tf.float32), tf.TensorSpec(None, tf.float32)],
        [tf.TensorSpec(None, tf.int32)],
    ],
)
def test_models_from_other_exporters_are_not_loaded(tmp_path, inputs):
    module = tf.Module()
    module.add = tf.function(
        lambda *numbers: {"sum": sum(numbers)}, input_signature=inputs
    )
    tf.saved_model.save(module, str(tmp_path / "1"), signatures=module.add)
    with pytest.raises(ValueError, match="serving_default is not from"):
        model.Model(tmp_path / "1")


def test_outputs_without_axes_are_arrays_too(words):
    version = model.Model(words / "1")
    given = np.array([b"a", b"b"], object)
    _, actual = version.run("count", given)
    assert isinstance(actual, np.ndarray)
    assert actual == 2


def test_an_unreferenced_model_is_freed(words):
    version = model.Model(words / "1")
    version.run("count", np.array([b"a"], object))
    session = weakref.ref(version._session)
    del version
    gc.collect()
    assert session() is None
