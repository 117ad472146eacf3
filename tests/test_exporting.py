import numpy as np
import pytest
import tensorflow as tf

from cartoongan_tf import artifacts
from cartoongan_tf import errors
from cartoongan_tf import exporting
from cartoongan_tf import networks


@pytest.fixture
def picture(random):
    return random.integers(0, 256, (21, 34, 3), "uint8")


@pytest.fixture
def saved_model(generator, tmp_path):
    return exporting.export_saved_model(generator, tmp_path / "saved_model/1")


@pytest.fixture
def litert(generator, saved_model, tmp_path):
    path = tmp_path / "cartoongan.tflite"
    return exporting.convert_to_litert(generator, saved_model, path)


def assert_same(cartoon, generator, picture):
    expected = generator(picture[None] / np.float32(127.5) - 1)[0]
    pixels = np.round((expected + 1) * 127.5)
    assert cartoon.dtype == np.uint8
    assert cartoon.shape == picture.shape
    assert np.abs(cartoon - pixels).max() <= 1  # A tie may round either way.
    assert pixels.std() > 1


def test_saved_model_is_the_generator_from_bytes_to_bytes(
    generator, saved_model, picture
):
    cartoonize = artifacts.open_model(saved_model, "--model")
    assert_same(cartoonize(picture), generator, picture)


def test_litert_is_the_generator_from_bytes_to_bytes(
    generator, litert, picture
):
    cartoonize = artifacts.open_model(litert, "--model")
    assert_same(cartoonize(picture), generator, picture)
    assert_same(cartoonize(picture[:17]), generator, picture[:17])


def test_saved_model_runs_in_the_session_that_tf_serving_uses(
    generator, saved_model, picture
):
    graph = tf.Graph()
    with tf.compat.v1.Session(graph=graph) as session:
        loaded = tf.compat.v1.saved_model.load(
            session, ["serve"], str(saved_model)
        )
        signature = loaded.signature_def["serving_default"]
        cartoons = session.run(
            signature.outputs["cartoon"].name,
            {signature.inputs["image"].name: picture[None]},
        )
    assert_same(cartoons[0], generator, picture)


def test_artifacts_hold_each_weight_once(generator, saved_model, litert):
    parameters = 4 * generator.count_params()
    variables = saved_model / "variables/variables.data-00000-of-00001"
    assert variables.stat().st_size == pytest.approx(parameters, rel=0.3)
    assert parameters < litert.stat().st_size < 2 * parameters + 120_000


def test_litert_needs_only_builtin_operators(litert):
    model = litert.read_bytes()
    assert b"FlexConv" not in model
    assert b"Flex" not in model


def test_what_does_not_agree_is_not_written(generator, saved_model, tmp_path):
    other = networks.Generator(filters=4, blocks=1)
    path = tmp_path / "other.tflite"
    with pytest.raises(RuntimeError, match="differs from the Keras model"):
        exporting.convert_to_litert(other, saved_model, path)
    assert not path.exists()
    assert [p.name for p in tmp_path.iterdir()] == ["saved_model"]


def test_what_lacks_its_weights_is_not_written(saved_model, tmp_path):
    larger = networks.Generator(filters=16, blocks=4)
    with pytest.raises(RuntimeError, match="bytes of weights"):
        exporting.convert_to_litert(larger, saved_model, tmp_path / "a.tflite")


def test_models_are_found_by_file_and_by_folder(
    generator, saved_model, tmp_path, picture
):
    generator.save(tmp_path / "generator.keras")
    for path in (
        tmp_path / "generator.keras",
        saved_model,
        saved_model.parent,
    ):
        cartoonize = artifacts.open_model(path, "--model")
        assert_same(cartoonize(picture), generator, picture)


def test_the_highest_version_is_taken(generator, tmp_path, picture):
    old = networks.Generator(filters=4, blocks=1)
    exporting.export_saved_model(old, tmp_path / "saved_model/9")
    exporting.export_saved_model(generator, tmp_path / "saved_model/10")
    cartoonize = artifacts.open_model(tmp_path / "saved_model", "--model")
    assert_same(cartoonize(picture), generator, picture)


def test_small_pictures_are_refused(generator, saved_model, litert, tmp_path):
    generator.save(tmp_path / "generator.keras")
    for path in (saved_model, litert, tmp_path / "generator.keras"):
        cartoonize = artifacts.open_model(path, "--model")
        with pytest.raises(errors.InputError, match="34x15 pixels is too sma"):
            cartoonize(np.zeros((15, 34, 3), "uint8"))


def test_what_is_no_model_is_named(discriminator, tmp_path):
    discriminator.save(tmp_path / "discriminator.keras")
    (tmp_path / "saved").mkdir()
    (tmp_path / "saved/saved_model.pb").write_text("none")
    for name in ("text.keras", "text.tflite"):
        (tmp_path / name).write_text("no model")
    cases = {
        "gone.keras": "does not exist",
        "text.keras": "is not a Keras model",
        "text.tflite": "is not a .tflite file",
        "gone.tflite": "is not a .tflite file",
        "saved": "is not a SavedModel",
        "discriminator.keras": "holds a Discriminator, not a Generator",
    }
    for name, message in cases.items():
        with pytest.raises(errors.InputError, match=message):
            artifacts.open_model(tmp_path / name, "--model")
