r"""The light generator in LiteRT: how large it is, and how fast.

    python -m benchmarks.light_generator

Against the network that most style transfer on phones descends from (Johnson
et al., 2016, with resized instead of transposed convolutions), at half the
height and width. Both have random weights, become `.tflite` files of one
picture size with weights of 8 bits (dynamic range), and run in turn on the
same threads, so that what else the machine does slows both down: of times on
a busy machine trust the ratio of the fastest.
"""

import pathlib
import statistics
import tempfile

import keras
import numpy as np
import tensorflow as tf
from absl import flags
from ai_edge_litert.interpreter import Interpreter

from benchmarks import in_turn
from cartoongan_tf.commands import command_line
from cartoongan_tf.nn import layers
from cartoongan_tf.nn import networks

FLAGS = flags.FLAGS

flags.DEFINE_integer("size", 512, "Height and width; half for the other.")
flags.DEFINE_integer("threads", 2, "Threads of LiteRT.")
flags.DEFINE_integer("repeats", 40, "Times that each network runs.")

LIGHT, OTHER = "light generator", "other network"


def main(_):
    size = FLAGS.size
    contenders = {
        LIGHT: (networks.new_generator("light", None, 8), size),
        OTHER: (johnson_network(), size // 2),
    }
    for network, _ in contenders.values():
        draw_weights(network)
    models = {name: convert(*pair) for name, pair in contenders.items()}
    for name, (network, side) in contenders.items():
        print(
            f"{name:16} {side}x{side}: {network.count_params():,} parameters, "
            f"{len(models[name]) / 1e6:.2f} MB"
        )
    half = convert(*contenders[LIGHT], types=[tf.float16])
    print(f"{LIGHT:16} as float16: {len(half) / 1e6:.2f} MB")
    runners = {name: runner_of(model) for name, model in models.items()}
    report(in_turn.measure(runners, FLAGS.repeats))


def johnson_network():
    image = keras.Input((None, None, 3))
    tensor = normed(keras.layers.Conv2D(32, 7, padding="same")(image))
    for filters in (64, 128):
        tensor = conv(filters, strides=2)(tensor)
        tensor = normed(conv(filters)(tensor))
    for _ in range(4):
        inner = conv(128)(normed(conv(128)(tensor)))
        tensor = tensor + layers.InstanceNormalization()(inner)
    for filters in (64, 32):
        tensor = conv(filters)(keras.layers.UpSampling2D()(tensor))
        tensor = normed(conv(filters)(tensor))
    last = keras.layers.Conv2D(3, 7, padding="same", activation="tanh")
    return keras.Model(image, last(tensor))


def conv(filters, strides=1):
    return keras.layers.Conv2D(filters, 3, strides, padding="same")


def normed(tensor):
    return keras.layers.ReLU()(layers.InstanceNormalization()(tensor))


def draw_weights(network):
    """Of equal weights, such as zeros, the converter keeps only one."""
    random = np.random.default_rng(0)
    for weight in network.trainable_weights:
        weight.assign(random.normal(0, 0.05, weight.shape))


def convert(network, size, types=()):
    """A `.tflite` model with builtin operators only, as bytes."""
    signature = tf.TensorSpec((1, size, size, 3), tf.float32)
    archive = keras.export.ExportArchive()
    archive.add_endpoint("serve", network.call, input_signature=[signature])
    with tempfile.TemporaryDirectory() as folder:
        archive.write_out(str(pathlib.Path(folder) / "model"), verbose=False)
        converter = tf.lite.TFLiteConverter.from_saved_model(
            str(pathlib.Path(folder) / "model"), signature_keys=["serve"]
        )
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
        converter.target_spec.supported_types = list(types)
        converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS]
        model = converter.convert()
    if b"Flex" in model or len(model) < network.count_params():
        raise RuntimeError("The model needs TensorFlow, or lacks its weights.")
    return model


def runner_of(model):
    interpreter = Interpreter(model_content=model, num_threads=FLAGS.threads)
    interpreter.allocate_tensors()
    place = interpreter.get_input_details()[0]
    picture = np.random.default_rng(0).uniform(-1, 1, place["shape"])
    interpreter.set_tensor(place["index"], picture.astype("float32"))
    return interpreter.invoke


def report(times):
    for name, values in times.items():
        median = statistics.median(values)
        print(f"{name:16} {min(values):8.1f} ms, median {median:.1f} ms")
    ratio = min(times[LIGHT]) / min(times[OTHER])
    print(f"{ratio:.2f} times as long for four times as many pixels")


if __name__ == "__main__":
    command_line.run(main)
