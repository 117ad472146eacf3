"""Folders of frames: what lies where, for each of the films in one.

    DIR/NAME_hhmmss_mmm.png         the frames, by film and time
    DIR/.NAME.json                  the film's record: what its frames are of
    DIR/.NAME.unfinished/           candidates, gone at the end
    DIR-report/NAME.txt             the summary
    DIR-report/NAME_1.png, ...      contact sheets

The report lies beside DIR, not in it, so that DIR can be given to training as
it is: a contact sheet would be taken for a cartoon. NAME is the film's, less
what Windows does not allow in a file.
"""

import glob
import json
import pathlib
import re

import numpy as np

from cartoongan_tf.core import atomic_files
from cartoongan_tf.core import errors
from cartoongan_tf.images import contact_sheets
from cartoongan_tf.images import pictures

_SHEET = 120  # Pictures on a contact sheet: what fits on a screen or two.
_COLUMNS = 10


class FrameFolder:
    """The place of one film's frames.

    Args:
        output: Folder of frames; made if missing.
        video: The film.

    Raises:
        InputError: If `output` cannot be a folder, or holds frames of another
            film of the same name.
    """

    def __init__(self, output: str | pathlib.Path, video: pathlib.Path):
        self.output = atomic_files.make_folder("output", output)
        self.report = self.output.with_name(f"{self.output.name}-report")
        self.name = _safe_name(video.stem)
        self.unfinished = self.output / f".{self.name}.unfinished"
        self._record = self.output / f".{self.name}.json"
        self._film = [video.name, video.stat().st_size]
        self._check_film(video)

    def summary_of(self, settings: dict) -> str | None:
        """The summary, if the film was finished with the same settings."""
        record = self._read_record()
        return record["summary"] if record.get("settings") == settings else None

    def frame_path(self, time: float) -> pathlib.Path:
        """Where the frame at a time, in seconds, goes."""
        seconds, thousandths = divmod(round(time * 1000), 1000)
        minutes, seconds = divmod(seconds, 60)
        hours, minutes = divmod(minutes, 60)
        clock = f"{hours:02d}{minutes:02d}{seconds:02d}_{thousandths:03d}"
        return self.output / f"{self.name}_{clock}.png"

    def finish(
        self, settings: dict, frames: list[pathlib.Path], summary: str
    ) -> None:
        """Notes that a film is done; drops frames of other settings."""
        names = [path.name for path in frames]
        for name in self._read_record().get("frames", []):
            if name not in names:
                (self.output / name).unlink(missing_ok=True)
        path = self.report / f"{self.name}.txt"
        atomic_files.write_text(path, f"{summary}\n")
        record = {
            "film": self._film,
            "settings": settings,
            "frames": names,
            "summary": summary,
        }
        atomic_files.write_text(self._record, json.dumps(record))

    def write_sheets(
        self, thumbnails: list[np.ndarray], captions: list[str]
    ) -> None:
        """Writes as many contact sheets as are needed, and drops old ones."""
        for old in self.report.glob(f"{glob.escape(self.name)}_*.png"):
            if re.fullmatch(r"\d+", old.stem[len(self.name) + 1 :]):
                old.unlink()
        for start in range(0, len(thumbnails), _SHEET):
            some = slice(start, start + _SHEET)
            sheet = contact_sheets.contact_sheet(
                thumbnails[some], captions[some], columns=_COLUMNS
            )
            number = start // _SHEET + 1
            pictures.write_png(self.report / f"{self.name}_{number}.png", sheet)

    def _check_film(self, video):
        film = self._read_record().get("film", self._film)
        if film != self._film:
            raise errors.InputError(
                f"`output`={self.output} holds the frames of another film "
                f"{film[0]}, of {film[1]:,} bytes; rename {video}, or name "
                "another `output`."
            )

    def _read_record(self):
        if not self._record.exists():
            return {}
        return json.loads(self._record.read_text("utf-8"))


def _safe_name(stem):
    name = re.sub(r'[<>:"/\\|?*\x00-\x1f]', "_", stem).strip(". ")
    return name or "film"
