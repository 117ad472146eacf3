"""Speed and memory use of an artifact, measured in its own process.

    python -m cartoongan_tf.export.profiling cartoongan_float16.tflite 256x256

prints JSON. A SavedModel runs in a TensorFlow session, a `.tflite` file in
LiteRT and an `.onnx` file in onnxruntime, on all cores, and without importing
the other runtimes.
"""

import importlib
import json
import pathlib
import statistics
import subprocess
import sys
import time
from typing import NamedTuple

import numpy as np

from cartoongan_tf.core import model_interface

_SECONDS_PER_SIZE = 1.0  # Minimum total time of the timed runs.
_MIN_RUNS = 3

# By file extension; none of these imports another runtime.
_MODELS = {
    "": ("cartoongan_tf.inference.saved_model_runtime", "SessionModel"),
    ".tflite": ("cartoongan_tf.inference.litert_runtime", "LitertModel"),
    ".onnx": ("cartoongan_tf.inference.onnx_runtime", "OnnxModel"),
}


class Profile(NamedTuple):
    """Measurements of one process.

    Attributes:
        milliseconds: Median time per picture, by size.
        peak_megabytes: Peak memory of loading and running, less that of the
            imported runtime; None where the system does not report it.
    """

    milliseconds: dict[str, float]
    peak_megabytes: float | None


def profile(path: pathlib.Path, sizes: list[str]) -> Profile:
    """Measures an artifact in its own process.

    Args:
        path: SavedModel folder, `.tflite` or `.onnx` file.
        sizes: Sizes to run, as WIDTHxHEIGHT.

    Raises:
        RuntimeError: If the process fails.
    """
    command = [sys.executable, "-m", "cartoongan_tf.export.profiling"]
    done = subprocess.run(
        [*command, str(path.resolve()), *sizes],
        cwd=pathlib.Path(__file__).parents[2],
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise RuntimeError(f"{path} does not run:\n{done.stderr}")
    return Profile(*json.loads(done.stdout.splitlines()[-1]))


def _main(path, *sizes):
    module, name = _MODELS[pathlib.Path(path).suffix]
    open_model = getattr(importlib.import_module(module), name)
    before = _peak_megabytes()
    model = open_model(path)
    milliseconds = {size: _time(model, size) for size in sizes}
    after = _peak_megabytes()
    print(json.dumps(Profile(milliseconds, after and after - before)))


def _time(model, size):
    known = (size, model_interface.ANY_SIZE, model_interface.UINT8)
    signature = next(name for name in known if name in model.signatures)
    width, height = map(int, size.split("x"))
    photo = np.zeros((1, height, width, 3), model.dtype(signature))
    model.run(signature, photo)  # Warmup.
    seconds: list[float] = []
    while sum(seconds) < _SECONDS_PER_SIZE or len(seconds) < _MIN_RUNS:
        begin = time.perf_counter()
        model.run(signature, photo)
        seconds.append(time.perf_counter() - begin)
    return round(1000 * statistics.median(seconds), 1)


def _peak_megabytes():
    # `getrusage` would include the parent process.
    status = pathlib.Path("/proc/self/status")
    if not status.exists():
        return None
    fields = dict(line.split(":", 1) for line in status.open())
    return int(fields["VmHWM"].split()[0]) / 1024


if __name__ == "__main__":
    _main(*sys.argv[1:])
