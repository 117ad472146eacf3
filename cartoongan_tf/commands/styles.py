"""Implements `cartoongan styles`; see `styles_usage`."""

import pathlib

from cartoongan_tf.commands import styles_usage
from cartoongan_tf.core import native_stderr
from cartoongan_tf.inference import styles

FLAGS = styles_usage.FLAGS


def main(_):
    for name in styles.names():
        about = styles.about(name)
        print(f"{name}: {about.license}. {about.credit}")
        print(f"    {styles.find(name)}")
    if FLAGS.output:
        with native_stderr.held():  # Listing alone needs no TensorFlow.
            from cartoongan_tf.commands import style_sheets
            from cartoongan_tf.core import devices

            devices.has_gpu()
        for path in style_sheets.write(pathlib.Path(FLAGS.output)):
            print(path)
