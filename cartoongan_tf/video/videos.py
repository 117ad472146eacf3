"""Cartoonizing of videos.

Frames are decoded, cartoonized, smoothed and encoded concurrently, with few of
them in memory, into segments. An interrupted video resumes after its last
finished segment, and encodes the same frames: a segment starts from the
smoother's state at the end of the previous one. Networks with shared norms
start over with these.
"""

import contextlib
import itertools
import pathlib
import time
from collections.abc import Callable

import av
import numpy as np

from cartoongan_tf.core import atomic_files
from cartoongan_tf.core import errors
from cartoongan_tf.core import parallel
from cartoongan_tf.video import codecs
from cartoongan_tf.video import frame_pictures
from cartoongan_tf.video import frame_sampler
from cartoongan_tf.video import frame_stages
from cartoongan_tf.video import muxer
from cartoongan_tf.video import reader
from cartoongan_tf.video import segment_store
from cartoongan_tf.video import segment_writer
from cartoongan_tf.video import segments

Cartoonize = Callable[[np.ndarray], np.ndarray]
Compose = Callable[[np.ndarray, np.ndarray], np.ndarray]
OnProgress = Callable[[str, float, float | None, str], None]
OnNote = Callable[[str], None]


def identity(photo: np.ndarray) -> np.ndarray:
    """Returns the photo."""
    return photo


def cartoon_only(photo: np.ndarray, cartoon: np.ndarray) -> np.ndarray:
    """Returns the cartoon."""
    return cartoon


def ignore_progress(
    stage: str, done: float, total: float | None, note: str
) -> None:
    """Does nothing."""


def cartoonize_video(
    cartoonize: Cartoonize,
    source: str | pathlib.Path,
    target: str | pathlib.Path,
    *,
    temporal: bool = True,
    codec: str | None = None,
    quality: int | None = None,
    batch: int = 1,
    preprocess: Cartoonize = identity,
    compose: Compose = cartoon_only,
    fingerprint: str = "",
    on_progress: OnProgress = ignore_progress,
    on_note: OnNote | None = None,
) -> list[str]:
    """Cartoonizes a video, or resumes an interrupted one.

    The cartoon has the timestamps, size, aspect ratio, audio and subtitles of
    the source. A source with a rotation tag is written upright without one.

    Args:
        cartoonize: Function from a picture to its cartoon, uint8 RGB of shape
            `(height, width, 3)`; called on one thread only, not the caller's.
        source: Video to read.
        target: Video to write; its extension selects the container format.
        temporal: Whether to apply temporal smoothing against flicker.
        codec: One of `codecs.CODECS`; by default, chosen by the target.
        quality: Constant rate factor of the codec; lower is better.
        batch: Frames per call of `cartoonize`. If more than 1, it gets an
            array `(batch, height, width, 3)`, smaller at the end of a segment.
        preprocess: Function applied to each frame first; it may reduce it.
        compose: Function from a photo and its cartoon to the output frame.
        fingerprint: Identifies all else that affects the result, such as the
            model; with another one, work starts over.
        on_progress: Called with the stage, the seconds of video done, the
            total if known, and the speed.
        on_note: Called with notes for the user before any frame is made; if
            None, these are returned.

    Returns:
        Notes for the user.

    Raises:
        InputError: If the source cannot be read, the target cannot be written
            as requested, or `cartoonize` raises one.
        KeyboardInterrupt: On Ctrl-C, with a message on how to resume.
        OSError: If the disk is full.
    """
    target = pathlib.Path(target)
    video = reader.VideoFile(source)
    if target.exists() and target.samefile(video.path):
        raise errors.InputError(
            f"{source} would be replaced by its cartoon; name another target."
        )
    encoding = codecs.choose(target, codec, quality, alpha=video.has_alpha)
    display, notes = video.display_info()
    size = _output_size(display.size, preprocess, compose)
    display = display._replace(size=size)
    notes += muxer.find_unsupported(target, encoding, display, video)
    if on_note is not None:
        for note in notes:
            on_note(note)
        notes = []
    settings = _settings(video, encoding, display, temporal, batch, fingerprint)
    folder = segment_store.SegmentFolder(target, settings)
    pipeline = _Pipeline(video, encoding, display, folder, preprocess, compose)
    with segment_store.resume_hint(folder):
        pipeline.run(cartoonize, temporal, batch, on_progress)
        notes += pipeline.mux(target)
    folder.drop()
    return notes


