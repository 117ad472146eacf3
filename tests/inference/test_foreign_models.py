"""Models that export.py did not write."""

import keras
import numpy as np
import onnx
import pytest
import tensorflow as tf

from cartoongan_tf.core import errors
from cartoongan_tf.export import saved_models
from cartoongan_tf.inference import image_layout
from cartoongan_tf.inference import loading

LAST, FIRST = ("N", "H", "W", 3), ("N", 3, "H", "W")
FLOAT, BYTES = onnx.TensorProto.FLOAT, onnx.TensorProto.UINT8


@pytest.fixture
def picture(random):
    return random.integers(0, 256, (21, 34, 3), "uint8")


def write_onnx(path, *, inputs=(LAST,), outputs=(LAST,), dtype=FLOAT, op="Neg"):
    """A graph of one operation on its first input, or of its identity."""
    sources = [
        onnx.helper.make_tensor_value_info(f"in:{n}", dtype, shape)
        for n, shape in enumerate(inputs)
    ]
    results = [
        onnx.helper.make_tensor_value_info(f"out:{n}", dtype, shape)
        for n, shape in enumerate(outputs)
    ]
    nodes = [
        onnx.helper.make_node(op, ["in:0"], [result.name]) for result in results
    ]
    graph = onnx.helper.make_graph(nodes, "g", sources, results)
    opset = onnx.helper.make_opsetid("", 11)
    model = onnx.helper.make_model(graph, opset_imports=[opset], ir_version=7)
    onnx.save(model, path)
    return path


def assert_negative(path, picture):
    """Both [-1, 1] and 0 to 255, where 255 - x is the negative."""
    cartoon = loading.open_model(path, "model")(picture)
    assert cartoon.dtype == np.uint8
    np.testing.assert_array_equal(cartoon, 255 - picture)


@pytest.mark.parametrize(
    "shape", [LAST, FIRST, (1, 21, 34, 3), (1, 3, 21, 34)], ids=str
)
def test_an_onnx_file_from_image_to_image_is_run(shape, picture, tmp_path):
    path = tmp_path / "foreign.onnx"
    write_onnx(path, inputs=[shape], outputs=[shape])
    assert_negative(path, picture)


def test_an_onnx_file_of_bytes_is_run(picture, tmp_path):
    path = write_onnx(tmp_path / "bytes.onnx", dtype=BYTES, op="Identity")
    cartoon = loading.open_model(path, "model")(picture)
    np.testing.assert_array_equal(cartoon, picture)


def test_a_model_of_another_range_is_rejected_or_noted(tmp_path, capsys):
    """0 to 255 is an error; 0 to 1 gives a note for dark pictures."""
    dark = np.full((21, 34, 3), 60, "uint8")
    huge = write_onnx(tmp_path / "huge.onnx", op="Exp")
    with pytest.raises(errors.InputError, match="gives values of up to 3;"):
        loading.open_model(huge, "model")(dark + np.uint8(195))
    assert not capsys.readouterr().err
    pale = write_onnx(tmp_path / "pale.onnx", op="Sigmoid")
    cartoonize = loading.open_model(pale, "model")
    for _ in range(2):
        cartoonize(dark)
    assert capsys.readouterr().err.count("if it is one of 0 to 1") == 1


def test_an_onnx_file_of_another_size_gives_its_size(picture, tmp_path):
    shape = (1, 16, 24, 3)
    path = tmp_path / "foreign.onnx"
    write_onnx(path, inputs=[shape], outputs=[shape])
    cartoonize = loading.open_model(path, "model")
    with pytest.raises(errors.InputError, match="takes pictures of 24x16 pix"):
        cartoonize(picture)


@pytest.mark.parametrize(
    ("graph", "message"),
    [
        ({"inputs": [LAST, LAST]}, "inputs and outputs number 2 and 1"),
        ({"outputs": [LAST, LAST]}, "inputs and outputs number 1 and 2"),
        ({"inputs": [(1, 224)], "outputs": [(1, 224)]}, r"shape \(1, 224\)"),
        ({"inputs": [(8, 9, 9, 3)]}, r"its input is float32 of shape \(8, 9"),
        (
            {"outputs": [("N", "X")], "op": "Flatten"},
            "its output is float32 of",
        ),
        ({"dtype": onnx.TensorProto.INT32}, "its input is int32"),
        ({"dtype": onnx.TensorProto.BFLOAT16, "op": "Identity"}, "bfloat16"),
    ],
    ids=str,
)
def test_errors_of_unsupported_onnx_files_give_the_reason(
    graph, message, tmp_path
):
    path = write_onnx(tmp_path / "other.onnx", **graph)
    with pytest.raises(errors.InputError, match=message) as caught:
        loading.open_model(path, "model")
    assert "other.onnx cannot be run" in str(caught.value)
    assert "takes one RGB image" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_model_that_enlarges_is_rejected():
    small, large = ((1, 21, 34, 3), "float32"), ((1, 42, 68, 3), "float32")
    with pytest.raises(ValueError, match="turns 34x21 pixels into 68x42"):
        image_layout.infer([small], [large])


