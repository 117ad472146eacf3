"""The requests that a version answers before it takes traffic.

They lie in the SavedModel: a TFRecord file of `PredictionLog` messages.
"""

import pathlib
from collections.abc import Iterator

import tensorflow as tf
from tensorflow_serving.apis import predict_pb2
from tensorflow_serving.apis import prediction_log_pb2

MOST = 1000  # TensorFlow Serving's `kMaxNumRecords`
_FILE = "assets.extra/tf_serving_warmup_requests"


def read(folder: pathlib.Path) -> Iterator[predict_pb2.PredictRequest]:
    """Reads the requests of a version; none if it has no such file.

    Args:
        folder: Folder that holds `saved_model.pb`.

    Raises:
        ValueError: If there are too many, or one of another kind.
        tf.errors.DataLossError: If the file is damaged.
        google.protobuf.message.DecodeError: If a record is.
    """
    path = folder / _FILE
    if not path.exists():
        return
    # Not `tf.data`, whose eager context would take all memory of a GPU.
    records = tf.compat.v1.io.tf_record_iterator(str(path))
    for number, record in enumerate(records):
        if number == MOST:
            raise ValueError(f"{path} has more than {MOST} records.")
        log = prediction_log_pb2.PredictionLog.FromString(record)
        kind = log.WhichOneof("log_type")
        if kind != "predict_log":
            raise ValueError(
                f"{path}: record {number} is a {kind}; only predict_log is "
                "replayed."
            )
        yield log.predict_log.request
