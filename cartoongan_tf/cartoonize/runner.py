"""Runs tasks: pictures several at a time, then whatever else there is.

Pictures get done in any order. Animations, videos and cameras come after them,
one by one.
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
from cartoongan_tf.cartoonize import media_type
from cartoongan_tf.cartoonize import outputs
from cartoongan_tf.cartoonize import settings as settings_of
from cartoongan_tf.cartoonize import still_images
from cartoongan_tf.core import crashes
from cartoongan_tf.core import devices
from cartoongan_tf.core import errors
from cartoongan_tf.core import parallel
from cartoongan_tf.inference import postprocess
from cartoongan_tf.video import cameras
from cartoongan_tf.video import videos


class Cartoonize(Protocol):
    """A function from a picture to its cartoon, for frames of videos, too."""

    def __call__(self, picture: np.ndarray) -> np.ndarray:
        """Gives the cartoon of a picture."""

    def for_video(self) -> still_images.Cartoonize:
        """Gives a function for the frames of one video."""


class Outcome(NamedTuple):
    """Outcome of a task.

    Attributes:
        task: What was to be done.
        problem: What was wrong, in a sentence, or None.
        notes: What a user should know, in sentences.
    """

    task: outputs.Task
    problem: str | None = None
    notes: Sequence[str] = ()


def run(
    cartoonize: Cartoonize,
    tasks: Sequence[outputs.Task],
    settings: settings_of.Settings,
    *,
    workers: int = 1,
    on_progress: videos.OnProgress = videos.ignore_progress,
    on_note: videos.OnNote | None = None,
) -> Iterator[Outcome]:
    """Runs tasks; what is wrong with one does not stop the others.

    Args:
        cartoonize: A model, and what is done with its results.
        tasks: What to do.
        settings: How to read and write.
        workers: Pictures that are computed at once.
        on_progress: Called with the progress of a video.
        on_note: Called with notes on a video before any frame is made; if
            None, outcomes contain them.

    Yields:
        What became of each, as it gets done.

    Raises:
        OSError: If the disk is full.
    """
    callbacks = on_progress, on_note
    work = functools.partial(_run_one, cartoonize, settings, callbacks)
    still = media_type.Kind.PICTURE
    stills = [task for task in tasks if task.job.kind is still]
    yield from parallel.map_overlapped(work, stills, workers)
    yield from (work(t, None) for t in tasks if t.job.kind is not still)


def run_video(
    cartoonize: Cartoonize,
    source: pathlib.Path,
    target: pathlib.Path,
    settings: settings_of.Settings,
    *,
    on_progress: videos.OnProgress = videos.ignore_progress,
) -> Outcome:
    """Does what `run` does to one video, wherever its cartoon goes."""
    job = inputs.Job(media_type.Kind.VIDEO, source, source)
    task = outputs.Task(job, target, None)
    (outcome,) = run(cartoonize, [task], settings, on_progress=on_progress)
    return outcome


def attempt(
    work: Callable[[], Sequence[str]], subject: object
) -> tuple[str | None, Sequence[str]]:
    """Does one piece of work of many, of which none stops the others.

    Args:
        work: Gives what a user should know, in sentences.
        subject: What is worked on, for the log.

    Returns:
        What was wrong, in a sentence, or None; and what `work` gave.

    Raises:
        OSError: If the disk is full.
    """
    try:
        with devices.memory_advice("`tile`"):
            return None, work()
    except errors.InputError as error:
        return str(error), ()
    except Exception as error:  # Whatever it is, the others go on.
        if errors.is_out_of_space(error):
            raise
        return errors.describe_fault(error, subject), ()


def _run_one(cartoonize, settings, callbacks, task, gate):
    def notes():
        with crashes.handling(task.job.source):
            if task.job.kind is media_type.Kind.VIDEO:
                return _run_video(cartoonize, settings, callbacks, task)
            if task.job.kind is media_type.Kind.CAMERA:
                return _run_camera(cartoonize, settings, task)
            return _run_picture(cartoonize, settings, task, gate)

    return Outcome(task, *attempt(notes, task.job.relative))


def _run_picture(cartoonize, settings, task, gate):
    places = {
        "source": task.job.source,
        "target": sys.stdout.buffer if task.path is None else task.path,
        "format": task.format,
    }
    if task.job.kind is media_type.Kind.ANIMATION:
        still_images.cartoonize_animation(
            cartoonize.for_video(), settings=settings, **places
        )
        return []
    note = still_images.cartoonize_picture(
        cartoonize, settings=settings, gate=gate, **places
    )
    return [f"{task.job.relative} {note}"] if note else []


def _run_video(cartoonize, settings, callbacks, task):
    if not isinstance(task.job.source, pathlib.Path) or task.path is None:
        raise errors.InputError(
            "a video can neither come nor go through a pipe; name files."
        )
    on_progress, on_note = callbacks
    if task.job.format == "WEBP":  # FFmpeg decodes its first frame at most.
        raise errors.InputError(
            f"{task.job.relative} is an animated WebP, which becomes no video; "
            "leave `format` out, or pass `format`=gif."
        )
    return videos.cartoonize_video(
        cartoonize.for_video() if settings.temporal else cartoonize,
        task.job.source,
        task.path,
        temporal=settings.temporal,
        codec=settings.codec,
        quality=settings.crf,
        batch=settings.batch,
        preprocess=lambda photo: still_images.reduced(photo, settings.max_side),
        compose=postprocess.beside if settings.compare else videos.cartoon_only,
        fingerprint=repr(
            [settings.fingerprint, settings.max_side, settings.compare]
        ),
        on_progress=on_progress,
        on_note=on_note,
    )


def _run_camera(cartoonize, settings, task):
    count = cameras.cartoonize_camera(
        cartoonize.for_video(),
        task.job.source,
        task.path,
        temporal=settings.temporal,
        codec=settings.codec,
        quality=settings.crf,
    )
    return [f"Pictures of the camera: {count}."]
