"""Warmup requests, which TensorFlow Serving replays before serving a version.

They are in `assets.extra/tf_serving_warmup_requests` of a SavedModel, a
TFRecord file of `PredictionLog` messages. If one fails, the server does not
load the version.
"""

import pathlib
from collections.abc import Iterator
from collections.abc import Sequence

import numpy as np
import tensorflow as tf
from tensorflow_serving.apis import prediction_log_pb2

from cartoongan_tf.core import model_interface
from cartoongan_tf.images import pictures

FILE = "assets.extra/tf_serving_warmup_requests"


def write(saved_model: pathlib.Path, sizes: Sequence[tuple[int, int]]) -> None:
    """Adds a request for each signature and size to a SavedModel.

    Args:
        saved_model: Folder that holds `saved_model.pb`.
        sizes: Width and height of each request's photo, in pixels.
    """
    path = saved_model / FILE
    path.parent.mkdir(parents=True, exist_ok=True)
    with tf.io.TFRecordWriter(str(path)) as writer:
        for width, height in sizes:
            for signature, name, value in _inputs(width, height):
                log = _log(signature, name, value)
                writer.write(log.SerializeToString())


def read(saved_model: pathlib.Path) -> Iterator[tuple[str, np.ndarray]]:
    """Yields the signature name and the input of each request."""
    records = tf.data.TFRecordDataset(str(saved_model / FILE))
    for record in records.as_numpy_iterator():
        log = prediction_log_pb2.PredictionLog.FromString(record)
        request = log.predict_log.request
        (value,) = request.inputs.values()
        yield request.model_spec.signature_name, tf.make_ndarray(value)


def _inputs(width, height):
    row = np.linspace(0, 255, width).astype(np.uint8)
    pixels = np.tile(row[None, :, None], (height, 1, 3))
    encoded = np.array([pictures.encode_jpeg(pixels)], object)
    scaled = pictures.to_network(pixels).numpy()
    yield model_interface.BYTES, model_interface.IMAGE_BYTES, encoded
    yield model_interface.UINT8, model_interface.IMAGE, pixels[None]
    yield model_interface.FLOAT32, model_interface.IMAGE, scaled[None]


def _log(signature, name, value):
    log = prediction_log_pb2.PredictionLog()
    request = log.predict_log.request
    request.model_spec.name = model_interface.MODEL_NAME
    request.model_spec.signature_name = signature
    request.inputs[name].CopyFrom(tf.make_tensor_proto(value))
    return log
