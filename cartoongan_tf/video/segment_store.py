"""Storage of finished segments, to resume an interrupted video.

A hidden folder beside the target holds a file for each segment, a record of
the previous segment's number, and the smoother's state at the end of the last
one. A segment is finished once its record exists, which is written last. The
folder also stores the settings: with other ones, or another source, work
starts over.
"""

import contextlib
import json
import pathlib
import shutil
from collections.abc import Iterator
from typing import Any

import numpy as np

from cartoongan_tf.core import atomic_files
from cartoongan_tf.core import errors
from cartoongan_tf.video import frame_sampler
from cartoongan_tf.video import segments
from cartoongan_tf.video import temporal_smoothing

_SETTINGS = "settings.json"
_NO_SEGMENT = -1  # Recorded as the predecessor of the first segment.


class SegmentFolder:
    """Folder of the segments of one target.

    Args:
        target: Video to write.
        settings: JSON values on which the segments depend.

    Raises:
        InputError: If the folder cannot be created.
    """

    def __init__(self, target: pathlib.Path, settings: dict[str, Any]) -> None:
        self._folder = atomic_files.hidden_beside(target, "segments")
        record = self._folder / _SETTINGS
        text = json.dumps(settings)
        if not record.exists() or record.read_bytes() != text.encode():
            self.drop()
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise errors.InputError(
                f"{target} cannot be written ({error.strerror}); name another "
                "output."
            ) from error
        if not record.exists():
            with atomic_files.atomic_path(record) as temporary:
                temporary.write_bytes(text.encode())
        self._last = max(self.done(), default=_NO_SEGMENT)

    @property
    def next(self) -> int:
        """Number of the segment after the last finished one."""
        return self._last + 1

    def done(self) -> list[int]:
        """Returns the numbers of finished segments, up to a missing one.

        A gap in the video's timestamps may leave numbers without a segment.
        """
        numbers = [_NO_SEGMENT]
        records = self._folder.glob("[0-9]*.json")
        for path in sorted(records, key=lambda path: int(path.stem)):
            if json.loads(path.read_text()) != numbers[-1]:
                break
            numbers.append(int(path.stem))
        return numbers[1:]

    def paths(self) -> list[pathlib.Path]:
        """Returns the files of finished segments, in order."""
        return [self.path(number) for number in self.done()]

    def path(self, number: int) -> pathlib.Path:
        """Returns the file of a segment."""
        return self._path(number, "nut")

    def finish(
        self, number: int, state: temporal_smoothing.State | None
    ) -> None:
        """Records a written segment, and deletes older smoother states.

        Args:
            number: Number of the segment, larger than the previous ones.
            state: State of the smoother after the segment, or None.
        """
        if state is not None:
            with atomic_files.atomic_path(
                self._path(number, "npz")
            ) as temporary:
                np.savez(temporary, **state._asdict())
        record = json.dumps(self._last)
        atomic_files.write_text(self._path(number, "json"), record)
        self._last = number
        for old in self._folder.glob("*.npz"):
            if old != self._path(number, "npz"):
                old.unlink()

    def state(self) -> temporal_smoothing.State | None:
        """Returns the smoother's state after the last finished segment."""
        path = self._path(self._last, "npz")
        if not path.exists():
            return None
        with np.load(path) as arrays:
            return temporal_smoothing.State(**arrays)

    def drop(self) -> None:
        """Removes the folder."""
        shutil.rmtree(self._folder, ignore_errors=True)

    def _path(self, number, suffix):
        return self._folder / f"{number:06}.{suffix}"


@contextlib.contextmanager
def resume_hint(folder: SegmentFolder) -> Iterator[None]:
    """Adds to a `KeyboardInterrupt` the time from which work will resume.

    After any error, a folder without a finished segment is removed.
    """
    try:
        yield
    except BaseException as error:
        if not folder.next:
            folder.drop()
        if not isinstance(error, KeyboardInterrupt):
            raise
        time = frame_sampler.format_time(folder.next * segments.SEGMENT_SECONDS)
        raise KeyboardInterrupt(
            f"Stopped. Run the same command again to resume from {time}."
        ) from None
