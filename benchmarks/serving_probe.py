"""The bare model call that a server is measured against, alone in a process.

    python -m benchmarks.serving_probe SAVED_MODEL THREADS SECONDS PHOTO...

prints JSON: pictures a second through the signature for encoded pictures, one
a call, in the session that TensorFlow Serving has, from some threads at once.
"""

import itertools
import json
import pathlib
import sys
import threading
import time

import numpy as np

from cartoongan_tf.core import model_interface
from cartoongan_tf.inference import saved_model_runtime


def main():
    folder, threads, seconds, *files = sys.argv[1:]
    model = saved_model_runtime.SessionModel(folder)
    photos = [
        np.array([pathlib.Path(file).read_bytes()], object) for file in files
    ]
    for photo in photos:
        model.run(model_interface.BYTES, photo)
    print(json.dumps(rate(model, int(threads), float(seconds), photos)))


def rate(model, threads, seconds, photos):
    """Calls a second, of those that ended in time."""
    counts = [0] * threads
    end = time.perf_counter() + seconds

    def call(number):
        for photo in itertools.cycle(photos):
            model.run(model_interface.BYTES, photo)
            if time.perf_counter() > end:
                break
            counts[number] += 1

    workers = [threading.Thread(target=call, args=(n,)) for n in range(threads)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return sum(counts) / seconds


if __name__ == "__main__":
    main()