def test_a_model_that_fails_on_a_size_is_reported(picture, tmp_path):
    layers = [
        keras.Input((None, None, 3)),
        keras.layers.AveragePooling2D(4),
        keras.layers.UpSampling2D(4),
    ]
    keras.Sequential(layers).save(tmp_path / "fours.keras")
    cartoonize = loading.open_model(tmp_path / "fours.keras", "model")
    assert cartoonize(picture[:20, :32]).shape == (20, 32, 3)
    with pytest.raises(errors.InputError, match="of 34x21 pixels; try sides"):
        cartoonize(picture)


class Negative(tf.Module):
    @tf.function(input_signature=[tf.TensorSpec([None, None, None, 3])])
    def __call__(self, photo):
        return {"styled": -photo}


def test_a_saved_model_from_image_to_image_is_run(picture, tmp_path):
    module = Negative()
    tf.saved_model.save(module, tmp_path / "foreign", module.__call__)
    assert_negative(tmp_path / "foreign", picture)


def test_a_third_party_saved_model_gives_a_warning(generator, tmp_path, capsys):
    module = tf.Module()
    module.__call__ = tf.function(
        lambda image: -image,
        input_signature=[tf.TensorSpec((None, None, None, 3), tf.float32)],
    )
    tf.saved_model.save(module, tmp_path / "foreign", module.__call__)
    saved_models.write(generator, tmp_path / "exported")
    loading.open_model(tmp_path / "exported", "model")
    assert "Note" not in capsys.readouterr().err
    loading.open_model(tmp_path / "foreign", "model")
    told = capsys.readouterr().err
    assert f"{tmp_path / 'foreign'} is a SavedModel that export.py did" in told
    (tmp_path / "foreign/saved_model.pb").write_bytes(b"no graph")
    with pytest.raises(errors.InputError, match="foreign cannot be run"):
        loading.open_model(tmp_path / "foreign", "model")


@pytest.mark.parametrize(
    ("shape", "shown"), [([None, 4], r"\(\?, 4\)"), ([], r"\(\)")], ids=str
)
def test_errors_of_unsupported_saved_models_give_the_reason(
    shape, shown, tmp_path
):
    class Classes(tf.Module):
        @tf.function(input_signature=[tf.TensorSpec(shape)])
        def __call__(self, x):
            return {"classes": x}

    module = Classes()
    tf.saved_model.save(module, tmp_path / "classes", module.__call__)
    with pytest.raises(
        errors.InputError,
        match=f"serving_default, its input is float32 of shape {shown}",
    ):
        loading.open_model(tmp_path / "classes", "model")
    tf.saved_model.save(tf.Module(), tmp_path / "nothing")
    with pytest.raises(errors.InputError, match="nothing cannot be run"):
        loading.open_model(tmp_path / "nothing", "model")


@pytest.mark.parametrize("sides", [(None, None), (21, 34)], ids=str)
def test_a_tflite_file_from_image_to_image_is_run(sides, picture, tmp_path):
    spec = tf.TensorSpec([1, *sides, 3])
    function = tf.function(lambda photo: -photo).get_concrete_function(spec)
    converter = tf.lite.TFLiteConverter.from_concrete_functions([function])
    (tmp_path / "foreign.tflite").write_bytes(converter.convert())
    assert_negative(tmp_path / "foreign.tflite", picture)


def test_errors_of_unsupported_tflite_files_give_the_reason(tmp_path):
    spec = tf.TensorSpec([1, 4])
    function = tf.function(lambda x: -x).get_concrete_function(spec)
    converter = tf.lite.TFLiteConverter.from_concrete_functions([function])
    (tmp_path / "other.tflite").write_bytes(converter.convert())
    with pytest.raises(errors.InputError, match=r"is float32 of shape \(1, 4"):
        loading.open_model(tmp_path / "other.tflite", "model")


def loss_of_others(_, cartoons):
    return cartoons


@pytest.mark.parametrize("ending", ["h5", "keras"])
@pytest.mark.filterwarnings("ignore::UserWarning")  # Of HDF5, that it is old.
def test_a_keras_network_from_image_to_image_is_run(ending, picture, tmp_path):
    image = keras.Input((None, None, 3))
    network = keras.Model(image, keras.layers.Rescaling(-1)(image))
    network.compile(loss=loss_of_others)
    network.save(tmp_path / f"foreign.{ending}")
    assert_negative(tmp_path / f"foreign.{ending}", picture)


def test_errors_of_unsupported_keras_files_give_the_reason(tmp_path):
    image = keras.Input((4,))
    network = keras.Model(image, keras.layers.Rescaling(-1)(image))
    network.save(tmp_path / "other.keras")
    with pytest.raises(errors.InputError, match=r"float32 of shape \(\?, 4\)"):
        loading.open_model(tmp_path / "other.keras", "model")
    network.save_weights(tmp_path / "only.weights.h5")
    with pytest.raises(errors.InputError, match="is not a Keras model that"):
        loading.open_model(tmp_path / "only.weights.h5", "model")
    for name in ("broken.h5", "broken.pth"):
        (tmp_path / name).write_bytes(b"broken")
        with pytest.raises(errors.InputError, match="is not a Keras model"):
            loading.open_model(tmp_path / name, "model")


@pytest.mark.shared
def test_a_file_of_another_project_is_run(cases, picture):
    path = cases / "models/foreign.onnx"
    cartoon = loading.open_model(path, "model")(picture)
    expected = np.tanh(picture / 127.5 - 1) * 127.5 + 127.5
    np.testing.assert_allclose(cartoon, expected, atol=1)
