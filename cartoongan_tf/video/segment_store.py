"""Work in progress on a video: the segments that are done.

A hidden folder beside the target holds each segment as a file, a record of
the one before it, and what the smoother knew at its end. A segment counts once
its record is there, which is written last. The settings stand in the folder:
with others, or with another source, work starts over.
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
_NONE = -1  # The number before the first.


class SegmentFolder:
    """The folder of one target.

    Args:
        target: The video that is to be written.
        settings: What the segments depend on, as JSON values.

    Raises:
        InputError: If no folder can be made there.
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
                "place."
            ) from error
        if not record.exists():
            with atomic_files.atomic_path(record) as temporary:
                temporary.write_bytes(text.encode())
        self._last = max(self.done(), default=_NONE)

    @property
    def next(self) -> int:
        """Number of the segment after the last one that is done."""
        return self._last + 1

    def done(self) -> list[int]:
        """Numbers of the segments before any that is missing.

        Where a video has a gap, there are numbers without a segment.
        """
        numbers = [_NONE]
        records = self._folder.glob("[0-9]*.json")
        for path in sorted(records, key=lambda path: int(path.stem)):
            if json.loads(path.read_text()) != numbers[-1]:
                break
            numbers.append(int(path.stem))
        return numbers[1:]

    def paths(self) -> list[pathlib.Path]:
        """Files of the segments, in order."""
        return [self.path(number) for number in self.done()]

    def path(self, number: int) -> pathlib.Path:
        """The file of a segment."""
        return self._path(number, "nut")

    def finish(
        self, number: int, memory: temporal_smoothing.Memory | None
    ) -> None:
        """Records that a segment is written, and forgets older memories.

        Args:
            number: Of the segment; larger than those before.
            memory: Of the smoother at its end, if there is one.
        """
        if memory is not None:
            with atomic_files.atomic_path(
                self._path(number, "npz")
            ) as temporary:
                np.savez(temporary, **memory._asdict())
        record = json.dumps(self._last)
        atomic_files.write_text(self._path(number, "json"), record)
        self._last = number
        for old in self._folder.glob("*.npz"):
            if old != self._path(number, "npz"):
                old.unlink()

    def memory(self) -> temporal_smoothing.Memory | None:
        """Memory of the smoother at the end of the last finished segment."""
        path = self._path(self._last, "npz")
        if not path.exists():
            return None
        with np.load(path) as arrays:
            return temporal_smoothing.Memory(**arrays)

    def drop(self) -> None:
        """Removes all of it."""
        shutil.rmtree(self._folder, ignore_errors=True)

    def _path(self, number, suffix):
        return self._folder / f"{number:06}.{suffix}"


@contextlib.contextmanager
def advice(folder: SegmentFolder) -> Iterator[None]:
    """Says, when work is stopped by Ctrl-C, where it will go on.

    However it ends, a folder without a whole segment does not stay.
    """
    try:
        yield
    except BaseException as error:
        if not folder.next:
            folder.drop()
        if not isinstance(error, KeyboardInterrupt):
            raise
        place = frame_sampler.clock(folder.next * segments.SEGMENT_SECONDS)
        raise KeyboardInterrupt(
            f"Stopped. The same command goes on from {place}."
        ) from None
