r"""Forms of the same network in LiteRT: what mirroring and norms cost.

    python -m benchmarks.litert_forms

The light generator as it is, with mirrored borders made of slices; with
`ops.pad(mode="reflect")` instead, which LiteRT calls MIRROR_PAD; and with
Keras' `GroupNormalization(groups=-1)` in front of each activation besides.
Then the paper's generator, small, with our instance normalization and with
Keras'.

All have the same random weights, become `.tflite` files of one picture size,
and run in turn on the same threads, so that what else the machine does slows
all down: of times on a busy machine trust the ratio of the fastest.
"""

import statistics

import keras
import numpy as np
from absl import flags
from ai_edge_litert.interpreter import Interpreter
from keras import ops

from benchmarks import in_turn
from cartoongan_tf.commands import command_line
from cartoongan_tf.export.litert import conversion
from cartoongan_tf.nn import layers
from cartoongan_tf.nn import networks

FLAGS = flags.FLAGS

flags.DEFINE_integer("size", 256, "Height and width.")
flags.DEFINE_integer("filters", 16, "Of the paper's generator; it has 64.")
flags.DEFINE_integer("blocks", 2, "Of the paper's generator; it has 8.")
flags.DEFINE_integer("threads", 2, "Threads of LiteRT.")
flags.DEFINE_integer("repeats", 20, "Times that each file runs.")

PRECISIONS = (conversion.FLOAT32, conversion.DYNAMIC_RANGE)


def main(_):
    light = networks.new_generator("light", None, 8)
    paper = networks.new_generator("cartoongan", FLAGS.filters, FLAGS.blocks)
    families = (
        {
            "light generator": (light, ()),
            "with MIRROR_PAD": (light, (with_mirror_pad,)),
            "and GroupNormalization": (
                light,
                (with_mirror_pad, with_norm_before_activation),
            ),
        },
        {
            "paper's generator": (paper, ()),
            "with GroupNormalization": (paper, (with_keras_norm,)),
            "and MIRROR_PAD": (paper, (with_keras_norm, with_mirror_pad)),
        },
    )
    for network in (light, paper):
        draw_weights(network)
    for family in families:
        for precision in PRECISIONS:
            report(
                precision,
                {n: file_of(precision, *f) for n, f in family.items()},
            )


def draw_weights(network):
    """Of equal weights, such as zeros, the converter keeps only one."""
    random = np.random.default_rng(0)
    for weight in network.trainable_weights:
        weight.assign(random.normal(0, 0.05, weight.shape))


def with_mirror_pad(layer, tensor):
    if not isinstance(layer, layers.ReflectionPadding2D):
        return None
    side = (layer.padding, layer.padding)
    return ops.pad(tensor, ((0, 0), side, side, (0, 0)), mode="reflect")


def with_norm_before_activation(layer, tensor):
    if not isinstance(layer, keras.layers.LeakyReLU):
        return None
    return layer(keras.layers.GroupNormalization(groups=-1)(tensor))


def with_keras_norm(layer, tensor):
    if not isinstance(layer, layers.InstanceNormalization):
        return None
    norm = keras.layers.GroupNormalization(groups=-1, epsilon=layer.epsilon)
    return norm(tensor)


def file_of(precision, generator, changes):
    image = keras.Input((FLAGS.size, FLAGS.size, 3))
    network = keras.Model(image, chain(generator.stages, image, changes))
    return conversion.convert(network, [(FLAGS.size, FLAGS.size)], precision)


def chain(stages, tensor, changes):
    for layer in stages:
        tensor = step(layer, tensor, changes)
    return tensor


def step(layer, tensor, changes):
    """One layer, or what a change makes of it."""
    if hasattr(layer, "steps"):  # A residual block.
        return tensor + chain(layer.steps, tensor, changes)
    for change in changes:
        changed = change(layer, tensor)
        if changed is not None:
            return changed
    return layer(tensor)


def report(precision, files):
    interpreters = {name: interpreter_of(file) for name, file in files.items()}
    runs = {name: each.invoke for name, each in interpreters.items()}
    times = in_turn.measure(runs, FLAGS.repeats)
    usual = min(next(iter(times.values())))
    for name, values in times.items():
        print(
            f"{precision:14}{name:24}{len(files[name]) / 1e6:6.2f} MB "
            f"{partitions(interpreters[name]):3} partitions "
            f"{min(values):8.1f} ms, median {statistics.median(values):8.1f} "
            f"ms, {min(values) / usual:5.2f} times as long"
        )


def interpreter_of(file):
    interpreter = Interpreter(model_content=file, num_threads=FLAGS.threads)
    interpreter.allocate_tensors()
    place = interpreter.get_input_details()[0]
    pixels = np.random.default_rng(0).integers(0, 256, place["shape"])
    if place["dtype"] == np.float32:
        pixels = pixels / 127.5 - 1
    interpreter.set_tensor(place["index"], pixels.astype(place["dtype"]))
    return interpreter


def partitions(interpreter):
    """Parts that the CPU delegate takes; the rest runs between them."""
    nodes = interpreter._get_ops_details()
    return sum(node["op_name"] == "DELEGATE" for node in nodes)


if __name__ == "__main__":
    command_line.run(main)
