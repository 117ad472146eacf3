r"""Edge smoothing: pictures a second on one core, at 256x256.

    python -m benchmarks.edge_smoothing --cartoon_dir=FRAMES

Ours inside of `tf.data`, compiled and not, against the same calls of OpenCV on
arrays, and against the loop over pixels that other implementations ship. All
run on the same pictures in turn, on one core; of each picture the fastest of
several rounds counts, and the mean over pictures is printed.
"""

import cv2
import numpy as np
import tensorflow as tf
from absl import flags

from benchmarks import one_core
from cartoongan_tf.commands import command_line
from cartoongan_tf.commands import exit
from cartoongan_tf.data import edge_smoothing
from cartoongan_tf.data import folder_scan
from cartoongan_tf.data import pipeline
from cartoongan_tf.images import pictures
from cartoongan_tf.training import batches
from cartoongan_tf.training import config

FLAGS = flags.FLAGS

flags.DEFINE_string("cartoon_dir", None, "Folder of cartoons.", required=True)
flags.DEFINE_integer("size", 256, "Height and width in pixels.")
flags.DEFINE_integer("pictures", 40, "Number of pictures.")
flags.DEFINE_integer("rounds", 10, "Rounds; the loop over pixels has one.")

DEFAULT = batches.smoothing_settings(config.TrainConfig("", "", ""))


def main(_):
    one_core.use()
    with exit.with_message():
        cartoons = read_cartoons()
    times = measure(
        {
            "OpenCV": calls_of(with_opencv, cartoons),
            "ours in tf.data": dataset_of(
                edge_smoothing.compiled(DEFAULT), cartoons
            ),
            "ours, not compiled": dataset_of(uncompiled, cartoons),
        }
    )
    times["loop over pixels"] = calls_of(pixel_by_pixel, cartoons)()
    report({name: np.mean(seconds) for name, seconds in times.items()})


def read_cartoons():
    found = folder_scan.scan_folder(FLAGS.cartoon_dir, "cartoon_dir")
    folder_scan.require_pictures(found, "cartoon_dir", "skip")
    step = max(1, len(found.paths) // FLAGS.pictures)
    paths = found.paths[::step][: FLAGS.pictures]
    return [
        pipeline.center_crop(pictures.read_picture(path), FLAGS.size).numpy()
        for path in paths
    ]


def uncompiled(image):
    return edge_smoothing.smooth_edges(image, DEFAULT)


def with_opencv(image):
    gray = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
    edge_mask = cv2.Canny(gray, DEFAULT.low, DEFAULT.high)
    near_edge = cv2.dilate(edge_mask, np.ones((5, 5), "uint8"))
    blurred = cv2.GaussianBlur(image, (5, 5), 0)
    return np.where(near_edge[..., None] > 0, blurred, image)


def pixel_by_pixel(image):
    gray = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
    edge_mask = cv2.Canny(gray, DEFAULT.low, DEFAULT.high)
    near_edge = cv2.dilate(edge_mask, np.ones((5, 5), "uint8"))
    weights = cv2.getGaussianKernel(5, 0) @ cv2.getGaussianKernel(5, 0).T
    padded = np.pad(image, ((2, 2), (2, 2), (0, 0)), "reflect")
    result = image.copy()
    for row, column in zip(*near_edge.nonzero(), strict=True):
        for channel in range(3):
            patch = padded[row : row + 5, column : column + 5, channel]
            result[row, column, channel] = np.sum(patch * weights)
    return result


def calls_of(function, images):
    """A round: seconds that each call takes."""

    def run():
        return one_core.seconds_between(function(image) for image in images)

    return run


def dataset_of(transform, images):
    """A round: seconds until each element of a dataset."""
    dataset = tf.data.Dataset.from_tensor_slices(np.stack(images))
    dataset = dataset.map(transform).with_options(one_core.dataset_options())
    return lambda: one_core.seconds_between(dataset)


def measure(rounds):
    fastest = {name: run() for name, run in rounds.items()}
    for _ in range(FLAGS.rounds):
        for name, run in rounds.items():
            fastest[name] = np.minimum(fastest[name], run())
    return fastest


def report(seconds):
    print(f"{'':20}{'pictures/s':>12}{'ms':>9}{'of OpenCV':>12}")
    for name, value in seconds.items():
        ratio = value / seconds["OpenCV"]
        print(f"{name:20}{1 / value:12.1f}{1000 * value:9.2f}{ratio:11.2f}x")
    faster = seconds["loop over pixels"] / seconds["ours in tf.data"]
    print(f"Ours is {faster:.0f} times as fast as the loop over pixels.")


if __name__ == "__main__":
    command_line.run(main)
