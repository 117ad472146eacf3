import concurrent.futures
import shutil
import threading

import grpc
import numpy as np
import pytest
import tensorflow as tf
from tensorflow_serving.apis import prediction_log_pb2

from cartoongan_tf.images import pictures
from cartoongan_tf.inference import saved_model_runtime
from serving import loaded_versions
from serving import refusals
from serving import warmup_records

WARMUP = "assets.extra/tf_serving_warmup_requests"


@pytest.fixture(scope="module")
def version(published):
    version = loaded_versions.LoadedVersion(published / "1")
    yield version
    version.close()


@pytest.fixture
def copy(published, tmp_path):
    return shutil.copytree(published / "1", tmp_path / "7")


@pytest.fixture
def pixels(random):
    return random.integers(0, 256, (2, 24, 32, 3), "uint8")


def refusal(version, *args):
    with pytest.raises(refusals.Refusal) as caught:
        version.run(*args)
    return caught.value


def test_it_answers_as_the_session_loader_does(published, version, pixels):
    expected = saved_model_runtime.SessionModel(published / "1")
    encoded = np.array([pictures.encode_jpeg(p) for p in pixels], object)
    actual = version.run("serving_default", {"image_bytes": encoded})
    assert actual.keys() == {"cartoon_bytes"}
    np.testing.assert_array_equal(
        actual["cartoon_bytes"], expected.run("serving_default", encoded)
    )
    actual = version.run("uint8", {"image": pixels})
    np.testing.assert_array_equal(
        actual["cartoon"], expected.run("uint8", pixels)
    )


def test_its_number_is_its_folders_name(copy):
    assert loaded_versions.LoadedVersion(copy).number == 7


def test_all_signatures_are_there_for_metadata(version):
    assert {"serving_default", "uint8", "float32"} < set(version.signatures)
    definition = version.signatures["uint8"]
    assert definition.inputs["image"].dtype == tf.uint8.as_datatype_enum


@pytest.mark.parametrize("name", ["x", "", "__saved_model_init_op"])
def test_an_unknown_signature_is_refused(version, name):
    answer = refusal(version, name, {})
    assert answer.code is grpc.StatusCode.INVALID_ARGUMENT
    assert answer.message == (
        f'Serving signature name: "{name}" not found in signature def'
    )


@pytest.mark.parametrize(
    ("inputs", "words"),
    [
        (
            {},
            "input size does not match signature: 0!=1 len({}) != "
            "len({image}). Sent extra: {}. Missing but required: {image}.",
        ),
        (
            {"image": np.zeros((1, 16, 24, 3), "uint8"), "a": np.zeros(1)},
            "input size does not match signature: 2!=1 len({a,image}) != "
            "len({image}). Sent extra: {a}. Missing but required: {}.",
        ),
        (
            {"photo": np.zeros((1, 16, 24, 3), "uint8")},
            "input tensor alias not found in signature: photo. Inputs "
            "expected to be in the set {image}.",
        ),
        (
            {"image": np.zeros((1, 16, 24, 3), "float32")},
            "Expects input 'image' to be uint8 but float32 is provided.",
        ),
        (
            {"image": np.array([b"x"], object)},
            "Expects input 'image' to be uint8 but string is provided.",
        ),
        (
            {"image": np.zeros((1, 16, 24, 4), "uint8")},
            "Expects input 'image' to have shape [?,?,?,3] but [1,16,24,4] is "
            "provided.",
        ),
    ],
)
def test_inputs_that_do_not_fit_are_refused(version, inputs, words):
    answer = refusal(version, "uint8", inputs)
    assert answer.code is grpc.StatusCode.INVALID_ARGUMENT
    assert answer.message == words


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (np.array(b"x", object), "to have shape [?] but [] is provided."),
        (np.array([b"x", None], object), "to hold bytes only."),
        (np.array([b"x"]), "to be string but bytes8 is provided."),
    ],
)
def test_strings_that_do_not_fit_are_refused(version, value, words):
    answer = refusal(version, "serving_default", {"image_bytes": value})
    assert answer.code is grpc.StatusCode.INVALID_ARGUMENT
    assert answer.message == f"Expects input 'image_bytes' {words}"


