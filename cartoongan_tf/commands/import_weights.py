"""Implements `cartoongan import_weights`; see `import_weights_usage`."""

from cartoongan_tf.commands import import_weights_usage
from cartoongan_tf.core import atomic_files
from cartoongan_tf.nn import official_weights
from cartoongan_tf.nn import weight_files

FLAGS = import_weights_usage.FLAGS


def main(_):
    atomic_files.check_suffix("output", FLAGS.output, ".keras")
    generator = official_weights.convert_official_generator(FLAGS.weights)
    weight_files.save_model(generator, FLAGS.output)
    print(f"Wrote {FLAGS.output}")
