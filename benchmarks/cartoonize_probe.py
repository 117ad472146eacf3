"""One way to make a cartoon of a photo, alone in a process.

    python -m benchmarks.cartoonize_probe STYLE file|call photo.jpg

prints JSON: milliseconds a megapixel, of the fastest run, and the peak of the
process in megabytes, of which TensorFlow itself takes several hundred.
"""

import json
import pathlib
import resource
import sys
import time

import numpy as np
import PIL.Image
import tensorflow as tf

from cartoongan_tf.cartoonize import cartoonizer
from cartoongan_tf.images import pictures
from cartoongan_tf.inference import loading

MIN_SECONDS = 3.0  # Runs are repeated for so long.


def main(style, way, path):
    PIL.Image.MAX_IMAGE_PIXELS = None
    run = {"file": file_to_file, "call": one_call}[way](style, path)
    with PIL.Image.open(path) as photo:
        megapixels = photo.width * photo.height / 1e6
    times: list[float] = []
    while sum(times) < MIN_SECONDS:
        begin = time.perf_counter()
        run()
        times.append(time.perf_counter() - begin)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps([1000 * min(times) / megapixels, peak]))


def file_to_file(style, path):
    cartoonize = cartoonizer.Cartoonizer(style)
    cartoonize(np.zeros((64, 64, 3), "uint8"))  # The first call sets up.
    target = pathlib.Path(path).with_suffix(".cartoon.jpg")
    return lambda: cartoonize.file(path, target)


def one_call(style, path):
    """The network on the whole picture, with no more than it needs."""
    generator = loading.load_generator(style, "style")
    signature = [tf.TensorSpec((None, None, None, 3), tf.uint8)]

    @tf.function(input_signature=signature)
    def call(photos):
        return pictures.apply_network(generator, photos)

    photo = tf.constant(pictures.read_picture(path)[None])
    call(photo[:, :64, :64])
    return lambda: call(photo).numpy()


if __name__ == "__main__":
    main(*sys.argv[1:])
