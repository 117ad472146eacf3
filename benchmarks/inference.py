r"""Speed and memory of the generators in every runtime that takes them.

    pip install -r requirements-inference.txt
    python -m benchmarks.inference --models=storybook,HAYAO.npz

Each runtime is a process of its own that has the network once, on as many
threads as the others; they cartoonize the same picture in turn, round after
round, so that what else the machine does slows all of them down. The table has
the fastest time, the median, milliseconds a megapixel, the median over the
rounds of how many times as fast as the first runtime each was, the peak of the
process, and the largest difference from the first one's cartoon in levels of 0
to 255. The first is Keras, unless `--runtimes` says otherwise.

`--cpu_time` takes the CPU time of a process instead, for machines on which
others work: it goes with `--threads=1`, since idle threads spin.

A runtime that is not installed has a row that says so. PyTorch and OpenVINO
are in requirements-inference.txt only. PyTorch runs the network as one would
write it there: channels last in memory, and the pixels of a doubled picture
repeated before they are convolved.
"""

import pathlib
import statistics
import sys
import tempfile

import numpy as np
import PIL.Image
import skimage.data
from absl import flags

from benchmarks import inference_probe
from benchmarks import process_memory
from benchmarks import turns
from cartoongan_tf.commands import command_line
from cartoongan_tf.core import model_interface
from cartoongan_tf.export import onnx_converter
from cartoongan_tf.export import saved_models
from cartoongan_tf.export.litert import conversion
from cartoongan_tf.inference import loading
from cartoongan_tf.inference import styles

FLAGS = flags.FLAGS

flags.DEFINE_list("models", [styles.DEFAULT], "As cartoonize.py takes --model.")
flags.DEFINE_list("sizes", ["256x256", "512x512", "1920x1080"], "Of the photo.")
flags.DEFINE_list("runtimes", list(inference_probe.RUNTIMES), "Which to run.")
flags.DEFINE_integer("threads", 2, "Threads of each runtime.")
flags.DEFINE_integer("rounds", 20, "Times that each runtime runs.")
flags.DEFINE_bool("cpu_time", False, "Whether to measure CPU time.")

_ROW = "{:12} {:>10} {:15} {:>8} {:>8} {:>8} {:>7} {:>8} {:>7}"


def main(_):
    print(
        _ROW.format(
            *("model", "size", "runtime", "ms", "median", "ms/MP"),
            *("speed", "peak MB", "levels"),
        )
    )
    for model in FLAGS.models:
        generator = loading.load_generator(model, "models")
        for name in FLAGS.sizes:
            with tempfile.TemporaryDirectory() as folder:
                size = tuple(map(int, name.split("x")))
                prepare(pathlib.Path(folder), generator, size)
                report(pathlib.Path(folder), pathlib.Path(model).stem, size)


def prepare(folder, generator, size):
    """Writes the photo, and the network as each runtime takes it."""
    photo = PIL.Image.fromarray(skimage.data.coffee()).resize(size)
    np.save(folder / inference_probe.PHOTO, np.array(photo))
    generator.save(folder / inference_probe.KERAS)
    saved_models.write(generator, folder / inference_probe.SAVED_MODEL)
    for precision in (conversion.FLOAT32, conversion.DYNAMIC_RANGE):
        path = folder / f"{precision}.tflite"
        path.write_bytes(conversion.convert(generator, [size], precision))
    onnx_converter.write(generator, folder / inference_probe.ONNX, size)
    weights = [weight.numpy() for weight in generator.weights]
    np.savez(folder / inference_probe.WEIGHTS, *weights)


def report(folder, model, size):
    """Rows of one network at one size."""
    name = model_interface.signature_of(size)
    running = {}
    for runtime in FLAGS.runtimes:
        process = start(runtime, folder)
        answer = process.stdout.readline()
        if answer.startswith(turns.READY):
            running[runtime] = process
        else:
            process.communicate()
            what = answer.strip() or "failed"
            print(_ROW.format(model, name, runtime, what, *[""] * 5))
    times: dict[str, list[float]] = {runtime: [] for runtime in running}
    for _ in range(FLAGS.rounds):
        for runtime, process in running.items():
            times[runtime].append(float(turns.take(process)))
    peaks = {r: process_memory.of(p.pid)[1] for r, p in running.items()}
    for process in running.values():
        process.communicate()
    cartoons = {r: np.load(folder / f"{r}.npy").astype(int) for r in running}
    first = next(iter(running), "")
    for runtime in running:
        pairs = zip(times[first], times[runtime], strict=True)
        fastest = min(times[runtime])
        print(
            _ROW.format(
                *(model, name, runtime),
                f"{fastest:.1f}",
                f"{statistics.median(times[runtime]):.1f}",
                f"{fastest / (size[0] * size[1] / 1e6):.0f}",
                f"{statistics.median(a / b for a, b in pairs):.2f}",
                f"{peaks[runtime]:.0f}",
                np.abs(cartoons[runtime] - cartoons[first]).max(),
            ),
            flush=True,
        )


def start(runtime, folder):
    clock = "cpu" if FLAGS.cpu_time else "wall"
    module = "benchmarks.inference_probe"
    arguments = [runtime, folder, FLAGS.threads, clock]
    return turns.start([sys.executable, "-m", module, *arguments])


if __name__ == "__main__":
    command_line.run(main)
