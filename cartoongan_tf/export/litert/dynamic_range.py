"""Weights of 8 bits, and activations that are rounded to 8 bits as they come.

By Google's `litert-quantizer`, which unlike the converter can leave single
convolutions in floating point.
"""

import contextlib
import io
import re

import keras
from ai_edge_litert.tools import flatbuffer_utils
from litert_quantizer import qtyping
from litert_quantizer import quantizer

from cartoongan_tf.export.litert import graphs
from cartoongan_tf.nn import networks

_CONVOLUTIONS = {
    "CONV_2D": qtyping.TFLOperationName.CONV_2D,
    "TRANSPOSE_CONV": qtyping.TFLOperationName.CONV_2D_TRANSPOSE,
}
_BITS = 8

# The last transposed convolution of the paper's generator and the one behind
# it: between them stands no norm, so that a few large values take the 8 bits.
_KEPT_OF_PAPER = slice(-3, -1)
_KEPT_OF_OTHERS = slice(0)


def quantize(model: bytes, generator: keras.Model) -> bytes:
    """Quantizes the convolutions of a `.tflite` file.

    Args:
        model: Contents of the file, float32.
        generator: What it was converted from.

    Returns:
        The contents of the quantized file.
    """
    is_paper = isinstance(generator, networks.Generator)
    kept = _KEPT_OF_PAPER if is_paper else _KEPT_OF_OTHERS
    recipe = quantizer.Quantizer(bytearray(model))
    for kind in _CONVOLUTIONS.values():
        recipe.add_dynamic_config(".*", kind, _BITS)
    for graph in graphs.read(model):
        found = [o for o in graph.operators if o.name in _CONVOLUTIONS]
        for operator in found[kept]:
            (result,) = operator.outputs
            recipe.update_quantization_recipe(
                f"^{re.escape(result.name)};$",
                _CONVOLUTIONS[operator.name],
                algorithm_key=quantizer.AlgorithmName.NO_QUANTIZE,
            )
    # It shows bars of its own for large files, whatever it is told.
    with contextlib.redirect_stderr(io.StringIO()):
        result = recipe.quantize(enable_progress_report=False)
    # It puts weights behind the FlatBuffer, as files beyond 2 GB need it; where
    # other files have them, every reader finds them.
    tree = flatbuffer_utils.read_model_from_bytearray(result.quantized_model)
    return bytes(flatbuffer_utils.convert_object_to_bytearray(tree))
