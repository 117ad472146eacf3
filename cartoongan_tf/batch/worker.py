"""One loaded model, and the loop over the rows that it is given."""

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
    """What all workers of a batch do alike.

    Attributes:
        model: Arguments of `cartoonizer.Cartoonizer`.
        settings: How to read and write.
        threads: Of each process, as many as its worker has cores; None to
            leave that as it is.
    """

    model: dict[str, Any]
    settings: settings_of.Settings
    threads: int | None = None


class Worker:
    """An actor: works row by row, with a model that it loads once.

    Several threads may call it: while one computes, others read and write.

    Args:
        options: What to do.
        is_repeated: Whether results may be there already, of a worker that
            was lost before it could say so.

    Call arguments:
        rows: Each with its `number`, `source` and `target`, and what else a
            subclass wants.

    Returns:
        Rows as `OUTCOMES` has them: what was wrong, in a sentence, or null;
        what a user should know, or null; and whether the whole batch should
        stop, as it fails for all.
    """

    def __init__(self, options: Options, *, is_repeated: bool = False):
        self._settings = options.settings
        self._is_repeated = is_repeated
        self._gate = threading.Lock()
        self._refusal: str | None = None
        if options.threads is not None:
            _use_cores(options.threads)
        devices.prepare(deterministic=False)
        # As in `commands.main`: lines that do not name the file.
        warnings.filterwarnings(
            "ignore", category=UserWarning, module=r"PIL\.TiffImagePlugin"
        )
        try:
            keras_settings.apply()
            self._cartoonize = cartoonizer.Cartoonizer(**options.model)
        except errors.InputError as error:  # Ray would show a traceback.
            self._refusal = str(error)
        else:  # A video that another model began starts over.
            self._settings = self._settings._replace(
                fingerprint=self._cartoonize.fingerprint
            )

    def __call__(self, rows: pyarrow.Table) -> pyarrow.Table:
        outcomes = [self._outcome(row) for row in rows.to_pylist()]
        return pyarrow.Table.from_pylist(outcomes, schema=OUTCOMES)

    def _outcome(self, row):
        outcome = {key: row[key] for key in ("number", "source")}
        if self._refusal:
            return outcome | {"problem": self._refusal, "is_last": True}
        work = functools.partial(self._notes_of, **row)
        try:
            problem, notes = runner.attempt(work, row["source"])
        except OSError as error:
            problem = f"no space left to write {row['target']} ({error})."
            return outcome | {"problem": problem, "is_last": True}
        note = " ".join(notes) or None
        return outcome | {"problem": problem, "note": note, "is_last": False}

    def _notes_of(self, *args: Any, **row: Any) -> list[str]:
        """Does the work of a row; what a user should know of it."""
        raise NotImplementedError


class PictureWorker(Worker):
    """Makes cartoons of pictures; rows are as `planning.SCHEMA` has them."""

    def _notes_of(self, *, number, source, target, format):
        if self._is_repeated and storage.exists(target):
            return []
        data = storage.read(source)
        try:
            cartoon, note = self._cartoon_of(data, format)
        except headers.UnreadableImage as error:  # It names no file of bytes.
            raise errors.InputError(error.reason) from error
        storage.write(target, cartoon)
        return [note] if note else []

    def _cartoon_of(self, data, format):
        """A cartoon's file, and what a user should know of its picture."""
        cartoon = io.BytesIO()
        places = {"source": data, "target": cartoon, "format": format}
        note = None
        if (
            media_types.of_bytes(data).media_type
            is media_types.MediaType.ANIMATION
        ):
            with self._gate:
                still_images.cartoonize_animation(
                    self._cartoonize.for_video(),
                    settings=self._settings,
                    **places,
                )
        else:
            note = still_images.cartoonize_picture(
                self._cartoonize,
                settings=self._settings,
                compute_lock=self._gate,
                **places,
            )
        return cartoon.getvalue(), note


def _use_cores(threads):
    """Keeps this process to its cores; before TensorFlow does anything."""
    cv2.setNumThreads(threads)
    tf.config.threading.set_intra_op_parallelism_threads(threads)
    tf.config.threading.set_inter_op_parallelism_threads(threads)
