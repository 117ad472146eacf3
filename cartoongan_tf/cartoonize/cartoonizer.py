"""The product from Python: whatever can be seen, into a cartoon.

Example:
    from cartoongan_tf import Cartoonizer

    cartoonize = Cartoonizer("storybook")
    cartoon = cartoonize(photo)  # uint8 RGB arrays, (height, width, 3)
    cartoonize.file("photo.jpg", "cartoon.png")
    cartoonize.file("film.mp4", "cartoon.mp4")
    cartoonize.folder("photos", "cartoons")
"""

import functools
import pathlib
from collections.abc import Callable
from collections.abc import Sequence

import numpy as np

from cartoongan_tf.cartoonize import inputs
from cartoongan_tf.cartoonize import outputs
from cartoongan_tf.cartoonize import runner
from cartoongan_tf.cartoonize import settings
from cartoongan_tf.core import errors
from cartoongan_tf.inference import loading
from cartoongan_tf.inference import model_paths
from cartoongan_tf.inference import postprocess
from cartoongan_tf.inference import styles


class Cartoonizer:
    """A function from a picture to its cartoon, of exactly its size.

    Safe to be called by several threads.

    Args:
        model: Name of a shipped style, `.keras` file, folder of a run,
            SavedModel folder, `.tflite` or `.onnx` file, the address of a
            model on the Hugging Face Hub, `hf://OWNER/NAME`, or the URL of one
            that TensorFlow Serving serves.
        strength: Share of the cartoon in the result, 0 to 1; the rest is the
            photo.
        preserve_color: Whether results get the color statistics of the photo.
        tile: Height and width, in pixels, beyond which a picture is computed
            in overlapping tiles; None for what a gigabyte of memory is enough
            for. Goes with shipped styles and `.keras` models only.

    Attributes:
        fingerprint: What results depend on, in a line: the model, when it was
            last changed, and the other arguments.

    Call arguments:
        picture: uint8 RGB array of shape `(height, width, 3)`, each side at
            least 16 pixels; or several of one size, `(count, height, width,
            3)`, which a GPU computes at once.

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
        self._finish = postprocess.Finish(strength, preserve_color)
        found = model_paths.find(model, "model")
        self._model = loading.open_model(found, "model", tile)
        self.fingerprint = repr(
            [str(model), _changed(found), strength, preserve_color, tile]
        )

    def __call__(self, picture: np.ndarray) -> np.ndarray:
        return self._finished(self._model, picture)

    @property
    def remembers_frames(self) -> bool:
        """Whether a frame's cartoon depends on the frames before it."""
        return self._model.remembers_frames

    def for_video(self) -> Callable[[np.ndarray], np.ndarray]:
        """The same for frames of one video, in which norms change slowly.

        What it returns remembers: it is for one video, and for one thread.
        """
        model = self._model.for_video()

        return functools.partial(self._finished, model)

    def file(
        self, source: str | pathlib.Path, target: str | pathlib.Path, **options
    ) -> Sequence[str]:
        """Makes the cartoon of a picture, an animation or a video.

        Args:
            source: File to read.
            target: File to write, whose ending tells the format. What is there
                is replaced.
            **options: Attributes of `settings.Settings`.

        Returns:
            Sentences that a user should know; mostly none.

        Raises:
            InputError: If the source cannot be read, or the target not be
                written.
        """
        found = inputs.find([str(source)], output=None)
        for name, problem in found.problems.items():
            raise errors.InputError(f"{name} {problem}")
        tasks = outputs.plan(found.jobs, target, overwrite=True).tasks
        (outcome,) = runner.run(self, tasks, self._settings(options))
        if outcome.problem:
            raise errors.InputError(outcome.problem)
        return outcome.notes

    def folder(
        self, source: str | pathlib.Path, target: str | pathlib.Path, **options
    ) -> list[runner.Outcome]:
        """Makes the cartoons of all that is in a folder and its sub-folders.

        What is in the target folder already is left alone.

        Args:
            source: Folder to read.
            target: Folder to write, in which sub-folders are mirrored.
            **options: Attributes of `settings.Settings`.

        Returns:
            What became of each file.

        Raises:
            InputError: If the target cannot be a folder, or two results would
                be one file.
        """
        found = inputs.find([str(source)], output=target)
        tasks = outputs.plan(found.jobs, target).tasks
        return list(runner.run(self, tasks, self._settings(options)))

    def _settings(self, options):
        return settings.Settings(**{"fingerprint": self.fingerprint} | options)

    def _finished(self, model, picture):
        _check(picture)
        cartoon = model(picture)
        if picture.ndim == 3:
            return self._finish(picture, cartoon)
        pairs = zip(picture, cartoon, strict=True)
        return np.stack([self._finish(*pair) for pair in pairs])


def _changed(found):
    """When a model's file was last changed; None for what is no file."""
    path = pathlib.Path(found)
    return path.stat().st_mtime_ns if path.exists() else None


def _check(picture):
    is_picture = isinstance(picture, np.ndarray) and (
        picture.dtype == np.uint8
        and picture.ndim in (3, 4)
        and picture.shape[-1] == 3
    )
    if not is_picture:
        found = getattr(picture, "dtype", type(picture).__name__)
        raise TypeError(
            "A picture must be a uint8 array of shape (height, width, 3), "
            f"received {found} of shape {getattr(picture, 'shape', None)}."
        )
