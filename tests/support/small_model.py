"""A generator of a few weights, in a file that any process can open."""

import numpy as np

from cartoongan_tf.nn import light_generator


def write(folder):
    """Writes it into a folder; gives its path."""
    network = light_generator.LightGenerator(filters=4, blocks=1)
    random = np.random.default_rng(0)
    for weight in network.trainable_weights:
        weight.assign(random.normal(0, 0.2, weight.shape))
    network.save(folder / "model.keras")
    return folder / "model.keras"
