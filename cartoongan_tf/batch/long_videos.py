"""Long videos, cartoonized in parallel segments and then joined.

Temporal smoothing and encoding are sequential: one process does both with the
workers' cartoons. The result equals that of a single machine.
"""

import glob
import hashlib
import pathlib
import shutil
import uuid
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import pyarrow

from cartoongan_tf.batch import planning
from cartoongan_tf.batch import storage
from cartoongan_tf.batch import video_worker
from cartoongan_tf.cartoonize import runner
from cartoongan_tf.cartoonize import settings as settings_of
from cartoongan_tf.core import atomic_files
from cartoongan_tf.core import errors
from cartoongan_tf.video import frame_store
from cartoongan_tf.video import reader
from cartoongan_tf.video import segments
from cartoongan_tf.video import videos

MIN_SEGMENTS = 6  # A minute; shorter videos go to one worker.


class LongVideo(NamedTuple):
    """A video whose segments are cartoonized in parallel.

    Attributes:
        source: Path of the video.
        target: Path of its cartoon.
        segments: Number of segments.
        folder: Folder of the segments' frames until they are joined.
    """

    source: str
    target: str
    segments: int
    folder: pathlib.Path

    def missing(self) -> pyarrow.Table:
        """Returns missing segments as rows of `video_worker.SEGMENTS`."""
        rows = (
            {
                "source": self.source,
                "target": str(path),
                "segment": segment,
                "is_last": segment == self.segments - 1,
            }
            for segment, path in enumerate(self._paths())
            if not path.exists()
        )
        return planning.table(rows, video_worker.SEGMENTS)

    def join(
        self, settings: settings_of.Settings, on_progress: videos.OnProgress
    ) -> runner.Outcome:
        """Smooths, encodes and muxes all segments; removes their frames.

        Args:
            settings: Settings of the output.
            on_progress: Callback, as for `videos.cartoonize_video`.
        """
        # The frames start at the first, so earlier work must not be resumed.
        settings = settings._replace(fingerprint=uuid.uuid4().hex)
        outcome = runner.run_video(
            _StoredCartoons(frame_store.read(self._paths())),
            pathlib.Path(self.source),
            pathlib.Path(self.target),
            settings,
            on_progress=on_progress,
        )
        if not outcome.problem:
            shutil.rmtree(self.folder, ignore_errors=True)
        return outcome

    def _paths(self):
        return [self.folder / f"{n:06}.nut" for n in range(self.segments)]


class _StoredCartoons:
    """Model stand-in that returns stored cartoons in frame order."""

    def __init__(self, cartoons):
        self._cartoons = cartoons

    def __call__(self, picture: np.ndarray) -> np.ndarray:
        cartoon = next(self._cartoons, None)
        if cartoon is None or cartoon.shape != picture.shape:
            raise errors.InputError(
                "changed while its segments were made; run the same command "
                "again."
            )
        return cartoon

    def for_video(self) -> Callable[[np.ndarray], np.ndarray]:
        return self


def split(row: dict, fingerprint: str) -> LongVideo | None:
    """Splits a long video into segments.

    Args:
        row: Row with the columns of `planning.SCHEMA`.
        fingerprint: Fingerprint of the model and the flags that segments
            depend on.

    Returns:
        None if the video is short or of unknown length, or the source or
        target is not on a disk, which all workers share.
    """
    source, target = row["source"], row["target"]
    if not (storage.is_on_disk(source) and storage.is_on_disk(target)):
        return None
    try:
        video = reader.VideoFile(source)
    except errors.InputError:
        return None  # Its worker reports the error.
    count = segments.count(video)
    if count is None or count < MIN_SEGMENTS:
        return None
    about = video.path.stat()
    text = repr([fingerprint, about.st_size, about.st_mtime_ns])
    digest = hashlib.sha256(text.encode()).hexdigest()[:12]
    beside = atomic_files.hidden_beside(pathlib.Path(target), "frames")
    folder = beside.with_name(f"{beside.name}-{digest}")
    for old in beside.parent.glob(f"{glob.escape(beside.name)}-*"):
        if old != folder:  # From another model or other flags.
            shutil.rmtree(old)
    return LongVideo(source, target, count, folder)
