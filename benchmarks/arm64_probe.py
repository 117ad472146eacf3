"""Runs a `.tflite` file on pictures: the part that both machines run.

    python -m benchmarks.arm64_probe FILE SIGNATURE REQUEST.npy ANSWER.npy

Needs NumPy and LiteRT only, which is all that the emulated machine has.
"""

import sys

import numpy as np

from cartoongan_tf.inference import litert_runtime


def main(path: str, signature: str, request: str, answer: str) -> None:
    np.save(answer, run(path, signature, np.load(request)))


def run(path: str, signature: str, images: np.ndarray) -> np.ndarray:
    """Cartoons of pictures, each on its own, on one thread.

    Args:
        path: The file.
        signature: Name of the signature to run.
        images: Of shape `(count, height, width, 3)`, in what the file takes.

    Returns:
        An array of the same shape, in what the file gives.
    """
    model = litert_runtime.LitertModel(path, threads=1)
    return np.concatenate([model.run(signature, i[None]) for i in images])


if __name__ == "__main__":
    main(*sys.argv[1:])
