"""Export of a trained generator to artifacts for servers and phones.

Each artifact is loaded with its target runtime and compared with the Keras
model on real photos. Artifacts that differ too much are removed.
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

LARGEST_SIDE = 512  # Pixels, of photos to compare artifacts on.

_TIMED_SIZES = ((256, 256), (512, 512))  # For artifacts that take any size.


class Artifact(NamedTuple):
    """A written artifact and its measurements.

    Attributes:
        name: Path in the folder of the export.
        precision: Precision of the weights, a key of `fidelity.MINIMUM_PSNR`.
        megabytes: Size on disk, in 10**6 bytes.
        fidelity: Fidelity to the Keras model.
        profile: Speed and memory use.
        gpu_problems: Reasons why Android's GPU delegate cannot run a `.tflite`
            file; None for other artifacts.
        ranges: Values of black and white for each signature of a `.tflite`
            file; None for other artifacts.
    """

    name: str
    precision: str
    megabytes: float
    fidelity: fidelity.Fidelity
    profile: profiling.Profile
    gpu_problems: list[str] | None = None
    ranges: dict[str, tuple[int, int]] | None = None


class FailedExport(NamedTuple):
    """A requested artifact that could not be exported.

    Attributes:
        name: Path in the folder of the export.
        reason: Cause and remedy.
    """

    name: str
    reason: str


class Examples:
    """Photos and the Keras model's cartoons of them at each size.

    Args:
        generator: Model from photos to cartoons, both in [-1, 1].
        photos: uint8 RGB arrays of any size.
    """

    def __init__(
        self, generator: keras.Model, photos: Sequence[np.ndarray]
    ) -> None:
        self._cartoonize = loading.from_generator(generator)
        self._photos = photos
        self.at = functools.cache(self._at)

    def _at(self, size: model_interface.Size) -> list[fidelity.Example]:
        resized = [fitted(photo, size) for photo in self._photos]
        return [(photo, self._cartoonize(photo)) for photo in resized]


def export(
    job: jobs.ExportJob, output: pathlib.Path, examples: Examples
) -> Artifact | FailedExport:
    """Writes, compares and measures one artifact; a failed one is removed.

    Args:
        job: The export job.
        output: Folder to write to.
        examples: Reference photos and cartoons.
    """
    try:
        return _write(job, output / job.name, examples)
    except jobs.ExportError as error:
        return FailedExport(job.name, str(error))


def fitted(photo: np.ndarray, size: model_interface.Size) -> np.ndarray:
    """Crops and resizes a photo; for None, only large ones are reduced."""
    if size or max(photo.shape) <= LARGEST_SIDE:
        return conversion.fit(photo, size)
    picture = PIL.Image.fromarray(photo)
    return np.array(PIL.ImageOps.contain(picture, (LARGEST_SIDE, LARGEST_SIDE)))


def _write(job, path, examples):
    with atomic_files.atomic_path(path) as temporary:
        job.write(temporary)
        measured = _fidelity(job, temporary, examples)
        min_psnr = fidelity.MINIMUM_PSNR[job.precision]
        if measured.psnr < min_psnr:
            raise jobs.ExportError(
                f"its cartoons are {measured.psnr:.1f} dB from those of the "
                f"Keras model, and {min_psnr} are the least for "
                f"{job.precision}; use another `precision`."
            )
    timed = [size for size in job.sizes if size] or _TIMED_SIZES
    profile = profiling.profile(
        path, [model_interface.signature_of(s) for s in timed]
    )
    return Artifact(
        job.name,
        job.precision,
        atomic_files.size_of(path) / 1e6,
        measured,
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