def test_outputs_may_be_chosen(version, pixels):
    answer = version.run("uint8", {"image": pixels}, ["cartoon"])
    assert answer.keys() == {"cartoon"}
    answer = refusal(version, "uint8", {"image": pixels}, ["mask"])
    assert answer.code is grpc.StatusCode.INVALID_ARGUMENT
    assert answer.message == (
        "output tensor alias not found in signature: mask Outputs expected "
        "to be in the set {cartoon}."
    )
    answer = refusal(version, "uint8", {"image": pixels}, ["cartoon"] * 2)
    assert answer.message == "duplicate output tensor alias: cartoon"


def test_a_bad_picture_is_refused_with_its_place(version, pixels):
    encoded = np.array([pictures.encode_jpeg(pixels[0]), b"x"], object)
    answer = refusal(version, "serving_default", {"image_bytes": encoded})
    assert answer.code is grpc.StatusCode.INVALID_ARGUMENT
    assert answer.message.startswith("image_bytes[1]: is not a JPEG")


def test_work_that_takes_too_long_is_given_up(version):
    large = np.zeros((1, 2048, 2060, 3), "uint8")
    answer = refusal(version, "uint8", {"image": large}, None, 0.001)
    assert answer.code is grpc.StatusCode.DEADLINE_EXCEEDED


def test_a_model_without_weights_files_is_not_loaded(copy):
    (copy / WARMUP).unlink()
    shutil.rmtree(copy / "variables")
    with pytest.raises(ValueError, match="not a valid checkpoint"):
        loaded_versions.LoadedVersion(copy)


def test_a_truncated_model_is_not_loaded(copy):
    model = copy / "saved_model.pb"
    model.write_bytes(model.read_bytes()[:1000])
    with pytest.raises(OSError, match=r"saved_model\.pb"):
        loaded_versions.LoadedVersion(copy)


def test_a_model_may_lack_warm_up_requests(copy):
    (copy / WARMUP).unlink()
    assert "uint8" in loaded_versions.LoadedVersion(copy).signatures


def log_of(value, signature=""):
    log = prediction_log_pb2.PredictionLog()
    request = log.predict_log.request
    request.model_spec.signature_name = signature
    request.inputs["image_bytes"].CopyFrom(tf.make_tensor_proto(value))
    return log


def write_warmup(folder, *logs):
    with tf.io.TFRecordWriter(str(folder / WARMUP)) as writer:
        for log in logs:
            writer.write(log.SerializeToString())


def test_a_failing_warm_up_request_keeps_a_model_from_being_loaded(copy):
    write_warmup(copy, log_of([b"no picture"]))
    with pytest.raises(refusals.Refusal, match=r"image_bytes\[0\]: is not"):
        loaded_versions.LoadedVersion(copy)


def test_only_predictions_are_warmed_up_with(copy):
    log = prediction_log_pb2.PredictionLog()
    log.classify_log.request.model_spec.name = "a"
    write_warmup(copy, log)
    with pytest.raises(ValueError, match="record 0 is a classify_log"):
        loaded_versions.LoadedVersion(copy)


def test_a_damaged_warm_up_file_keeps_a_model_from_being_loaded(copy):
    (copy / WARMUP).write_bytes(b"damaged" * 9)
    with pytest.raises(tf.errors.DataLossError):
        loaded_versions.LoadedVersion(copy)


def test_there_may_be_a_thousand_warm_up_requests(copy):
    write_warmup(copy, *[log_of([b""])] * 1000)
    assert len(list(warmup_records.read(copy))) == 1000
    write_warmup(copy, *[log_of([b""])] * 1001)
    with pytest.raises(ValueError, match="more than 1000 records"):
        list(warmup_records.read(copy))


def test_outputs_without_axes_are_arrays_too(words):
    version = loaded_versions.LoadedVersion(words / "1")
    given = np.array([b"a", b"b"], object)
    actual = version.run("count", {"words": given})["count"]
    assert isinstance(actual, np.ndarray)
    assert actual == 2


def test_closing_waits_for_what_runs(words, monkeypatch):
    version = loaded_versions.LoadedVersion(words / "1")
    given = {"words": np.array([b"a"], object)}
    runs, goes_on = threading.Event(), threading.Event()
    run = tf.compat.v1.Session.run

    def held(*args):
        runs.set()
        goes_on.wait()
        return run(*args)

    monkeypatch.setattr(tf.compat.v1.Session, "run", held)
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        running = pool.submit(version.run, "unique", given)
        runs.wait()
        closing = pool.submit(version.close)
        done, _ = concurrent.futures.wait([closing], 0.2)
        goes_on.set()
        assert not done
        assert running.result()
    answer = refusal(version, "unique", given)
    assert answer.code is grpc.StatusCode.UNAVAILABLE
