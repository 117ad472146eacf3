"""The way into the product from Python: anything into a cartoon.

    from cartoongan_tf.cartoonizer import Cartoonizer

    cartoonize = Cartoonizer("storybook")
    cartoon = cartoonize(photo)  # uint8 RGB arrays, (height, width, 3)
    cartoonize.file("photo.jpg", "cartoon.jpg")
    cartoonize.folder("photos", "cartoons")
    cartoonize.file("film.mp4", "cartoon.mp4")
"""

import pathlib
from collections.abc import Callable

import numpy as np

from cartoongan_tf import artifacts
from cartoongan_tf import cartoonizing
from cartoongan_tf import finishing
from cartoongan_tf import styles


class Cartoonizer:
    """A function from a picture to its cartoon, of exactly its size.

    Safe to be called by several threads.

    Args:
        model: Name of a shipped style, `.keras` file, folder of a run,
            SavedModel folder, `.tflite` or `.onnx` file, or the URL of a
            model that TensorFlow Serving serves.
        strength: Share of the cartoon in the result, 0 to 1; the rest is the
            photo.
        preserve_color: Whether results get the color statistics of the photo.
        tile: Height and width, in pixels, from which on a picture is computed
            in overlapping tiles; None for what a gigabyte is enough for. Only
            models that are Keras networks can do so.

    Call arguments:
        picture: uint8 RGB array of shape `(height, width, 3)`, each side at
            least 16 pixels.

    Returns:
        A new array of the same shape and type.

    Raises:
        InputError: If there is no such model, `strength` or `tile` is out of
            range, or a picture is too small, or too large for the model.
        TypeError: If a picture is no such array.
    """

    def __init__(
        self,
        model: str | pathlib.Path = styles.DEFAULT,
        *,
        strength: float = 1.0,
        preserve_color: bool = False,
        tile: int | None = None,
    ):
        self._finish = finishing.Finish(strength, preserve_color)
        self._model = artifacts.open_model(model, "--model", tile)

    def __call__(self, picture: np.ndarray) -> np.ndarray:
        return self._finished(self._model, picture)

    def steady(self) -> Callable:
        """The same for frames of a film, in which norms change slowly.

        What it returns remembers: it is for one film, and for one thread.
        """
        model = self._model.steady()
        return lambda frame: self._finished(model, frame)

    def _finished(self, model, picture):
        _check(picture)
        return self._finish(picture, model(picture))
