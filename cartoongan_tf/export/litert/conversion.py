"""Conversion of a Keras generator to a `.tflite` file.

A file has one signature per picture size, with shared weights; input and output
are one picture of exactly that size, RGB, channels last, as documented in
`model_interface.py`. Files for the GPU delegate and the browser (float32 and
float16) use float32 in [-1, 1], those for the CPU (dynamic_range and int8)
uint8 in 0 to 255.

Only LiteRT's built-in operators are used, and none on which its CPU delegate
splits the graph (see `layers.py`).
"""

import functools
import tempfile
import warnings
from collections.abc import Iterator
from collections.abc import Sequence

import keras
import numpy as np
import PIL.Image
import PIL.ImageOps
import tensorflow as tf
from ai_edge_litert.tools import flatbuffer_utils

from cartoongan_tf.core import model_interface
from cartoongan_tf.export import endpoints
from cartoongan_tf.export.litert import selective_quantizer
from cartoongan_tf.images import pictures

FLOAT32 = "float32"
FLOAT16 = "float16"
DYNAMIC_RANGE = "dynamic_range"
INT8 = "int8"

# Bytes per weight in the file.
PRECISIONS = {FLOAT32: 4, FLOAT16: 2, DYNAMIC_RANGE: 1, INT8: 1}


def convert(
    generator: keras.Model,
    sizes: Sequence[model_interface.Size],
    precision: str,
    photos: Sequence[np.ndarray] = (),
) -> bytes:
    """Converts a generator to a `.tflite` file.

    Args:
        generator: Model from photos to cartoons, both in [-1, 1].
        sizes: Each `(width, height)` becomes a signature WIDTHxHEIGHT, and
            None the signature `any`, whose input tensor the caller resizes;
            it preserves odd sizes, too.
        precision: One of `PRECISIONS`. `float32`; `float16`, weights only;
            `dynamic_range`, 8-bit weights and activations quantized at run
            time; `int8`, full-integer quantization.
        photos: Calibration photos for `int8`: uint8 RGB arrays of shape
            `(height, width, 3)`, any sizes. They are cropped and resized to
            each size.

    Returns:
        The contents of the file.

    Raises:
        ValueError: If an argument is invalid.
        RuntimeError: If the result needs operators that are not built into
            LiteRT, or lacks weights.
    """
    _check_arguments(sizes, precision, photos)
    signatures = {
        model_interface.signature_of(size): _endpoint(
            generator, size, precision
        )
        for size in sizes
    }
    is_dynamic = precision == DYNAMIC_RANGE
    if is_dynamic and selective_quantizer.applies_to(generator):
        model = _run_converter(signatures, sizes, FLOAT32, photos)
        model = selective_quantizer.quantize(model)
    else:
        model = _run_converter(signatures, sizes, precision, photos)
    _require_weights(model, generator, PRECISIONS[precision])
    return model


def fit(photo: np.ndarray, size: model_interface.Size) -> np.ndarray:
    """Crops and resizes a photo to a size; None leaves it unchanged."""
    if size is None:
        return photo
    return np.array(PIL.ImageOps.fit(PIL.Image.fromarray(photo), size))


def _run_converter(signatures, sizes, precision, photos):
    with tempfile.TemporaryDirectory() as folder:
        endpoints.write(folder, signatures)
        converter = tf.lite.TFLiteConverter.from_saved_model(
            folder, signature_keys=list(signatures)
        )
        _set_precision(converter, precision)
        if precision == INT8:
            converter.representative_dataset = functools.partial(
                _calibration_set, sizes, photos
            )
        # Lets the error name the operators that are not built in.
        converter.allow_custom_ops = True
        with warnings.catch_warnings():
            # Calibration uses TensorFlow's deprecated interpreter.
            warnings.filterwarnings("ignore", r"\s*Warning: tf.lite.Interpr")
            model = converter.convert()
    _require_builtin_operators(model)
    return model


def _check_arguments(sizes, precision, photos):
    if precision not in PRECISIONS:
        raise ValueError(
            f"`precision` must be one of {', '.join(PRECISIONS)}, received "
            f"{precision!r}."
        )
    if not sizes or len(set(sizes)) < len(sizes):
        raise ValueError(
            f"`sizes` must be one or more, each once, received {sizes}."
        )
    min_side = model_interface.MINIMUM_SIDE
    if any(size is not None and min(size) < min_side for size in sizes):
        raise ValueError(
            f"`sizes` must have at least {min_side} pixels a side, received "
            f"{sizes}."
        )
    if precision == INT8 and not len(photos):
        raise ValueError(
            "`photos` must be given for int8, to calibrate it; received none."
        )


def _endpoint(generator, size, precision):
    width, height = size or (None, None)
    if precision == DYNAMIC_RANGE:
        return endpoints.on_pixels(generator, 1, height, width)
    return endpoints.on_range(generator, 1, height, width)


def _set_precision(converter, precision):
    operators = tf.lite.OpsSet.TFLITE_BUILTINS
    if precision != FLOAT32:
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
    if precision == FLOAT16:
        converter.target_spec.supported_types = [tf.float16]
    if precision == INT8:  # The converter maps [-1, 1] to pixels.
        operators = tf.lite.OpsSet.TFLITE_BUILTINS_INT8
        converter.inference_input_type = tf.uint8
        converter.inference_output_type = tf.uint8
    converter.target_spec.supported_ops = [operators]


def _calibration_set(
    sizes: Sequence[model_interface.Size], photos: Sequence[np.ndarray]
) -> Iterator[tuple[str, dict[str, np.ndarray]]]:
    for size in sizes:
        fitted = [fit(photo, size) for photo in photos]
        # Without black and white, uint8 would cover only part of the range.
        for pixels in (_ramp(size), *fitted):
            image = pictures.to_network(pixels[None]).numpy()
            yield (
                model_interface.signature_of(size),
                {model_interface.IMAGE: image},
            )


def _ramp(size):
    width, height = size or (256, model_interface.MINIMUM_SIDE)
    grays = np.linspace(0, 255, width).astype(np.uint8)
    return np.tile(grays[None, :, None], (height, 1, 3))


def _require_builtin_operators(model):
    tree = flatbuffer_utils.read_model_from_bytearray(model)
    codes = [code.customCode for code in tree.operatorCodes]
    custom = sorted(code.decode() for code in codes if code)
    if custom:
        raise RuntimeError(
            "The network needs what LiteRT does not have built in: "
            f"{', '.join(custom)}."
        )


def _require_weights(model, generator, bytes_each):
    """Checks the size of the weights, which converters may silently drop."""
    # Equal kernels, such as zero-initialized ones, are stored once; scales and
    # offsets may be folded into adjacent operators.
    kernels = [w.numpy() for w in generator.weights if len(w.shape) > 1]
    distinct = {kernel.tobytes(): kernel.size for kernel in kernels}
    min_bytes = bytes_each * sum(distinct.values())
    tree = flatbuffer_utils.read_model_from_bytearray(model)
    held = sum(len(b.data) for b in tree.buffers if b.data is not None)
    if held < min_bytes:
        raise RuntimeError(
            f"The file holds {held} bytes for {min_bytes} bytes of weights."
        )
