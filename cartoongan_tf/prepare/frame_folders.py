"""Layout of a folder with the frames of one or more videos.

    DIR/NAME_hhmmss_mmm.png         frames, by video and time
    DIR/.NAME.json                  record of the video and its settings
    DIR/.NAME.unfinished/           candidates, deleted at the end
    DIR-report/NAME.txt             summary
    DIR-report/NAME_1.png, ...      contact sheets

The report is beside DIR, not in it, so that DIR can be used for training:
contact sheets would be taken for cartoons. NAME is the video's name, without
characters that Windows does not allow in file names.
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

_PICTURES_PER_SHEET = 120  # Fits on a screen or two.
_COLUMNS = 10


class FrameFolder:
    """Folder for the frames of one video.

    Args:
        output: Folder of frames; created if missing.
        video: Path of the video.

    Raises:
        InputError: If `output` cannot be a folder, or contains frames of
            another video with the same name.
    """

    def __init__(self, output: str | pathlib.Path, video: pathlib.Path):
        self.output = atomic_files.make_folder("output", output)
        self.report = self.output.with_name(f"{self.output.name}-report")
        self.name = _safe_name(video.stem)
        self.unfinished = self.output / f".{self.name}.unfinished"
        self._record = self.output / f".{self.name}.json"
        self._video = [video.name, video.stat().st_size]
        self._check_video(video)

    def summary_of(self, settings: dict) -> str | None:
        """Returns the summary if the video was finished with `settings`."""
        record = self._read_record()
        return record["summary"] if record.get("settings") == settings else None

    def frame_path(self, time: float) -> pathlib.Path:
        """Returns the path of the frame at a time, in seconds."""
        seconds, thousandths = divmod(round(time * 1000), 1000)
        minutes, seconds = divmod(seconds, 60)
        hours, minutes = divmod(minutes, 60)
        clock = f"{hours:02d}{minutes:02d}{seconds:02d}_{thousandths:03d}"
        return self.output / f"{self.name}_{clock}.png"

    def finish(
        self, settings: dict, frames: list[pathlib.Path], summary: str
    ) -> None:
        """Records a finished video; deletes its frames of other settings."""
        names = [path.name for path in frames]
        for name in self._read_record().get("frames", []):
            if name not in names:
                (self.output / name).unlink(missing_ok=True)
        path = self.report / f"{self.name}.txt"
        atomic_files.write_text(path, f"{summary}\n")
        record = {
            "film": self._video,
            "settings": settings,
            "frames": names,
            "summary": summary,
        }
        atomic_files.write_text(self._record, json.dumps(record))

    def write_sheets(
        self, thumbnails: list[np.ndarray], captions: list[str]
    ) -> None:
        """Writes one or more contact sheets, and deletes old ones."""
        for old in self.report.glob(f"{glob.escape(self.name)}_*.png"):
            if re.fullmatch(r"\d+", old.stem[len(self.name) + 1 :]):
                old.unlink()
        starts = range(0, len(thumbnails), _PICTURES_PER_SHEET)
        for number, start in enumerate(starts, start=1):
            part = slice(start, start + _PICTURES_PER_SHEET)
            sheet = contact_sheets.contact_sheet(
                thumbnails[part], captions[part], columns=_COLUMNS
            )
            pictures.write_png(self.report / f"{self.name}_{number}.png", sheet)

    def _check_video(self, video):
        recorded = self._read_record().get("film", self._video)
        if recorded != self._video:
            name, size = recorded
            raise errors.InputError(
                f"`output`={self.output} contains the frames of another video "
                f"{name}, of {size:,} bytes; rename {video}, or name another "
                "`output`."
            )

    def _read_record(self):
        if not self._record.exists():
            return {}
        return json.loads(self._record.read_text("utf-8"))


def _safe_name(stem):
    name = re.sub(r'[<>:"/\\|?*\x00-\x1f]', "_", stem).strip(". ")
    return name or "film"
