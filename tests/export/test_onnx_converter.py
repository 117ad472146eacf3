import sys

import numpy as np
import onnx
import pytest

from cartoongan_tf.core import errors
from cartoongan_tf.core import model_interface
from cartoongan_tf.export import onnx_converter
from cartoongan_tf.inference import onnx_runtime
from cartoongan_tf.nn import networks


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
    with pytest.raises(errors.InputError, match="needs tf2onnx; install"):
        onnx_converter.require_packages()
