r"""Finds the scale at which the pyramid's unit is VGG19's.

    python -m tools.calibrate_pyramid --photo_dir=PHOTOS --vgg19_weights=FILE

Prints the mean L1 between unrelated photos in both features, and the value of
`perceptual_features.PYRAMID_SCALE` that makes them equal.
"""

import tensorflow as tf
from absl import flags

from cartoongan_tf.commands import command_line
from cartoongan_tf.commands import exit
from cartoongan_tf.data import folder_scan
from cartoongan_tf.data import image_source
from cartoongan_tf.data import pipeline
from cartoongan_tf.losses import losses
from cartoongan_tf.losses import perceptual_features

FLAGS = flags.FLAGS

flags.DEFINE_string("photo_dir", None, "Folder of photos.", required=True)
flags.DEFINE_string("vgg19_weights", "imagenet", "imagenet, or a file.")
flags.DEFINE_integer("image_size", 128, "Height and width in pixels.")
flags.DEFINE_integer("pairs", 256, "Pairs of photos to compare.")


def main(_):
    with exit.with_message():
        vgg19 = perceptual_features.load_vgg19(FLAGS.vgg19_weights)
        folder = folder_scan.scan_folder(FLAGS.photo_dir, "photo_dir")
        folder_scan.require_pictures(folder, "photo_dir", "skip")
    batches = pipeline.photo_batches(
        image_source.open_source(folder, image_source.NO_CACHE),
        steps=range(FLAGS.pairs),
        batch_size=2,
        seed=0,
        crops=pipeline.Crops(
            FLAGS.image_size, smallest=0.6, largest=1.0, horizontal_flip=True
        ),
    )
    deep = mean_distance(vgg19, batches)
    plain = mean_distance(perceptual_features.pyramid, batches)
    print(f"VGG19 {deep:.1f}, pyramid {plain:.1f}")
    scale = perceptual_features.PYRAMID_SCALE * deep / plain
    print(f"PYRAMID_SCALE = {scale:.0f}")


def mean_distance(compare, batches):
    distances = [
        losses.content_loss(*tf.split(compare(pair), 2)) for pair in batches
    ]
    return float(tf.reduce_mean(distances))


if __name__ == "__main__":
    command_line.run(main)
