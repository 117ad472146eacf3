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

# None of these imports another runtime.
_SAVED_MODEL = "cartoongan_tf.inference.saved_model_runtime", "SessionModel"
_MODELS = {
    ".tflite": ("cartoongan_tf.inference.litert_runtime", "LitertModel"),
    ".onnx": ("cartoongan_tf.inference.onnx_runtime", "OnnxModel"),
}
FILE_SUFFIXES = tuple(_MODELS)


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
        RuntimeError: If the process fails; the last line says why.
    """
    command = [sys.executable, "-m", "cartoongan_tf.export.profiling"]
    done = subprocess.run(
        [*command, str(path.resolve()), *sizes],
        cwd=pathlib.Path(__file__).parents[2],
        capture_output=True,
        text=True,
    )
    if done.returncode:
        reason = done.stderr.strip() or f"exit status {done.returncode}"
        raise RuntimeError(f"{path} does not run:\n{reason}")
    return Profile(*json.loads(done.stdout.splitlines()[-1]))


def _main(path, *sizes):
    path = pathlib.Path(path)
    module, name = _SAVED_MODEL if path.is_dir() else _MODELS[path.suffix]
    open_model = getattr(importlib.import_module(module), name)
    before = _peak_megabytes()
    model = open_model(path)
    signatures = {size: _signature(model, size) for size in sizes}
    milliseconds = {
        size: _time(model, signature, size)
        for size, signature in signatures.items()
    }
    after = _peak_megabytes()
    print(json.dumps(Profile(milliseconds, after and after - before)))


def _signature(model, size):
    for name in (size, model_interface.ANY_SIZE, model_interface.UINT8):
        if name in model.signatures:
            return name
    sys.exit(
        f"it has the signatures {', '.join(model.signatures)}, and none for "
        f"{size}; name one of its sizes."
    )


def _time(model, signature, size):
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
