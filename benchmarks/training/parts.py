r"""Where the time of a training step goes.

    python -m benchmarks.training.parts --flagfile=RUN/train.flags

Takes the flags of `train.py`, trains nothing that lasts, and prints the
median time of an adversarial step, that of its parts taken alone, and their
shares of the step. Parts overlap in a real step, and each is timed with its
own gradient, so that shares need not add up to one.
"""

import statistics
import time

import keras
import tensorflow as tf
from absl import flags

from benchmarks.training import own_step
from cartoongan_tf.commands import command_line
from cartoongan_tf.commands import exit
from cartoongan_tf.commands import train
from cartoongan_tf.core import devices
from cartoongan_tf.losses import losses
from cartoongan_tf.nn import networks
from cartoongan_tf.training import batches
from cartoongan_tf.training import cartoongan
from cartoongan_tf.training import objectives
from cartoongan_tf.training import runs

flags.DEFINE_integer("repeats", 10, "Times that each part is run.")


def main(_):
    with exit.with_message():
        settings = train.config_from_flags()
        devices.prepare(settings.deterministic)
        content_features = train.content_features(settings)
        run = runs.open_run(settings)
    triples = iter(batches.adversarial(run, range(10_000)))
    parts = {
        "adversarial step": step_function(settings, content_features),
        "warm-up step": warm_up_function(settings, content_features),
        "content features and gradient": gradient_of(
            lambda photos: sum(
                losses.content_loss(one, 0.0)
                for one in keras.tree.flatten(content_features(photos))
            )
        ),
        "generator and gradient": gradient_of(new_generator(settings)),
        "discriminator and gradient": gradient_of(
            networks.Discriminator(settings.discriminator_filters)
        ),
    }
    report({"batch of data": lambda *_: next(triples), **parts}, triples)


def step_function(settings, content_features):
    step = tf.function(
        own_step.build_gan(settings, content_features).train_step
    )
    return lambda *batch: step(batch)


def warm_up_function(settings, content_features):
    warm_up = cartoongan.WarmUp(
        new_generator(settings),
        objectives.from_config(settings, content_features),
    )
    warm_up.compile(keras.optimizers.Adam())
    step = tf.function(warm_up.train_step)
    return lambda photos, *_: step(photos)


def new_generator(settings):
    return networks.new_generator(
        settings.generator, settings.filters, settings.blocks
    )


def gradient_of(function):
    """Forward and backward, to the weights if any and to the photos."""

    @tf.function
    def run(photos, *_):
        with tf.GradientTape() as tape:
            tape.watch(photos)
            result = tf.reduce_mean(tf.abs(function(photos)))
        weights = getattr(function, "trainable_variables", [])
        return tape.gradient(result, [photos, *weights])

    return run


def report(parts, triples):
    batch = next(triples)
    times = {name: median_time(part, batch) for name, part in parts.items()}
    step = times["adversarial step"]
    for name, seconds in times.items():
        print(f"{name:32} {1000 * seconds:8.1f} ms {seconds / step:6.2f}")


def median_time(part, batch):
    part(*batch)
    times = []
    for _ in range(flags.FLAGS.repeats):
        begin = time.perf_counter()
        tf.nest.map_structure(lambda t: t.numpy(), part(*batch))
        times.append(time.perf_counter() - begin)
    return statistics.median(times)


if __name__ == "__main__":
    command_line.run(main)
