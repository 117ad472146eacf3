"""Trained generator -> artifacts for servers and phones.

Nothing is called written before it has been loaded by what will load it in
use, and has agreed with the Keras model on real photos. What does not agree is
removed.
"""

import functools
import pathlib
from collections.abc import Sequence
from typing import NamedTuple

import keras
import numpy as np
import PIL.Image
import PIL.ImageOps

from cartoongan_tf.core import atomic_files
from cartoongan_tf.core import model_interface
from cartoongan_tf.export import fidelity
from cartoongan_tf.export import jobs
from cartoongan_tf.export import profiling
from cartoongan_tf.export.litert import conversion
from cartoongan_tf.export.litert import gpu_compatibility
from cartoongan_tf.inference import litert_runtime
from cartoongan_tf.inference import loading

LARGEST_SIDE = 512  # pixels: no photo is compared at a larger size

_TIMED_SIZES = ((256, 256), (512, 512))  # where an artifact takes any size


class Artifact(NamedTuple):
    """An artifact that has been written, and what was measured of it.

    Attributes:
        name: Its path in the folder of the export.
        precision: Of its weights, one of `fidelity.MINIMUM_PSNR`.
        megabytes: Its size on disk, in 10**6 bytes.
        fidelity: How close it is to the Keras model.
        profile: How fast it is, and how much memory it takes.
        gpu_problems: Of a `.tflite` file, what keeps Android's GPU delegate
            from running it; None for other artifacts.
        ranges: Of a `.tflite` file, by signature the values that stand for
            black and white; None for other artifacts.
    """

    name: str
    precision: str
    megabytes: float
    fidelity: fidelity.Fidelity
    profile: profiling.Profile
    gpu_problems: list[str] | None = None
    ranges: dict[str, tuple[int, int]] | None = None


class Refusal(NamedTuple):
    """An artifact that was asked for, and is not there.

    Attributes:
        name: Its path in the folder of the export.
        reason: Why, and what to do.
    """

    name: str
    reason: str


class Examples:
    """Photos, and what the Keras model makes of them at each size.

    Args:
        generator: Photos to cartoons, both in [-1, 1].
        photos: uint8 RGB arrays of any size.
    """

    def __init__(
        self, generator: keras.Model, photos: Sequence[np.ndarray]
    ) -> None:
        self._cartoonize = loading.from_generator(generator)
        self._photos = photos
        self.at = functools.cache(self._at)

    def _at(self, size: model_interface.Size) -> list[fidelity.Example]:
        shown = [fitted(photo, size) for photo in self._photos]
        return [(photo, self._cartoonize(photo)) for photo in shown]


def export(
    job: jobs.ExportJob, output: pathlib.Path, examples: Examples
) -> Artifact | Refusal:
    """Writes one artifact, compared and measured, or nothing.

    Args:
        job: What to write, and how.
        output: Folder to write into.
        examples: What it must agree with.
    """
    try:
        return _write(job, output / job.name, examples)
    except jobs.Refused as error:
        return Refusal(job.name, str(error))


def fitted(photo: np.ndarray, size: model_interface.Size) -> np.ndarray:
    """A photo at a size: cut and resized; for None only large ones shrink."""
    if size or max(photo.shape) <= LARGEST_SIDE:
        return conversion.fit(photo, size)
    picture = PIL.Image.fromarray(photo)
    return np.array(PIL.ImageOps.contain(picture, (LARGEST_SIDE, LARGEST_SIDE)))


def _write(job, path, examples):
    with atomic_files.atomic_path(path) as temporary:
        job.write(temporary)
        found = _fidelity(job, temporary, examples)
        least = fidelity.MINIMUM_PSNR[job.precision]
        if found.psnr < least:
            raise jobs.Refused(
                f"its cartoons are {found.psnr:.1f} dB from those of the Keras "
                f"model, and {least} are the least for {job.precision}; use "
                "another `precision`."
            )
    timed = [size for size in job.sizes if size] or _TIMED_SIZES
    profile = profiling.profile(
        path, [model_interface.signature_of(s) for s in timed]
    )
    return Artifact(
        job.name,
        job.precision,
        atomic_files.size_of(path) / 1e6,
        found,
        profile,
        *_litert_facts(path),
    )


def _litert_facts(path):
    if path.suffix != ".tflite":
        return None, None
    model = litert_runtime.LitertModel(path)
    ranges = {
        name: model_interface.RANGES[model.dtype(name).name]
        for name in model.signatures
    }
    return gpu_compatibility.problems(path.read_bytes()), ranges


def _fidelity(job, temporary, examples):
    pairs = [pair for size in job.sizes for pair in examples.at(size)]
    return fidelity.worst(
        [
            fidelity.measure(
                variant.cartoonize,
                [(photo, variant.seen(cartoon)) for photo, cartoon in pairs],
            )
            for variant in job.variants(temporary)
        ]
    )
