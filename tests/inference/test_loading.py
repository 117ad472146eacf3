import io
import sys
import zipfile

import h5py
import keras
import numpy as np
import pytest

from cartoongan_tf.core import errors
from cartoongan_tf.core import model_interface
from cartoongan_tf.export import saved_models
from cartoongan_tf.export.litert import conversion
from cartoongan_tf.inference import loading
from cartoongan_tf.nn import networks


@pytest.fixture
def picture(random):
    return random.integers(0, 256, (21, 34, 3), "uint8")


@pytest.fixture
def write(generator, tmp_path):
    """Writes an artifact of the generator, or of another one."""

    def write_one(name, sizes=(None,), of=generator):
        path = tmp_path / name
        if name.endswith(".keras"):
            of.save(path)
        elif name.endswith(".tflite"):
            path.write_bytes(conversion.convert(of, sizes, "float32"))
        else:
            saved_models.write(of, path)
        return path

    return write_one


def assert_same(cartoon, generator, picture):
    expected = loading.from_generator(generator)(picture).astype(int)
    assert cartoon.dtype == np.uint8
    assert np.abs(cartoon - expected).max() <= 1  # A tie may round either way.


def test_models_are_found_by_file_and_by_folder(
    generator, write, tmp_path, picture
):
    saved_model = write("saved_model/1")
    for path in (
        write("generator.keras"),
        tmp_path,  # The folder of a run.
        saved_model,
        saved_model.parent,
        write("any.tflite"),
    ):
        cartoonize = loading.open_model(path, "model")
        assert_same(cartoonize(picture), generator, picture)


