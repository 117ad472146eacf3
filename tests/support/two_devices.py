"""Trains runs one after the other in a process with two logical CPU devices.

    python two_devices.py FLAGFILE...

Each file has the flags of a run. Stand-ins take the places of VGG19's maps and
of Inception's features.
"""

import pathlib
import sys

import numpy as np
import tensorflow as tf
from absl import flags
from absl.testing import flagsaver

sys.path.insert(0, str(pathlib.Path(__file__).parents[2]))

import feature_maps

from cartoongan_tf.commands import exit
from cartoongan_tf.commands import train
from cartoongan_tf.evaluation import inception
from cartoongan_tf.losses import perceptual_features


class Colors:
    """Features of pictures: mean and spread of each color."""

    name = "768"

    def __call__(self, many):
        stack = np.stack(list(many)) / 255
        return np.hstack([stack.mean((1, 2)), stack.std((1, 2))])


def main(paths):
    (cpu,) = tf.config.list_physical_devices("CPU")
    tf.config.set_logical_device_configuration(
        cpu, [tf.config.LogicalDeviceConfiguration()] * 2
    )
    maps = feature_maps.make(perceptual_features.MAP_CHANNELS)
    perceptual_features.load_vgg19_maps = lambda *_: maps
    inception.load_inception = lambda _: Colors()
    for path in paths:
        with flagsaver.flagsaver(), exit.with_message():
            flags.FLAGS.unparse_flags()
            flags.FLAGS(["train.py", f"--flagfile={path}"])
            train.main([])


if __name__ == "__main__":
    main(sys.argv[1:])
