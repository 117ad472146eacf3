"""Storage of candidate frames, to resume an interrupted video.

Candidates are kept in a hidden folder until the video has been read. Their
file extensions are not those of pictures, so that training ignores them. Files
listed in the state are complete; all others are written again.
"""

import dataclasses
import json
import pathlib
import shutil
from collections.abc import Iterator

import numpy as np

from cartoongan_tf.analysis import letterbox
from cartoongan_tf.analysis import shot_detection
from cartoongan_tf.core import atomic_files
from cartoongan_tf.images import pictures

_STATE = "state.json"


@dataclasses.dataclass
class State:
    """Progress of reading a video.

    Attributes:
        key: Video and settings on which the candidates depend.
        next: Seconds of the first frame not yet processed, or None at the end
            of the video.
        context: Seconds from which to read, to process that frame.
        looked: Number of frames read.
        empty: Number of blank frames.
        mixed: Number of frames in transitions.
        shots: Number of shots.
        times: Seconds of each candidate.
        bars: Letterbox bars of each candidate.
        broken_at: Seconds at which a truncated video ends, else None.
    """

    key: list
    next: float | None = 0.0
    context: float = 0.0
    looked: int = 0
    empty: int = 0
    mixed: int = 0
    shots: int = 0
    times: list[float] = dataclasses.field(default_factory=list)
    bars: list[list[int]] = dataclasses.field(default_factory=list)
    broken_at: float | None = None


class Candidates:
    """Folder of the candidates of one video.

    Args:
        folder: Folder to use; created with the first candidate.
        key: JSON values on which the candidates depend. Candidates with
            another key are deleted.
    """

    def __init__(self, folder: pathlib.Path, key: list):
        self.folder = folder
        self.state = State(key)
        if (folder / _STATE).exists():
            state = State(**json.loads((folder / _STATE).read_text()))
            if state.key == key:
                self.state = state
            else:
                shutil.rmtree(folder)

    def add(self, stretch: shot_detection.Stretch) -> None:
        """Stores the picks of a stretch, and the progress."""
        state = self.state
        for time, picture in stretch.picks:
            pictures.write_png(self._path(time), picture)
            state.times.append(time)
            state.bars.append(list(letterbox.find_bars(picture)))
        state.shots += bool(stretch.picks)
        state.looked += stretch.looked
        state.empty += stretch.empty
        state.mixed += stretch.mixed
        state.next, state.context = stretch.end, stretch.context
        if np.isfinite(stretch.end):
            self._save()

    def close(self, broken_at: float | None) -> None:
        """Records that the video has been read to its end."""
        self.state.next = None
        self.state.context = 0.0
        self.state.broken_at = broken_at
        self._save()

    def read(self) -> Iterator[tuple[float, np.ndarray]]:
        """Yields time and picture of each candidate, in order."""
        for time in self.state.times:
            yield time, pictures.read_picture(self._path(time))

    def write_cropped(self, time: float, frame: np.ndarray) -> None:
        """Writes a candidate that has been cropped and resized."""
        pictures.write_png(self.cropped_path(time), frame)

    def cropped_path(self, time: float) -> pathlib.Path:
        """Returns the path of `write_cropped`."""
        return self._path(time).with_suffix(".cut")

    def drop(self) -> None:
        """Removes the folder."""
        shutil.rmtree(self.folder)

    def _path(self, time):
        return self.folder / f"{round(time * 1000):09d}.candidate"

    def _save(self):
        text = json.dumps(dataclasses.asdict(self.state))
        atomic_files.write_text(self.folder / _STATE, text)
