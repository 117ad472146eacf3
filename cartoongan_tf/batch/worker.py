"""Workers of a batch: a loaded model that processes rows."""

import functools
import io
import threading
import warnings
from typing import Any
from typing import NamedTuple

import cv2
import pyarrow
import tensorflow as tf

from cartoongan_tf.batch import storage
from cartoongan_tf.cartoonize import cartoonizer
from cartoongan_tf.cartoonize import media_types
from cartoongan_tf.cartoonize import runner
from cartoongan_tf.cartoonize import settings as settings_of
from cartoongan_tf.cartoonize import still_images
from cartoongan_tf.core import devices
from cartoongan_tf.core import errors
from cartoongan_tf.images import headers
from cartoongan_tf.nn import keras_settings

OUTCOMES = pyarrow.schema(
    {
        "number": pyarrow.int64(),
        "source": pyarrow.string(),
        "problem": pyarrow.string(),
        "note": pyarrow.string(),
        "is_last": pyarrow.bool_(),
    }
)


class Options(NamedTuple):
    """Options that all workers of a batch share.

    Attributes:
        model: Arguments of `cartoonizer.Cartoonizer`.
        settings: Settings of reading and writing.
        threads: Threads per process, the worker's number of cores; None for
            the defaults.
    """

    model: dict[str, Any]
    settings: settings_of.Settings
    threads: int | None = None


class Worker:
    """Ray actor that loads a model once and processes rows one by one.

    Thread-safe: while one thread computes, others read and write.

    Args:
        options: Options of the batch.
        is_repeated: Whether results may exist already, from a worker that was
            lost before it reported them.

    Call arguments:
        rows: Rows with `number`, `source`, `target` and the other columns of
            the subclass.

    Returns:
        Rows with the columns of `OUTCOMES`: an error message or null, a note
        for the user or null, and whether to stop the batch, as all rows would
        fail.
    """

    def __init__(self, options: Options, *, is_repeated: bool = False):
        self._settings = options.settings
        self._is_repeated = is_repeated
        self._compute_lock = threading.Lock()
        self._load_error: str | None = None
        if options.threads is not None:
            _limit_threads(options.threads)
        devices.prepare(deterministic=False)
        # As in `commands.main`: these warnings do not name the file.
        warnings.filterwarnings(
            "ignore", category=UserWarning, module=r"PIL\.TiffImagePlugin"
        )
        try:
            keras_settings.apply()
            self._cartoonize = cartoonizer.Cartoonizer(**options.model)
        except errors.InputError as error:  # Ray would show a traceback.
            self._load_error = str(error)
        else:  # Videos begun with another model start over.
            self._settings = self._settings._replace(
                fingerprint=self._cartoonize.fingerprint
            )

    def __call__(self, rows: pyarrow.Table) -> pyarrow.Table:
        outcomes = [self._outcome(row) for row in rows.to_pylist()]
        return pyarrow.Table.from_pylist(outcomes, schema=OUTCOMES)

    def _outcome(self, row):
        outcome = {key: row[key] for key in ("number", "source")}
        if self._load_error:
            return outcome | {"problem": self._load_error, "is_last": True}
        work = functools.partial(self._process, **row)
        try:
            problem, notes = runner.attempt(work, row["source"])
        except OSError as error:
            problem = f"no space left to write {row['target']} ({error})."
            return outcome | {"problem": problem, "is_last": True}
        note = " ".join(notes) or None
        return outcome | {"problem": problem, "note": note, "is_last": False}

    def _process(self, *args: Any, **row: Any) -> list[str]:
        """Processes a row and returns notes for the user."""
        raise NotImplementedError


class PictureWorker(Worker):
    """Cartoonizes pictures; rows have the columns of `planning.SCHEMA`."""

    def _process(self, *, number, source, target, format):
        if self._is_repeated and storage.exists(target):
            return []
        data = storage.read(source)
        try:
            cartoon, note = self._cartoonize_bytes(data, format)
        except headers.UnreadableImage as error:  # Bytes have no file name.
            raise errors.InputError(error.reason) from error
        storage.write(target, cartoon)
        return [note] if note else []

    def _cartoonize_bytes(self, data, format):
        """Returns the encoded cartoon and a note for the user, or None."""
        cartoon = io.BytesIO()
        arguments = {"source": data, "target": cartoon, "format": format}
        note = None
        if (
            media_types.of_bytes(data).media_type
            is media_types.MediaType.ANIMATION
        ):
            with self._compute_lock:
                still_images.cartoonize_animation(
                    self._cartoonize.for_video(),
                    settings=self._settings,
                    **arguments,
                )
        else:
            note = still_images.cartoonize_picture(
                self._cartoonize,
                settings=self._settings,
                compute_lock=self._compute_lock,
                **arguments,
            )
        return cartoon.getvalue(), note


def _limit_threads(threads):
    """Limits the threads of this process, before TensorFlow is used."""
    cv2.setNumThreads(threads)
    tf.config.threading.set_intra_op_parallelism_threads(threads)
    tf.config.threading.set_inter_op_parallelism_threads(threads)
