"""Keras generator -> the bytes of a `.tflite` file.

A file has one signature for each picture size, all of which share the weights,
and each takes and gives one picture of exactly that size, as
`model_interface.py` has it: RGB, channels last. Files for the GPU delegate and
the browser (float32 and float16) hold float32 in [-1, 1], those for the CPU
(dynamic_range and int8) uint8 of 0 to 255.

Only what LiteRT has built in is used, and no form that its CPU delegate splits
the graph on; `layers.py` tells which those are.
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

# Bytes of a weight in the file.
PRECISIONS = {FLOAT32: 4, FLOAT16: 2, DYNAMIC_RANGE: 1, INT8: 1}


def convert(
    generator: keras.Model,
    sizes: Sequence[model_interface.Size],
    precision: str,
    photos: Sequence[np.ndarray] = (),
) -> bytes:
    """Converts a generator to a `.tflite` file.

    Args:
        generator: Photos to cartoons, both in [-1, 1].
        sizes: Each `(width, height)` becomes a signature WIDTHxHEIGHT, and
            None the signature `any`, whose input is to be resized by its
            caller and which keeps odd sizes, too.
        precision: One of `PRECISIONS`. `float32`; `float16`, of weights only;
            `dynamic_range`, 8 bits a weight and activations quantized as they
            come; `int8`, everything quantized beforehand.
        photos: For `int8`, uint8 RGB arrays of shape `(height, width, 3)`, of
            any sizes: what the ranges of activations are taken from. They are
            cropped and resized to each size.

    Returns:
        The contents of the file.

    Raises:
        ValueError: If an argument is none of these.
        RuntimeError: If the result needs operators that LiteRT does not have
            built in, or lacks weights.
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
    """Cuts and resizes a photo to a size; for None it stays as it is."""
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
        # What is not built in comes out as a custom operator, to be named.
        converter.allow_custom_ops = True
        with warnings.catch_warnings():
            # Calibration inside of TensorFlow uses its own old interpreter.
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
    least = model_interface.MINIMUM_SIDE
    if any(size is not None and min(size) < least for size in sizes):
        raise ValueError(
            f"`sizes` must have at least {least} pixels a side, received "
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
    if precision == INT8:  # It turns [-1, 1] into pixels by itself.
        operators = tf.lite.OpsSet.TFLITE_BUILTINS_INT8
        converter.inference_input_type = tf.uint8
        converter.inference_output_type = tf.uint8
    converter.target_spec.supported_ops = [operators]


def _calibration_set(
    sizes: Sequence[model_interface.Size], photos: Sequence[np.ndarray]
) -> Iterator[tuple[str, dict[str, np.ndarray]]]:
    for size in sizes:
        fitted = [fit(photo, size) for photo in photos]
        # Without black and white, uint8 would stand for a part of the range.
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
    """Converters have been seen to leave the weights out without a word."""
    # Of equal kernels, such as those that begin at zero, only one is kept;
    # scales and shifts may be folded into their neighbors.
    kernels = [w.numpy() for w in generator.weights if len(w.shape) > 1]
    distinct = {kernel.tobytes(): kernel.size for kernel in kernels}
    least = bytes_each * sum(distinct.values())
    tree = flatbuffer_utils.read_model_from_bytearray(model)
    held = sum(len(b.data) for b in tree.buffers if b.data is not None)
    if held < least:
        raise RuntimeError(
            f"The file holds {held} bytes for {least} bytes of weights."
        )
