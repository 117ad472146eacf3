"""Candidates: the frames of a film picked so far, and where to go on.

They lie in a hidden folder until the film was read to its end. Their files do
not end like pictures, so that no training takes them for some. What the state
names is whole; anything else in the folder is written again.
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
    """State of a film that was read up to some time.

    Attributes:
        key: The film and the settings that the candidates depend on.
        next: Time of the first frame that is not judged yet, or None at the
            end of the film.
        context: Time to read from, to judge that frame.
        shots: Shots so far; the other counts are of frames.
        times: When each candidate was taken, in seconds.
        bars: The bars of each candidate.
        broken_at: Where the film breaks off, if it does.
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
    """The folder of candidates of one film.

    Args:
        folder: Folder to keep them in; made when the first one is added.
        key: What the candidates depend on. Those of another key are dropped.
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
        """Keeps the picks of a stretch; from then on they are safe."""
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
        """Notes that the film was read to its end."""
        self.state.next = None
        self.state.context = 0.0
        self.state.broken_at = broken_at
        self._save()

    def read(self) -> Iterator[tuple[float, np.ndarray]]:
        """Gives time and picture of each candidate, in order."""
        for time in self.state.times:
            yield time, pictures.read_picture(self._path(time))

    def write_cut(self, time: float, frame: np.ndarray) -> None:
        """Writes what may become a frame."""
        pictures.write_png(self.cut_path(time), frame)

    def cut_path(self, time: float) -> pathlib.Path:
        """Where `write_cut` writes to."""
        return self._path(time).with_suffix(".cut")

    def drop(self) -> None:
        """Removes the folder."""
        shutil.rmtree(self.folder)

    def _path(self, time):
        return self.folder / f"{round(time * 1000):09d}.candidate"

    def _save(self):
        text = json.dumps(dataclasses.asdict(self.state))
        atomic_files.write_text(self.folder / _STATE, text)
