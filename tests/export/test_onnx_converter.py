import sys

import numpy as np
import onnx
import pytest

from cartoongan_tf.core import errors
from cartoongan_tf.core import model_interface
from cartoongan_tf.export import onnx_converter
from cartoongan_tf.inference import onnx_runtime
from cartoongan_tf.nn import networks


def sides_of(value):
    sides = value.type.tensor_type.shape.dim
    return [side.dim_param or side.dim_value for side in sides]


@pytest.mark.slow
def test_a_size_is_obeyed(generator, random, tmp_path):
    path = tmp_path / "cartoongan.onnx"
    onnx_converter.write(generator, path, (34, 21))
    graph = onnx.load(path).graph
    for value in (*graph.input, *graph.output):
        assert sides_of(value) == ["batch", 21, 34, 3]
    model = onnx_runtime.OnnxModel(path)
    assert model.signatures == ["34x21"]
    photos = random.uniform(-1, 1, (1, 21, 34, 3)).astype("float32")
    np.testing.assert_allclose(
        model.run("34x21", photos), np.asarray(generator(photos)), atol=1e-4
    )


@pytest.mark.slow
@pytest.mark.parametrize("architecture", networks.GENERATORS)
def test_onnxruntime_gives_the_cartoons_of_the_generator(
    architecture, random, tmp_path
):
    generator = networks.new_generator(architecture, 4, 1)
    path = tmp_path / "cartoongan.onnx"
    onnx_converter.write(generator, path)
    graph = onnx.load(path).graph
    assert [value.name for value in graph.input] == ["image"]
    assert [value.name for value in graph.output] == ["cartoon"]
    for value in (*graph.input, *graph.output):
        assert sides_of(value) == ["batch", "height", "width", 3]
    model = onnx_runtime.OnnxModel(path)
    assert model.dtype(model_interface.ANY_SIZE) == np.float32
    for shape in ((1, 21, 34, 3), (2, 48, 16, 3)):
        photos = random.uniform(-1, 1, shape).astype("float32")
        cartoons = model.run(model_interface.ANY_SIZE, photos)
        expected = np.asarray(generator(photos))
        np.testing.assert_allclose(cartoons, expected, atol=1e-4)


def test_a_missing_package_is_named(monkeypatch):
    onnx_converter.require_packages()
    monkeypatch.setitem(sys.modules, "tf2onnx", None)
    with pytest.raises(errors.InputError, match="needs tf2onnx; run"):
        onnx_converter.require_packages()
