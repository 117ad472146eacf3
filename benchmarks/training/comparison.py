r"""Training steps of the paper's networks beside the same in PyTorch.

    python -m benchmarks.training.comparison --pytorch=PYTHON

PYTHON is the interpreter of an environment that has PyTorch; without it, only
this package is timed. Steps are taken by turns, each kind in a process of its
own. Prints for each the fastest and the median step, images per second by those
of PyTorch in float32, the most memory that was resident, and the operations
per second by those of a product of two float32 matrices of 4096 x 4096.
"""

import contextlib
import functools
import pathlib
import statistics
import sys
import tempfile
from collections.abc import Callable

import numpy as np
from absl import flags

from benchmarks import in_turn
from benchmarks import process_memory
from benchmarks import turns
from cartoongan_tf.commands import command_line
from cartoongan_tf.core import choices

FLAGS = flags.FLAGS

flags.DEFINE_string("pytorch", None, "Python of an environment with PyTorch.")
flags.DEFINE_integer("batch_size", 2, "Images of a step.")
flags.DEFINE_integer("image_size", 256, "Their height and width.")
flags.DEFINE_integer("filters", 64, "Of the generator; PyTorch's has 64.")
flags.DEFINE_integer("repeats", 8, "Steps of each kind.")
flags.DEFINE_list(
    "mixed_precisions",
    list(choices.MIXED_PRECISIONS),
    "What train.py takes as --mixed_precision, a kind each.",
)

_MATRIX = 4096
_VGG19 = ((64, 2), (128, 2), (256, 4), (512, 4))  # Channels, convolutions.
_REFERENCE = "PyTorch, float32"


def main(_):
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        vgg19 = pathlib.Path(folder) / "vgg19.npz"
        write_vgg19(vgg19)
        started = {
            name: stack.enter_context(turns.start(command))
            for name, command in commands(vgg19).items()
        }
        counts = [first_number(process) for process in started.values()]
        by_turns: dict[str, Callable] = {
            name: functools.partial(turns.take, process)
            for name, process in started.items()
        }
        matrix = np.ones((_MATRIX, _MATRIX), "float32")
        by_turns["product of matrices"] = lambda: matrix @ matrix
        times = in_turn.measure(by_turns, FLAGS.repeats)
        memory = {n: process_memory.of(p.pid)[1] for n, p in started.items()}
        for process in started.values():
            process.communicate()
    report(times, memory, max(counts))


def write_vgg19(path):
    """Random weights: they do not change the time."""
    random, before, arrays = np.random.default_rng(0), 3, {}
    for block, (count, layers) in enumerate(_VGG19, start=1):
        for layer in range(1, layers + 1):
            name = f"block{block}_conv{layer}"
            kernel = random.normal(0, 0.02, (3, 3, before, count))
            arrays[f"{name}_kernel"] = kernel.astype("float16")
            arrays[f"{name}_bias"] = np.zeros(count, "float16")
            before = count
    np.savez(path, **arrays)  # type: ignore[arg-type]


def commands(vgg19):
    ours = [
        *[sys.executable, "-m", "benchmarks.training.own_step"],
        *["--flagfile=configs/paper.flags", f"--filters={FLAGS.filters}"],
        *["--photo_dir=none", "--cartoon_dir=none", "--workdir=none"],
        *["--image_pool=0", f"--vgg19_weights={vgg19}"],
        f"--batch_size={FLAGS.batch_size}",
        f"--image_size={FLAGS.image_size}",
    ]
    found = {
        f"bfloat16: {precision}": [*ours, f"--mixed_precision={precision}"]
        for precision in FLAGS.mixed_precisions
    }
    if FLAGS.pytorch is None:
        return found
    theirs = [FLAGS.pytorch, "-m", "benchmarks.training.pytorch_step"]
    return found | {
        f"PyTorch, {precision}": [
            *(*theirs, FLAGS.batch_size, FLAGS.image_size, precision)
        ]
        for precision in ("float32", "bfloat16")
    }


def first_number(process):
    """What a process says of its operations before it is ready, or 0."""
    count = 0
    while (line := process.stdout.readline()).strip() != turns.READY:
        if not line:
            sys.exit(f"This ended: {' '.join(process.args)}")
        if line.strip().isdigit():
            count = int(line)
    return count


def report(times, memory, operations):
    (*_, product) = times.values()
    rate = 2 * _MATRIX**3 / min(product)
    reference = times.get(_REFERENCE)
    print(
        f"{operations / 1e12:.2f} TFLOP a step; a product of matrices runs at "
        f"{rate / 1e6:.0f} GFLOP/s."
    )
    print(
        f"{'':20} {'fastest':>9} {'median':>9} {'by PyTorch':>11} "
        f"{'MB':>6} {'by a product':>13}"
    )
    for name, megabytes in memory.items():
        mine = times[name]
        ratio = "-"
        if reference:
            pairs = zip(reference, mine, strict=True)
            ratio = f"{statistics.median(a / b for a, b in pairs):.2f}"
        print(
            f"{name:20} {min(mine):6.0f} ms {statistics.median(mine):6.0f} ms "
            f"{ratio:>11} {megabytes:6.0f} "
            f"{operations / min(mine) / rate:13.0%}"
        )


if __name__ == "__main__":
    command_line.run(main)