class _Pipeline:
    def __init__(self, video, encoding, display, folder, preprocess, compose):
        self._video, self._folder = video, folder
        self._encoding, self._display = encoding, display
        self._preprocess, self._compose = preprocess, compose

    def run(self, cartoonize, temporal, batch, on_progress):
        """Writes all missing segments."""
        state = self._folder.state()
        start = segments.first_tick(self._video, self._folder.next)
        frames = frame_stages.cartoonize_frames(
            cartoonize, self._batches(start, batch), batch, self._video.name
        )
        if temporal:
            frames = frame_stages.smooth_frames(
                parallel.prefetch(frames), state
            )
        frames = parallel.prefetch(frames)
        with contextlib.closing(frames):
            reported = self._report_progress(frames, on_progress)
            for number, group in itertools.groupby(reported, self._segment_of):
                self._folder.finish(number, self._write(number, group))

    def mux(self, target):
        """Writes the target; returns notes for the user."""
        notes = muxer.mux(
            self._folder.paths(),
            target,
            self._encoding,
            display=self._display,
            rate=self._video.rate,
            source=self._video,
        )
        if self._video.has_resized_frames:
            notes.append(
                f"{self._video.name} changes its frame size: all frames are "
                "fitted into the size of the first, with black bars if needed."
            )
        if self._video.end is not None:
            end = frame_sampler.format_time(self._video.end)
            notes.append(
                f"{self._video.name} is truncated at {end}; the part before "
                "was used."
            )
        return notes

    def _segment_of(self, frame):
        seconds = frame.tick * self._video.time_base
        return int(seconds / segments.SEGMENT_SECONDS)

    def _batches(self, start, batch):
        """Yields lists of frames, none of which spans two segments."""
        frames = parallel.prefetch(
            self._create_frame(tick, picture)
            for tick, picture in self._video.frames(
                start, keeps_alpha=self._encoding.has_alpha
            )
        )
        with contextlib.closing(frames):
            for _, group in itertools.groupby(frames, self._segment_of):
                while frame_batch := list(itertools.islice(group, batch)):
                    yield frame_batch

    def _create_frame(self, tick, picture):
        alpha = None
        if picture.shape[2] == 4:
            alpha = self._preprocess(np.ascontiguousarray(picture[..., 3]))
            picture = frame_pictures.on_white(picture)
        photo = self._preprocess(picture)
        return frame_stages.Frame(tick, photo, photo, alpha)

    def _write(self, number, frames):
        """Writes a segment; returns the smoother's state at its end."""
        state = None
        with (
            atomic_files.atomic_path(self._folder.path(number)) as temporary,
            segment_writer.SegmentWriter(
                temporary,
                self._encoding,
                self._display,
                time_base=self._video.time_base,
                rate=self._video.rate,
            ) as writer,
        ):
            for frame in frames:
                picture = self._compose(frame.photo, frame.cartoon)
                if frame.alpha is not None:
                    alpha = self._compose(frame.alpha, frame.alpha)
                    picture = np.dstack([picture, alpha])
                writer.write(frame.tick, picture)
                state = frame.state
        return state

    def _report_progress(self, frames, on_progress):
        start = time.monotonic()
        for number, frame in enumerate(frames, start=1):
            yield frame
            speed = number / (time.monotonic() - start)
            done = float(frame.tick * self._video.time_base)
            note = f"{speed:.1f} frames/s"
            on_progress("Cartoonizing", done, self._video.seconds, note)


def _output_size(size, preprocess, compose):
    photo = preprocess(np.zeros((*size[::-1], 3), "uint8"))
    height, width, _ = compose(photo, photo).shape
    return width, height


def _settings(video, encoding, display, temporal, batch, fingerprint):
    status = video.path.stat()
    return {
        "source": [str(video.path), status.st_size, status.st_mtime_ns],
        "encoding": encoding._asdict(),
        "display": [str(value) for value in display],
        "temporal": temporal,
        "segment_seconds": str(segments.SEGMENT_SECONDS),
        "batch": batch,
        "fingerprint": fingerprint,
        "encoder": av.ffmpeg_version_info,
    }
