r"""Throughput of `cartoongan batch` against its bare network, on one core.

    python -m benchmarks.batch
    python -m benchmarks.batch --size=256x256 --photos=400

A worker of one core makes cartoons of JPEG files, while another core has what
reads and writes; then a process that is kept to one core calls the network on
the same pictures, decoded. Both in turn, of which the fastest count. Loading
models and starting Ray do not count.
"""

import concurrent.futures
import multiprocessing
import os
import pathlib
import tempfile
import time

import tensorflow as tf
from absl import flags

from benchmarks import one_core
from benchmarks import photo_folders
from cartoongan_tf.batch import engine
from cartoongan_tf.batch import listing
from cartoongan_tf.batch import planning
from cartoongan_tf.batch import worker
from cartoongan_tf.cartoonize import settings
from cartoongan_tf.commands import command_line
from cartoongan_tf.images import pictures
from cartoongan_tf.inference import loading
from cartoongan_tf.inference import styles

FLAGS = flags.FLAGS

flags.DEFINE_string("style", styles.DEFAULT, "As cartoonize.py takes --model.")
flags.DEFINE_string("size", "512x512", "WIDTHxHEIGHT of the photos.")
flags.DEFINE_integer("photos", 120, "Photos of a run.", 8)
flags.DEFINE_integer("repeats", 3, "Times that both run.", 1)

_NICENESS = 15  # Of Ray's workers, unless it is told another.
_FIRST = 0.25  # Share of a run that does not count: workers start in it.


def main(_):
    with tempfile.TemporaryDirectory() as folder:
        width, height = map(int, FLAGS.size.split("x"))
        photos = photo_folders.write(
            pathlib.Path(folder) / "photos", FLAGS.photos, (width, height)
        )
        engine.connect()
        rates: dict[str, list[float]] = {"batch": [], "network": []}
        for number in range(FLAGS.repeats):
            output = f"{folder}/{number}"
            rates["batch"].append(batch_rate(photos, output))
            rates["network"].append(apart(network_rate, FLAGS.style, photos))
    best = {name: max(found) for name, found in rates.items()}
    for name, found in rates.items():
        listed = ", ".join(f"{rate:.2f}" for rate in found)
        print(f"{name:8} {best[name]:7.2f} pictures/s of ({listed})")
    print(f"batch / network: {best['batch'] / best['network']:.2f}")


def batch_rate(photos, output):
    found = listing.find(str(photos), output)
    plan = planning.plan(found.inputs, output)
    options = worker.Options(
        {"model": FLAGS.style}, settings.Settings(), threads=1
    )
    times = [
        time.perf_counter()
        for _ in engine.run(
            worker.PictureWorker,
            plan.pictures,
            options,
            engine.Resources(actors=1),
        )
    ]
    first = int(_FIRST * len(times))
    return (len(times) - 1 - first) / (times[-1] - times[first])


def network_rate(style, photos):
    """The same with nothing around the network, in a process of its own."""
    one_core.use()
    os.nice(_NICENESS)
    network = loading.load_generator(style, "style")
    signature = [tf.TensorSpec((None, None, None, 3), tf.uint8)]

    @tf.function(input_signature=signature)
    def call(photos):
        return pictures.apply_network(network, photos)

    decoded = [pictures.read_picture(path) for path in sorted(photos.iterdir())]
    times = []
    for photo in decoded:
        call(photo[None]).numpy()
        times.append(time.perf_counter())
    first = int(_FIRST * len(times))
    return (len(times) - 1 - first) / (times[-1] - times[first])


def apart(function, *arguments):
    """Calls a function in a process of its own."""
    context = multiprocessing.get_context("spawn")
    with concurrent.futures.ProcessPoolExecutor(1, context) as pool:
        return pool.submit(function, *arguments).result()


if __name__ == "__main__":
    command_line.run(main)
