"""A run: its settings, its pictures, and the folder that it writes into."""

import dataclasses
import pathlib

from cartoongan_tf import files
from cartoongan_tf import pictures
from cartoongan_tf import run_record
from cartoongan_tf import samples
from cartoongan_tf.config import TrainConfig

WARM_UP = "warm_up"
ADVERSARIAL = "adversarial"


@dataclasses.dataclass(frozen=True)
class Run:
    """A run whose settings and folders have been checked.

    Attributes:
        config: Its settings.
        photo_paths: The photos.
        cartoon_paths: The cartoons.
    """

    config: TrainConfig
    photo_paths: list[pathlib.Path]
    cartoon_paths: list[pathlib.Path]

    @property
    def workdir(self) -> pathlib.Path:
        """Folder that the run writes into."""
        return pathlib.Path(self.config.workdir)

    def checkpoint_path(self, phase: str) -> pathlib.Path:
        """The checkpoint of a phase, `WARM_UP` or `ADVERSARIAL`."""
        return self.workdir / "checkpoints" / f"{phase}.npz"


def open_run(config: TrainConfig) -> Run:
    """Checks the folders of a run, and notes what it begins with.

    Args:
        config: Settings of the run.

    Returns:
        The run. What it began with is in `<workdir>/run.json`.

    Raises:
        InputError: If a folder does not hold pictures, or `workdir` holds
            checkpoints of a run with other settings.
    """
    workdir = files.make_folder("--workdir", config.workdir)
    folders = {
        flag: pictures.list_pictures(
            samples.as_folder(name, workdir / "samples", flag), flag
        )
        for flag, name in (
            ("--photo_dir", config.photo_dir),
            ("--cartoon_dir", config.cartoon_dir),
        )
    }
    run = Run(config, folders["--photo_dir"], folders["--cartoon_dir"])
    phases = (WARM_UP, ADVERSARIAL)
    if any(run.checkpoint_path(phase).exists() for phase in phases):
        run_record.check(config, folders)
    run_record.write(config, folders)
    return run
