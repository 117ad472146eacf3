r"""Training data: triples of photo, cartoon and smoothed cartoon a second.

    python -m benchmarks.input_pipeline --photo_dir=PHOTOS --cartoon_dir=FRAMES

On one core, with what each stage adds: reading and decoding, cutting out and
resizing, smoothing edges, and the rest. --cache says where pictures are read
from, as it does for `train.py`. The same triples are made in several rounds;
of each the fastest counts.
"""

import numpy as np
import tensorflow as tf
from absl import flags

from benchmarks import one_core
from cartoongan_tf.commands import command_line
from cartoongan_tf.commands import exit
from cartoongan_tf.data import edge_smoothing
from cartoongan_tf.data import folder_scan
from cartoongan_tf.data import image_source
from cartoongan_tf.data import pipeline
from cartoongan_tf.training import batches
from cartoongan_tf.training import config

FLAGS = flags.FLAGS

flags.DEFINE_string("photo_dir", None, "Folder of photos.", required=True)
flags.DEFINE_string("cartoon_dir", None, "Folder of cartoons.", required=True)
flags.DEFINE_string("cache", "none", "none, memory, or a folder.")
flags.DEFINE_integer("image_size", 256, "Height and width of the crops.")
flags.DEFINE_integer("triples", 200, "Number of triples.")
flags.DEFINE_integer("rounds", 5, "Rounds.")


def main(_):
    one_core.use()
    with exit.with_message():
        photos, cartoons = open_folder("photo_dir"), open_folder("cartoon_dir")
    seconds = measure(stages(photos, cartoons))
    report(seconds)


def open_folder(flag):
    found = folder_scan.scan_folder(getattr(FLAGS, flag), f"--{flag}")
    folder_scan.require_pictures(found, f"--{flag}", "skip")
    return image_source.open_source(found, FLAGS.cache)


def stages(photos, cartoons):
    """Datasets that do more and more of the work on the same examples."""
    settings = config.TrainConfig("", "", "", image_size=FLAGS.image_size)
    crops = batches.crop_settings(settings)
    smoothing = batches.smoothing_settings(settings)
    smooth_edges = edge_smoothing.compiled(smoothing)
    folders = (photos, cartoons)

    def read(number):
        return [
            f.read(pipeline.shuffled_index(len(f), number, 0)) for f in folders
        ]

    def cut(number):
        seed = tf.stack([number, number])
        return [pipeline.random_crop(i, crops, seed) for i in read(number)]

    def smooth(number):
        photo, cartoon = cut(number)
        return photo, cartoon, smooth_edges(cartoon)

    numbers = tf.data.Dataset.range(FLAGS.triples)
    whole = pipeline.training_batches(
        photos,
        cartoons,
        steps=range(FLAGS.triples),
        batch_size=1,
        seed=0,
        crops=crops,
        smoothing=smoothing,
    )
    return {
        "reading and decoding": numbers.map(lambda n: tuple(read(n))),
        "cutting and resizing": numbers.map(lambda n: tuple(cut(n))),
        "smoothing edges": numbers.map(smooth),
        "[-1, 1] and batching": whole,
    }


def measure(datasets):
    options = one_core.dataset_options()
    fastest: dict[str, np.ndarray] = {}
    for _ in range(FLAGS.rounds):
        for name, dataset in datasets.items():
            times = one_core.seconds_between(dataset.with_options(options))
            fastest[name] = np.minimum(fastest.get(name, times), times)
    return {name: np.mean(times) for name, times in fastest.items()}


def report(seconds):
    *_, total = seconds.values()
    before = 0.0
    for name, until_here in seconds.items():
        share = (until_here - before) / total
        print(f"{name:24}{1000 * (until_here - before):8.2f} ms{share:7.2f}")
        before = until_here
    print(f"{'a triple':24}{1000 * total:8.2f} ms{1:7.2f}")
    print(f"{1 / total:.0f} triples a second and core")


if __name__ == "__main__":
    command_line.run(main)
