"""Implements `cartoongan publish`; see `publish_usage`."""

import pathlib
import shlex

import tensorflow as tf
from absl import logging

from cartoongan_tf.commands import publish_usage
from cartoongan_tf.core import devices
from cartoongan_tf.core import errors
from cartoongan_tf.export import calibration_photos
from cartoongan_tf.export import hub_folder
from cartoongan_tf.inference import styles

FLAGS = publish_usage.FLAGS


def main(_):
    # TensorFlow logs the paths of its temporary files at length.
    logging.set_verbosity(logging.WARNING)
    tf.get_logger().setLevel("ERROR")
    about = _style()
    output = pathlib.Path(FLAGS.output)
    hub_folder.check(FLAGS.repo, output, FLAGS.overwrite)
    photos = calibration_photos.read("photos", FLAGS.photos)
    devices.prepare(deterministic=False)
    hub_folder.write(FLAGS.model, FLAGS.repo, output.absolute(), about, photos)
    print(f"Wrote {output}. Upload it with:")
    print(shlex.join(["hf", "upload", FLAGS.repo, str(output), "."]))


def _style():
    shipped = styles.about(FLAGS.model)
    name = FLAGS.repo.rpartition("/")[2]
    if shipped.license == styles.NOT_STATED:
        for flag in ("credit", "license"):
            if not FLAGS[flag].value:
                raise errors.InputError(
                    f"--{flag} is needed to publish {FLAGS.model}, which does "
                    "not state it."
                )
        shipped = shipped._replace(name=name)
    return shipped.with_overrides(FLAGS.credit, FLAGS.license)