@pytest.mark.parametrize("name", ["generator.keras", "any.tflite"])
def test_several_pictures_are_done_as_each_alone(
    generator, write, picture, name
):
    cartoonize = loading.open_model(write(name), "model")
    pair = np.stack([picture, 255 - picture // 2])
    cartoons = cartoonize(pair)
    assert cartoons.shape == pair.shape
    for cartoon, each in zip(cartoons, pair, strict=True):
        assert_same(cartoon, generator, each)


def test_the_highest_version_is_taken(generator, write, tmp_path, picture):
    old = networks.Generator(filters=4, blocks=1)
    write("saved_model/9", of=old)
    write("saved_model/10")
    cartoonize = loading.open_model(tmp_path / "saved_model", "model")
    assert_same(cartoonize(picture), generator, picture)


def test_a_file_of_fixed_sizes_takes_these_and_names_them(
    generator, write, picture
):
    path = write("sizes.tflite", sizes=[(34, 21), (16, 24)])
    cartoonize = loading.open_model(path, "model")
    assert_same(cartoonize(picture), generator, picture)
    with pytest.raises(
        errors.InputError, match="16x24 and 34x21 pixels, not of 24x16"
    ):
        cartoonize(picture[:16, :24])


@pytest.mark.parametrize("names", [("0001", "0003"), ("9", "0010")])
def test_versions_may_have_leading_zeros(names, tmp_path):
    for name in (*names, "old"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "saved_model.pb").touch()
    found = loading.saved_model_runtime.find(tmp_path)
    assert found == tmp_path / names[-1]


def test_small_pictures_are_rejected(write):
    for name in ("saved_model/1", "any.tflite", "generator.keras"):
        cartoonize = loading.open_model(write(name), "model")
        with pytest.raises(errors.InputError, match="34x15 pixels is too sma"):
            cartoonize(np.zeros((15, 34, 3), "uint8"))


def test_every_signature_of_a_saved_model_gives_the_same(
    generator, write, picture
):
    model = loading.saved_model_runtime.SessionModel(write("saved_model/1"))
    for signature in (
        model_interface.UINT8,
        model_interface.FLOAT32,
        model_interface.BYTES,
    ):
        cartoonize = loading.from_session(model, signature)
        assert_same(cartoonize(picture), generator, picture)


def test_files_without_a_model_are_named(discriminator, tmp_path):
    discriminator.save(tmp_path / "discriminator.keras")
    (tmp_path / "saved").mkdir()
    (tmp_path / "saved/saved_model.pb").write_text("none")
    for name in ("text.keras", "text.tflite", "text.npz", "text.onnx"):
        (tmp_path / name).write_text("no model")
    cases = {
        "gone.keras": "does not exist",
        "text.keras": "is not a Keras model",
        "text.tflite": "text.tflite cannot be run",
        "gone.tflite": "gone.tflite cannot be run",
        "text.onnx": "text.onnx cannot be run",
        "text.npz": "cannot be read as an .npz file",
        "saved": "saved cannot be run",
        "discriminator.keras": "of the class Discriminator, not of Generator",
    }
    for name, message in cases.items():
        with pytest.raises(errors.InputError, match=message):
            loading.open_model(tmp_path / name, "model")


def test_a_missing_package_is_named(monkeypatch, tmp_path):
    monkeypatch.delitem(
        sys.modules, "cartoongan_tf.inference.onnx_runtime", False
    )
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    with pytest.raises(errors.InputError, match="needs onnxruntime; run"):
        loading.open_model(tmp_path / "model.onnx", "model")


@pytest.mark.shared
def test_the_authors_weights_are_taken_as_they_are(shared, picture):
    path = shared / "official_cartoongan/hayao_fp16_hwio.npz"
    generator = loading.load_generator(path, "model")
    assert generator.count_params() == 11_129_667
    cartoon = loading.open_model(path, "model")(picture)
    assert_same(cartoon, generator, picture)


def small_network():
    source = keras.Input((None, None, 3))
    result = keras.layers.Conv2D(3, 1, name="colors")(source)
    return keras.Model(source, result)


def with_weights(path, change):
    """Writes a small network whose weights were changed in the file."""
    small_network().save(path)
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    weights = io.BytesIO(parts["model.weights.h5"])
    with h5py.File(weights, "r+") as file:
        change(file["layers/conv2d/vars"])
    parts["model.weights.h5"] = weights.getvalue()
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in parts.items():
            archive.writestr(name, data)


def replaced(**dataset):
    def change(variables):
        del variables["0"]
        variables.create_dataset("0", **dataset)

    return change


def not_a_number(variables):
    variables["0"][0, 0, 0, 0] = np.nan


@pytest.mark.filterwarnings("ignore:Skipping nested container")
@pytest.mark.parametrize(
    ("change", "message"),
    [
        (not_a_number, "values in colors/kernel that are no numbers"),
        (replaced(shape=(1, 1, 3, 5), dtype="f4"), "colors.* must match"),
        (
            replaced(
                shape=(10**6, 10**6),
                chunks=(1000, 1000),
                compression="gzip",
                dtype="f4",
            ),
            "colors.*declares 3.64 TB",
        ),
        (
            replaced(
                shape=(1, 1, 3, 3),
                dtype="f4",
                external=[("/etc/hostname", 0, 36)],
            ),
            "colors.*external",
        ),
    ],
    ids=["not_a_number", "other_shape", "huge", "of_another_file"],
)
def test_broken_weights_are_named(tmp_path, change, message):
    path = tmp_path / "model.keras"
    with_weights(path, change)
    with pytest.raises(errors.InputError, match=message) as caught:
        loading.open_model(path, "model")
    assert str(path) in str(caught.value)


@pytest.mark.parametrize("suffix", [".keras", ".h5"])
@pytest.mark.filterwarnings("ignore:You are saving your model as an HDF5")
def test_code_in_a_keras_file_is_not_run(tmp_path, suffix):
    ran = tmp_path / "ran"
    source = keras.Input((None, None, 3))
    layer = keras.layers.Lambda(
        lambda image, path=str(ran): (open(path, "w").close(), image)[1],
        output_shape=(None, None, 3),
    )
    path = tmp_path / f"model{suffix}"
    keras.Model(source, layer(source)).save(path)
    with pytest.raises(errors.InputError, match="holds code in a Lambda layer"):
        loading.open_model(path, "model")
    assert not ran.exists()


@pytest.mark.filterwarnings("ignore:Skipping invalid path")
def test_an_archive_writes_nothing_outside(tmp_path):
    path = tmp_path / "in/model.keras"
    path.parent.mkdir()
    small_network().save(path)
    outside = [str(tmp_path / "absolute"), "../outside", "assets/../../above"]
    with zipfile.ZipFile(path, "a") as archive:
        for name in outside:
            archive.writestr(name, "x")
    before = sorted(tmp_path.rglob("*"))
    loading.open_model(path, "model")
    assert sorted(tmp_path.rglob("*")) == before
