"""Dynamic-range quantization that keeps some convolutions in float.

Uses Google's `litert-quantizer`, which the extra [quantizer] installs: the
converter quantizes either all convolutions or none. Otherwise the results are
the same.
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

# The last transposed convolution of the paper's generator and the next
# convolution: without a norm between them, outliers use up the 8 bits.
_FLOAT_CONVOLUTIONS = slice(-3, -1)


def applies_to(generator: keras.Model) -> bool:
    """Whether a generator is the paper's and the extra is installed.

    The converter's own result is far from that of the Keras model.
    """
    is_paper = isinstance(generator, networks.Generator)
    return is_paper and importlib.util.find_spec(_PACKAGE) is not None


def quantize(model: bytes) -> bytes:
    """Quantizes a `.tflite` file of the paper's generator.

    Args:
        model: Contents of the file, float32.

    Returns:
        Contents of the quantized file.
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
        for operator in found[_FLOAT_CONVOLUTIONS]:
            (result,) = operator.outputs
            recipe.update_quantization_recipe(
                f"^{re.escape(result.name)};$",
                kinds[operator.name],
                algorithm_key=quantizer.AlgorithmName.NO_QUANTIZE,
            )
    # It shows progress bars for large files despite this setting.
    with contextlib.redirect_stderr(io.StringIO()):
        result = recipe.quantize(enable_progress_report=False)
    # It appends weights to the FlatBuffer, as for files beyond 2 GB. Move them
    # inside, where every reader finds them.
    tree = flatbuffer_utils.read_model_from_bytearray(result.quantized_model)
    return bytes(flatbuffer_utils.convert_object_to_bytearray(tree))
