r"""Makes the pictures of README.md and docs: photos, and each style below.

    python -m tools.show_style --output=docs/styles.jpg --models=storybook,comic

The photos come with scikit-image and are in the public domain or CC0.
"""

import numpy as np
from absl import flags

from cartoongan_tf.commands import command_line
from cartoongan_tf.commands import exit
from cartoongan_tf.core import atomic_files
from cartoongan_tf.data import pipeline
from cartoongan_tf.data import samples
from cartoongan_tf.images import pictures
from cartoongan_tf.inference import loading
from cartoongan_tf.inference import styles

FLAGS = flags.FLAGS

flags.DEFINE_list(
    "models",
    styles.names(),
    "A row of cartoons each, as cartoonize.py takes them with --model.",
)
flags.DEFINE_string("output", None, "JPEG file to write.", required=True)
flags.DEFINE_list(
    "photos", ["astronaut", "coffee", "cat", "rocket"], "Which, in order."
)
flags.DEFINE_integer("side", 400, "Height and width of each, in pixels.")

_GAP = 8  # pixels


def main(_):
    with exit.with_message():
        photos = samples.read_photos()
        crops = [
            pipeline.center_crop(photos[name], FLAGS.side).numpy()
            for name in FLAGS.photos
        ]
        rows = [beside(crops)]
        for model in FLAGS.models:
            cartoonize = loading.open_model(model, "models")
            rows.append(beside([cartoonize(crop) for crop in crops]))
        with atomic_files.atomic_path(FLAGS.output) as temporary:
            temporary.write_bytes(pictures.encode_jpeg(np.vstack(rows)))


def beside(squares):
    """A row of pictures with white between and below."""
    framed = [
        np.pad(square, ((0, _GAP), (0, _GAP), (0, 0)), constant_values=255)
        for square in squares
    ]
    return np.hstack(framed)


if __name__ == "__main__":
    command_line.run(main)
