"""Conversion of a generator to ONNX with Keras' export.

The extra [onnx] installs the packages.
"""

import importlib.util
import pathlib
import warnings

import keras

from cartoongan_tf.core import errors
from cartoongan_tf.core import model_interface

_SIDES = ("batch", "height", "width", "channels")
_PACKAGES = ("onnx", "onnxruntime", "tf2onnx")


def require_packages() -> None:
    """Raises `InputError` if a package of the extra is missing."""
    missing = [p for p in _PACKAGES if not importlib.util.find_spec(p)]
    if missing:
        raise errors.InputError(
            f"`formats`=onnx needs {', '.join(missing)}; "
            f"{errors.install_hint('onnx')}."
        )


def write(
    generator: keras.Model,
    path: pathlib.Path,
    size: model_interface.Size = None,
) -> None:
    """Writes an `.onnx` file.

    Its input `image` and output `cartoon` are float32 of shape
    `(batch, height, width, 3)` in [-1, 1]; dynamic dimensions have these names.

    Args:
        generator: Model from photos to cartoons, both in [-1, 1].
        path: File to write, ending in `.onnx`.
        size: Width and height of the pictures; None for any of at least 16
            pixels a side.
    """
    width, height = size or (None, None)
    shape = (None, height, width, 3)
    image = keras.InputSpec(
        shape=shape, dtype="float32", name=model_interface.IMAGE
    )
    with warnings.catch_warnings():
        # tf2onnx uses a deprecated NumPy name.
        warnings.simplefilter("ignore", FutureWarning)
        generator.export(
            path, format="onnx", verbose=False, input_signature=[image]
        )
    _name(path, shape)


def _name(path, shape):
    """Names the output, and the dynamic dimensions of input and output."""
    import onnx

    model = onnx.load(path)
    output = model.graph.output[0]
    for node in model.graph.node:
        for position, name in enumerate(node.output):
            if name == output.name:
                node.output[position] = model_interface.CARTOON
    output.name = model_interface.CARTOON
    sides = [side or name for side, name in zip(shape, _SIDES, strict=True)]
    for value in (model.graph.input[0], output):
        dtype = value.type.tensor_type.elem_type
        value.CopyFrom(
            onnx.helper.make_tensor_value_info(value.name, dtype, sides)
        )
    onnx.checker.check_model(model)
    onnx.save(model, path)
