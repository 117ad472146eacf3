"""Workers for whole videos and for the segments of long ones."""

import pathlib
import tempfile

import pyarrow

from cartoongan_tf.batch import storage
from cartoongan_tf.batch import worker
from cartoongan_tf.cartoonize import runner
from cartoongan_tf.cartoonize import still_images
from cartoongan_tf.core import atomic_files
from cartoongan_tf.core import errors
from cartoongan_tf.video import frame_store
from cartoongan_tf.video import reader
from cartoongan_tf.video import segments

SEGMENTS = pyarrow.schema(
    {
        "number": pyarrow.int64(),
        "source": pyarrow.string(),
        "target": pyarrow.string(),
        "segment": pyarrow.int64(),
        "is_last": pyarrow.bool_(),
    }
)


class VideoWorker(worker.Worker):
    """Cartoonizes whole videos; rows have the columns of `planning.SCHEMA`."""

    def _process(self, *, number, source, target, format):
        if self._is_repeated and storage.exists(target):
            return []
        with tempfile.TemporaryDirectory() as folder:
            video = storage.fetched(source, pathlib.Path(folder, "source"))
            cartoon = pathlib.Path(target)
            if not storage.is_on_disk(target):
                cartoon = pathlib.Path(folder, cartoon.name)
            cartoon.parent.mkdir(parents=True, exist_ok=True)
            with self._compute_lock:  # One video uses all cores of a worker.
                outcome = runner.run_video(
                    self._cartoonize, video, cartoon, self._settings
                )
            if outcome.problem:
                problem = outcome.problem.removeprefix(f"{video} ")
                raise errors.InputError(problem)
            if not storage.is_on_disk(target):
                storage.upload(cartoon, target)
        return [note.replace(str(video), source) for note in outcome.notes]


class SegmentWorker(worker.Worker):
    """Cartoonizes segments without temporal smoothing; rows: `SEGMENTS`."""

    def _process(self, *, number, source, target, segment, is_last):
        path = pathlib.Path(target)
        if self._is_repeated and path.exists():
            return []
        photos = segments.photos(
            reader.VideoFile(source), segment, is_last=is_last
        )
        with atomic_files.atomic_path(path) as temporary:
            frame_store.write(temporary, map(self._cartoon, photos))
        return []

    def _cartoon(self, photo):
        photo = still_images.limit_side(photo, self._settings.max_side)
        with self._compute_lock:
            return self._cartoonize(photo)
