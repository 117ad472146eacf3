"""Runs a `.tflite` file on pictures: the part that both machines run.

    python -m benchmarks.arm64_probe FILE SIGNATURE REQUEST.npy ANSWER.npy

Needs NumPy and LiteRT only, which is all that the emulated machine has.
"""

import sys

import numpy as np
from ai_edge_litert.interpreter import Interpreter

from cartoongan_tf import contract


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
    interpreter = Interpreter(path, num_threads=1)
    runner = interpreter.get_signature_runner(signature)
    cartoons = [
        runner(**{contract.IMAGE: image[None]})[contract.CARTOON]
        for image in images
    ]
    return np.concatenate(cartoons)


if __name__ == "__main__":
    main(*sys.argv[1:])
