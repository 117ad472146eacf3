"""Runner that makes outputs: pictures concurrently, then all others.

Pictures finish in any order. Animations, videos and cameras follow, one at a
time.
"""

import functools
import pathlib
import sys
from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Sequence
from typing import NamedTuple
from typing import Protocol

import numpy as np

from cartoongan_tf.cartoonize import inputs
from cartoongan_tf.cartoonize import media_types
from cartoongan_tf.cartoonize import outputs as outputs_lib
from cartoongan_tf.cartoonize import settings as settings_lib
from cartoongan_tf.cartoonize import still_images
from cartoongan_tf.core import crashes
from cartoongan_tf.core import devices
from cartoongan_tf.core import errors
from cartoongan_tf.core import parallel
from cartoongan_tf.inference import postprocess
from cartoongan_tf.video import cameras
from cartoongan_tf.video import videos

_MediaType = media_types.MediaType


class Cartoonize(Protocol):
    """Function from a picture to its cartoon, with a variant for videos."""

    def __call__(self, picture: np.ndarray) -> np.ndarray:
        """Cartoonizes a picture."""

    def for_video(self) -> still_images.Cartoonize:
        """Returns a function for the frames of one video."""


class Outcome(NamedTuple):
    """Outcome of making an output.

    Attributes:
        output: The output.
        problem: Error message, or None on success.
        notes: Notes for the user.
    """

    output: outputs_lib.Output
    problem: str | None = None
    notes: Sequence[str] = ()


def run(
    cartoonize: Cartoonize,
    outputs: Sequence[outputs_lib.Output],
    settings: settings_lib.Settings,
    *,
    workers: int = 1,
    on_progress: videos.OnProgress = videos.ignore_progress,
    on_note: videos.OnNote | None = None,
) -> Iterator[Outcome]:
    """Makes outputs; an error in one does not stop the others.

    Args:
        cartoonize: Function from a picture to its cartoon.
        outputs: Outputs to make.
        settings: Settings for reading and writing.
        workers: Number of pictures to compute concurrently.
        on_progress: Called with the progress of a video.
        on_note: Called with notes on a video before any frame is made; if
            None, outcomes contain them.

    Yields:
        The outcome of each output, as it is finished.

    Raises:
        OSError: If the disk is full.
    """
    callbacks = on_progress, on_note
    make = functools.partial(_make_output, cartoonize, settings, callbacks)
    picture = _MediaType.PICTURE
    pictures = [o for o in outputs if o.input.media_type is picture]
    others = [o for o in outputs if o.input.media_type is not picture]
    yield from parallel.map_overlapped(make, pictures, workers)
    yield from (make(output, None) for output in others)


def run_video(
    cartoonize: Cartoonize,
    source: pathlib.Path,
    target: pathlib.Path,
    settings: settings_lib.Settings,
    *,
    on_progress: videos.OnProgress = videos.ignore_progress,
) -> Outcome:
    """Cartoonizes a single video, as `run` does."""
    video = inputs.Input(_MediaType.VIDEO, source, source)
    output = outputs_lib.Output(video, target, None)
    (outcome,) = run(cartoonize, [output], settings, on_progress=on_progress)
    return outcome


def attempt(
    work: Callable[[], Sequence[str]], subject: object
) -> tuple[str | None, Sequence[str]]:
    """Calls a function whose errors must not stop the others.

    Args:
        work: Function that returns notes for the user.
        subject: Name of the processed item, for the log.

    Returns:
        Error message or None, and the notes from `work`.

    Raises:
        OSError: If the disk is full.
    """
    try:
        with devices.memory_advice("`tile`"):
            return None, work()
    except errors.InputError as error:
        return str(error), ()
    except Exception as error:  # Other items are still processed.
        if errors.is_out_of_space(error):
            raise
        return errors.describe_fault(error, subject), ()


def _make_output(cartoonize, settings, callbacks, output, compute_lock):
    def make():
        with crashes.handling(output.input.source):
            if output.input.media_type is _MediaType.VIDEO:
                return _make_video(cartoonize, settings, callbacks, output)
            if output.input.media_type is _MediaType.CAMERA:
                return _record_camera(cartoonize, settings, output)
            return _make_picture(cartoonize, settings, output, compute_lock)

    return Outcome(output, *attempt(make, output.input.relative))


def _make_picture(cartoonize, settings, output, compute_lock):
    arguments = {
        "source": output.input.source,
        "target": sys.stdout.buffer if output.path is None else output.path,
        "settings": settings,
        "format": output.format,
    }
    if output.input.media_type is _MediaType.ANIMATION:
        still_images.cartoonize_animation(cartoonize.for_video(), **arguments)
        return []
    note = still_images.cartoonize_picture(
        cartoonize, compute_lock=compute_lock, **arguments
    )
    return [f"{output.input.relative} {note}"] if note else []


def _make_video(cartoonize, settings, callbacks, output):
    if not isinstance(output.input.source, pathlib.Path) or output.path is None:
        raise errors.InputError("videos cannot be piped; name files.")
    on_progress, on_note = callbacks
    if output.input.format == "WEBP":  # FFmpeg decodes only its first frame.
        raise errors.InputError(
            f"{output.input.relative} is an animated WebP, which cannot be "
            "converted to a video; leave `format` out, or pass `format`=gif."
        )
    return videos.cartoonize_video(
        cartoonize.for_video() if settings.temporal else cartoonize,
        output.input.source,
        output.path,
        temporal=settings.temporal,
        codec=settings.codec,
        quality=settings.crf,
        batch=settings.batch,
        preprocess=lambda photo: still_images.limit_side(
            photo, settings.max_side
        ),
        compose=postprocess.beside if settings.compare else videos.cartoon_only,
        fingerprint=repr(
            [settings.fingerprint, settings.max_side, settings.compare]
        ),
        on_progress=on_progress,
        on_note=on_note,
    )


def _record_camera(cartoonize, settings, output):
    count = cameras.cartoonize_camera(
        cartoonize.for_video(),
        output.input.source,
        output.path,
        temporal=settings.temporal,
        codec=settings.codec,
        quality=settings.crf,
    )
    return [f"Cartoonized {count} pictures of the camera."]
