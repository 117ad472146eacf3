"""A training step of this package on random images, as often as it is told.

Takes the flags of `train.py`, those of `configs/paper.flags` or less. Prints
the floating-point operations of a step, takes one, and then one for each line
of standard input.
"""

import keras
import tensorflow as tf

from benchmarks import turns
from cartoongan_tf.commands import command_line
from cartoongan_tf.commands import exit
from cartoongan_tf.commands import train
from cartoongan_tf.core import devices
from cartoongan_tf.training import objectives
from cartoongan_tf.training import phases
from cartoongan_tf.training import trainer


def main(_):
    with exit.with_message():
        settings = train.config_from_flags()
        devices.prepare(settings.deterministic)
        keras.utils.set_random_seed(settings.seed)
        gan = build_gan(settings, train.content_features(settings))
    side = settings.image_size
    shape = (settings.batch_size, side, side, 3)
    batch = tuple(tf.random.uniform(shape, -1, 1) for _ in range(3))
    print(operations(gan, batch[0]))
    step = tf.function(gan.train_step)
    turns.take_turns(lambda: float(step(batch)["total_loss"]))


def build_gan(settings, content_features):
    """The adversarial phase that settings describe, ready to train."""
    return phases.compile_gan(
        settings,
        *trainer.build_networks(settings),
        objectives.from_config(settings, content_features),
    )


def operations(gan, photos):
    """Floating-point operations of the convolutions of the paper's step.

    Generator and VGG19 run once forward and twice as long backward, VGG19 not
    for its weights but for photos, too; the discriminator runs forward on
    three batches, back to its weights and its inputs from each, and once more
    to the generator.
    """
    return (
        3 * forward_operations(gan.generator, photos)
        + 3 * forward_operations(gan.objective.features, photos)
        + 10 * forward_operations(gan.discriminator, photos)
    )


def forward_operations(network, images):
    graph = tf.function(network).get_concrete_function(images).graph
    total = 0
    for operation in graph.get_operations():
        if operation.type == "Conv2D":
            _, kernel = operation.inputs
            places = operation.outputs[0].shape.num_elements()
            total += 2 * places * kernel.shape[:3].num_elements()
        if operation.type == "Conv2DBackpropInput":  # Transposed.
            _, kernel, small = operation.inputs
            total += (
                2
                * small.shape.num_elements()
                * (kernel.shape[:3].num_elements())
            )
    return total


if __name__ == "__main__":
    command_line.run(main)
