"""Python interface to cartoonize pictures, animations and videos.

Example:
    from cartoongan_tf import Cartoonizer

    cartoonize = Cartoonizer("storybook")
    cartoon = cartoonize(photo)  # uint8 RGB arrays, (height, width, 3)
    cartoonize.file("photo.jpg", "cartoon.png")
    cartoonize.file("video.mp4", "cartoon.mp4")
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
    """Function from a picture to a cartoon of the same size.

    Thread-safe.

    Args:
        model: Name of a shipped style, `.keras` file, folder of a run,
            SavedModel folder, `.tflite` or `.onnx` file, the address of a
            model on the Hugging Face Hub, `hf://OWNER/NAME`, or the URL of a
            model on TensorFlow Serving.
        strength: Weight of the cartoon in the result, 0 to 1; the rest is the
            photo.
        preserve_color: Whether to transfer the photo's color statistics to the
            result.
        tile: Maximum height and width, in pixels, to compute at once; larger
            pictures are split into overlapping tiles. By default, sides that
            fit into a gigabyte of memory. For shipped styles and `.keras`
            models only.

    Attributes:
        fingerprint: Identifies all that affects results: the model, its
            modification time, and the other arguments.

    Call arguments:
        picture: uint8 RGB array of shape `(height, width, 3)`, each side at
            least 16 pixels; or a batch of shape `(count, height, width, 3)`,
            which is faster on a GPU.

    Returns:
        A new array of the same shape and dtype.

    Raises:
        InputError: If there is no such model, `strength` or `tile` is out of
            range, or a picture is too small or too large for the model.
        TypeError: If a picture is not such an array.
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
        path = model_paths.find(model, "model")
        self._model = loading.open_model(path, "model", tile)
        modified = _modification_time(path)
        self.fingerprint = repr(
            [str(model), modified, strength, preserve_color, tile]
        )

    def __call__(self, picture: np.ndarray) -> np.ndarray:
        return self._apply(self._model, picture)

    @property
    def remembers_frames(self) -> bool:
        """Whether a frame's cartoon depends on the previous frames."""
        return self._model.remembers_frames

    def for_video(self) -> Callable[[np.ndarray], np.ndarray]:
        """Returns a function for the frames of one video.

        Its normalization statistics change slowly from frame to frame. It is
        stateful: use it for a single video, on a single thread.
        """
        return functools.partial(self._apply, self._model.for_video())

    def file(
        self, source: str | pathlib.Path, target: str | pathlib.Path, **options
    ) -> Sequence[str]:
        """Cartoonizes a picture, an animation or a video.

        Args:
            source: File to read.
            target: File to write; its extension selects the format. An
                existing file is replaced.
            **options: Attributes of `settings.Settings`.

        Returns:
            Notes for the user; usually none.

        Raises:
            InputError: If the source cannot be read, or the target cannot be
                written.
        """
        found = inputs.find([str(source)], output=None)
        for name, problem in found.problems.items():
            raise errors.InputError(f"{name} {problem}")
        plan = outputs.plan(found.inputs, target, overwrite=True)
        (outcome,) = runner.run(self, plan.outputs, self._settings(options))
        if outcome.problem:
            raise errors.InputError(outcome.problem)
        return outcome.notes

    def folder(
        self, source: str | pathlib.Path, target: str | pathlib.Path, **options
    ) -> list[runner.Outcome]:
        """Cartoonizes all files of a folder and its subfolders.

        Existing results are kept.

        Args:
            source: Folder to read.
            target: Folder to write, with the same subfolders.
            **options: Attributes of `settings.Settings`.

        Returns:
            The outcome for each file.

        Raises:
            InputError: If the target cannot be a folder, or two results would
                have the same path.
        """
        found = inputs.find([str(source)], output=target)
        plan = outputs.plan(found.inputs, target)
        return list(runner.run(self, plan.outputs, self._settings(options)))

    def _settings(self, options):
        return settings.Settings(**{"fingerprint": self.fingerprint} | options)

    def _apply(self, model, picture):
        _check(picture)
        cartoon = model(picture)
        if picture.ndim == 3:
            return self._finish(picture, cartoon)
        pairs = zip(picture, cartoon, strict=True)
        return np.stack([self._finish(*pair) for pair in pairs])


def _modification_time(path):
    """Returns the nanoseconds of a file's last change; None if not a file."""
    path = pathlib.Path(path)
    return path.stat().st_mtime_ns if path.exists() else None


def _check(picture):
    is_picture = isinstance(picture, np.ndarray) and (
        picture.dtype == np.uint8
        and picture.ndim in (3, 4)
        and picture.shape[-1] == 3
    )
    if not is_picture:
        dtype = getattr(picture, "dtype", type(picture).__name__)
        raise TypeError(
            "A picture must be a uint8 array of shape (height, width, 3), "
            f"received {dtype} of shape {getattr(picture, 'shape', None)}."
        )
