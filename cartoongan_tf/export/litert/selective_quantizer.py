"""Dynamic range but for single convolutions, which stay floating point.

By Google's `litert-quantizer`, an extra, [quantizer]: the converter quantizes
all convolutions, or none. Otherwise their results are the same.
"""

import contextlib
import importlib.util
import io
import re

import keras
from ai_edge_litert.tools import flatbuffer_utils

from cartoongan_tf.export.litert import graphs
from cartoongan_tf.nn import networks

_PACKAGE = "litert_quantizer"
_CONVOLUTIONS = {"CONV_2D": "CONV_2D", "TRANSPOSE_CONV": "CONV_2D_TRANSPOSE"}
_BITS = 8

# The last transposed convolution of the paper's generator and the one behind
# it: between them stands no norm, so that a few large values take the 8 bits.
_KEPT = slice(-3, -1)


def applies_to(generator: keras.Model) -> bool:
    """Whether a generator is the paper's, and the extra is there.

    Without the extra the converter's result is far from the Keras model's.
    """
    is_paper = isinstance(generator, networks.Generator)
    return is_paper and importlib.util.find_spec(_PACKAGE) is not None


def quantize(model: bytes) -> bytes:
    """Quantizes a `.tflite` file of the paper's generator.

    Args:
        model: Contents of the file, float32.

    Returns:
        The contents of the quantized file.
    """
    from litert_quantizer import qtyping
    from litert_quantizer import quantizer

    kinds = {
        name: getattr(qtyping.TFLOperationName, kind)
        for name, kind in _CONVOLUTIONS.items()
    }
    recipe = quantizer.Quantizer(bytearray(model))
    for kind in kinds.values():
        recipe.add_dynamic_config(".*", kind, _BITS)
    for graph in graphs.read(model):
        found = [o for o in graph.operators if o.name in kinds]
        for operator in found[_KEPT]:
            (result,) = operator.outputs
            recipe.update_quantization_recipe(
                f"^{re.escape(result.name)};$",
                kinds[operator.name],
                algorithm_key=quantizer.AlgorithmName.NO_QUANTIZE,
            )
    # It shows bars of its own for large files, whatever it is told.
    with contextlib.redirect_stderr(io.StringIO()):
        result = recipe.quantize(enable_progress_report=False)
    # It puts weights behind the FlatBuffer, as files beyond 2 GB need it; where
    # other files have them, every reader finds them.
    tree = flatbuffer_utils.read_model_from_bytearray(result.quantized_model)
    return bytes(flatbuffer_utils.convert_object_to_bytearray(tree))
