"""A run: its settings, its pictures, and its output folder."""

import dataclasses
import functools
import pathlib
import sys

import keras

from cartoongan_tf.core import atomic_files
from cartoongan_tf.core import errors
from cartoongan_tf.data import color_matching
from cartoongan_tf.data import denoising
from cartoongan_tf.data import file_lists
from cartoongan_tf.data import folder_scan
from cartoongan_tf.data import holdout
from cartoongan_tf.data import image_source
from cartoongan_tf.data import samples
from cartoongan_tf.filters import grading
from cartoongan_tf.inference import loading
from cartoongan_tf.prepare import folder_check
from cartoongan_tf.prepare import overlaps
from cartoongan_tf.prepare import rules
from cartoongan_tf.training import checkpoints
from cartoongan_tf.training import distribution
from cartoongan_tf.training import run_record
from cartoongan_tf.training.config import GRADED_TARGETS
from cartoongan_tf.training.config import TrainConfig

WARM_UP = "warm_up"
ADVERSARIAL = "adversarial"
HOLDOUT = "holdout.txt"


@dataclasses.dataclass(frozen=True)
class Run:
    """A run whose settings and folders have been checked.

    Attributes:
        config: Settings.
        photos: Training photos.
        cartoons: Training cartoons.
        holdout: Held-out photos, to evaluate the generator on.
        people: Additional photos of people, if the settings name a folder.
        cluster: Devices to train on.
    """

    config: TrainConfig
    photos: image_source.PictureSource
    cartoons: image_source.PictureSource
    holdout: list[pathlib.Path]
    people: image_source.PictureSource | None = None
    cluster: distribution.Cluster = distribution.ONE_DEVICE

    @property
    def workdir(self) -> pathlib.Path:
        """Output folder of the run."""
        return pathlib.Path(self.config.workdir)

    @functools.cached_property
    def grade(self) -> grading.Grade:
        """Color grade of the content target, measured once."""
        if self.config.content_target not in GRADED_TARGETS:
            return grading.DEFAULT
        matched = color_matching.match(
            self.photos, self.cartoons, self.config.match_tones
        )
        return matched._replace(line_lightness=self.config.line_lightness)

    @functools.cached_property
    def teacher(self) -> keras.Model | None:
        """Generator to distill, loaded once."""
        if self.config.teacher is None:
            return None
        return loading.load_generator(self.config.teacher, "teacher")

    def checkpoint_path(self, phase: str) -> pathlib.Path:
        """Checkpoint file of a phase, `WARM_UP` or `ADVERSARIAL`."""
        return _checkpoint_path(self.config, phase)


def open_run(
    config: TrainConfig,
    cluster: distribution.Cluster = distribution.ONE_DEVICE,
) -> Run:
    """Checks the folders of a run, and records its settings and data.

    Args:
        config: Settings of the run.
        cluster: Devices to train on. With several workers, the chief must
            return from this before the others call it.

    Returns:
        The run. Its settings and data are recorded in `<workdir>/run.json`.

    Raises:
        InputError: If a folder holds no pictures or damaged ones, or `workdir`
            holds checkpoints of a run with other settings.
    """
    if not (cluster.is_chief or run_record.exists(config.workdir)):
        raise errors.InputError(
            f"`workdir`={config.workdir} does not hold the run that the chief "
            "started; name one folder that all workers share."
        )
    atomic_files.make_folder("workdir", config.workdir)
    photos = _scan_folder("photo_dir", config.photo_dir, config)
    cartoons = _scan_folder("cartoon_dir", config.cartoon_dir, config)
    folders = {"photo_dir": photos.paths, "cartoon_dir": cartoons.paths}
    people = None
    if config.people_dir is not None:
        people = _scan_folder("people_dir", config.people_dir, config)
        folders["people_dir"] = people.paths
        _check_disjoint(photos, people, config)
    if _has_checkpoints(config) or not cluster.is_chief:
        run_record.check(config, folders)
    elif config.check_data and not _uses_samples(config):
        _check_data(photos.paths, cartoons.paths, config)
    photos, people, held_out = _split(photos, people, config)
    if cluster.is_chief:
        run_record.write(config, folders)
        if held_out:
            path = pathlib.Path(config.workdir) / HOLDOUT
            file_lists.write_list(held_out, path)
    return Run(
        config,
        image_source.open_source(photos, config.cache),
        image_source.open_source(cartoons, config.cache, _denoising(config)),
        held_out,
        people and image_source.open_source(people, config.cache),
        cluster,
    )


def _denoising(config):
    """Denoised cartoons are kept in the run's folder if no cache is named."""
    strength = config.denoise_cartoons
    if not strength:
        return None
    return image_source.Transform(
        f"denoised {strength}",
        lambda picture: denoising.denoise(picture, strength),
        "Denoising cartoons",
        pathlib.Path(config.workdir) / "denoised",
    )


def _split(photos, people, config):
    photos, held_out = holdout.split(photos, config.holdout, config.seed)
    if people is not None:
        people, more = holdout.split(
            people, config.holdout_people, config.seed, "holdout_people"
        )
        held_out = held_out + more
    return photos, people, held_out


def _check_disjoint(photos, people, config):
    """A photo held out of one folder must not be trained on from the other."""
    same = overlaps.same_files(photos.paths, people.paths)
    if same and (config.holdout or config.holdout_people):
        raise errors.InputError(
            f"{len(same)} photos, such as {same[0]}, are in both `photo_dir` "
            "and `people_dir`, so that photos held out of one folder would be "
            "trained on from the other; remove them from one of the two."
        )


def _scan_folder(flag, name, config):
    samples_folder = pathlib.Path(config.workdir) / "samples"
    folder = samples.resolve_folder(name, samples_folder, flag)
    outputs = _output_folders(config)
    if pathlib.Path(folder).resolve() in outputs:
        raise errors.InputError(
            f"`{flag}`={folder} is a folder that the run writes into; name "
            "another `workdir` or `cache`."
        )
    scan = folder_scan.scan_folder(folder, flag, outputs)
    folder_scan.require_pictures(scan, flag, config.bad_images)
    return scan


def _output_folders(config):
    """Folders that the run writes into, which may be inside its data."""
    folders = {pathlib.Path(config.workdir).resolve()}
    if config.cache not in (image_source.NO_CACHE, image_source.MEMORY):
        folders.add(pathlib.Path(config.cache).resolve())
    return folders


def _uses_samples(config):
    folders = (config.photo_dir, config.cartoon_dir)
    return any(name.startswith(samples.PREFIX) for name in folders)


def _check_data(photo_paths, cartoon_paths, config):
    """Prints findings about the folders; an error finding ends the run."""
    findings = folder_check.quick_check(
        photo_paths, cartoon_paths, config.image_size
    )
    for finding in findings:
        if finding.severity is rules.Severity.ERROR:
            raise errors.InputError(
                f"{finding.message} If that is not so, pass `check_data`=false."
            )
        severity = finding.severity.name.lower()
        print(f"{severity}: {finding.message}", file=sys.stderr)


def _has_checkpoints(config):
    return any(
        checkpoints.exist(_checkpoint_path(config, phase))
        for phase in (WARM_UP, ADVERSARIAL)
    )


def _checkpoint_path(config, phase):
    return pathlib.Path(config.workdir) / "checkpoints" / f"{phase}.npz"
