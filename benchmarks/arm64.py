r"""Runs `.tflite` files on an emulated ARM64 machine and on this one.

    python -m benchmarks.arm64 exported/cartoongan_*.tflite

Photos of scikit-image go through each file on both, at the smallest size that
the file was built for, or at --size, in the LiteRT that is installed here. The
table shows how far the results are apart; the command fails if that is more
than rounding explains. Times are no measure of a phone: none are printed.

--machine keeps what the emulation needs (110 MB): a second run is offline.
"""

import pathlib
import sys
import tempfile
from typing import NamedTuple

import cv2
import numpy as np
from absl import flags

from benchmarks import arm64_machine
from benchmarks import arm64_models
from benchmarks import arm64_probe
from cartoongan_tf.commands import command_line
from cartoongan_tf.commands import exit
from cartoongan_tf.core import errors
from cartoongan_tf.core import model_interface
from cartoongan_tf.data import samples
from cartoongan_tf.images import pictures

FLAGS = flags.FLAGS

flags.DEFINE_string(
    "size", "64x48", "WIDTHxHEIGHT, for files that were built for it or any."
)
flags.DEFINE_integer("photos", 2, "Photos that go through each file.", 1, 6)
flags.DEFINE_string("machine", ".arm64", "Folder to keep what is fetched in.")

LEVELS = 127.5  # From [-1, 1] to 0 to 255.


class Limit(NamedTuple):
    """Tolerance between two machines.

    Attributes:
        largest: Largest difference, in levels of 255.
        psnr: Least ratio of signal to noise, in dB.
    """

    largest: float
    psnr: float


class Comparison(NamedTuple):
    """Difference of two machines, in levels of 255."""

    largest: float
    mean: float
    psnr: float

    def keeps(self, limit: Limit) -> bool:
        """Whether it is within; what is not a number never is."""
        return self.largest <= limit.largest and self.psnr >= limit.psnr


LIMITS = {
    arm64_models.FLOAT: Limit(1e-4 * LEVELS, 80),
    arm64_models.INT8: Limit(1, 50),
    # The activations are rounded to 8 bits again in each layer, by their own
    # range: a sum that comes out differently in its last bit moves a value by
    # a whole step. On the shipped style two x86 CPUs, one without fused
    # multiply-add, were up to 10 levels and 52 dB apart, ARM64 and x86 up to
    # 12 and 44 dB, all equally near to the float32 file. Where the emulator
    # computed wrongly, it was 200 and 17 dB.
    arm64_models.DYNAMIC_RANGE: Limit(24, 38),
}
ROUNDED = Limit(1, 50)  # What a float file that gives uint8 is held to.


def main(argv):
    paths = argv[1:]
    with exit.with_message():
        if not paths:
            raise errors.InputError("name one .tflite file or more.")
        (size,) = model_interface.sizes_of("size", [FLAGS.size])
        if size is None:
            raise errors.InputError("--size must be one size, such as 64x48.")
        chosen = {
            path: arm64_models.choose(arm64_models.read_signatures(path), size)
            for path in paths
        }
        machine = arm64_machine.Machine(FLAGS.machine)
        results = {}
        for path, signature in chosen.items():
            images = photos(signature, size, FLAGS.photos)
            results[path] = compare_machines(machine, path, signature, images)
        is_good = report(chosen, results)
    sys.exit(0 if is_good else 1)


def photos(signature, size, count):
    """Photos as a signature takes them: `(count, height, width, 3)`."""
    chosen = list(samples.read_photos().values())[:count]
    size = signature.size or size
    pixels = np.stack(
        [cv2.resize(p, size, interpolation=cv2.INTER_AREA) for p in chosen]
    )
    if signature.takes_pixels:
        return pixels
    return pictures.to_network(pixels).numpy()


def compare_machines(machine, path, signature, images):
    """Runs a signature here and there."""
    height, width = images.shape[1:3]
    print(
        f"{pathlib.Path(path).name}: {len(images)} photos of {width}x{height} "
        "on emulated ARM64 ...",
        flush=True,
    )
    here = arm64_probe.run(path, signature.name, images)
    with tempfile.TemporaryDirectory() as scratch:
        request = pathlib.Path(scratch, "request.npy")
        answer = pathlib.Path(scratch, "answer.npy")
        np.save(request, images)
        machine.run(
            arm64_probe.__name__,
            *(pathlib.Path(path).resolve(), signature.name, request, answer),
        )
        there = np.load(answer)
    return compare(here, there)


def compare(cartoons, others):
    """Compares uint8 arrays, or float ones in [-1, 1]."""
    scale = 1 if cartoons.dtype == np.uint8 else LEVELS
    difference = scale * np.abs(cartoons.astype("float64") - others)
    error = np.mean(difference**2)
    psnr = 10 * np.log10(255**2 / error) if error else np.inf
    return Comparison(difference.max(), difference.mean(), psnr)


def limit_of(signature):
    limit = LIMITS[signature.arithmetic]
    is_rounded = signature.arithmetic == arm64_models.FLOAT
    return ROUNDED if is_rounded and signature.gives_pixels else limit


def report(chosen, results):
    """Prints the table; whether all files keep their limits."""
    print(
        f"\n{'file':38} {'signature':10} {'arithmetic':13} operators "
        f"{'largest':>9} {'mean':>9} {'PSNR dB':>8}"
    )
    verdicts = []
    for path, signature in chosen.items():
        result, limit = results[path], limit_of(signature)
        verdicts.append(result.keeps(limit))
        print(
            f"{pathlib.Path(path).name:38} {signature.name:10} "
            f"{signature.arithmetic:13} {len(signature.operators):9} "
            f"{result.largest:9.2g} {result.mean:9.2g} {result.psnr:8.1f} "
            + ("agrees" if verdicts[-1] else f"DIFFERS, {describe(limit)}")
        )
    operators = {name for s in chosen.values() for name in s.operators}
    print(
        "Differences are in levels of 255. Operators run: "
        f"{', '.join(sorted(operators))}."
    )
    return all(verdicts)


def describe(limit):
    return f"the limit is {limit.largest:.2g} and {limit.psnr} dB"


if __name__ == "__main__":
    command_line.run(main)
