"""Video -> video of its cartoon.

Frames are decoded, cartoonized, smoothed and encoded side by side, with a few
of them in memory, into segments. A video that was stopped goes on after its
last whole segment, and encodes the same frames: a segment begins with what the
smoother knew at the end of the one before. Networks with norms begin theirs
again.
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
Watch = Callable[[str, float, float | None, str], None]
Tell = Callable[[str], None]


def unchanged(photo: np.ndarray) -> np.ndarray:
    """A frame as it is."""
    return photo


def cartoon_alone(photo: np.ndarray, cartoon: np.ndarray) -> np.ndarray:
    """A cartoon without its photo."""
    return cartoon


def watched_by_nobody(
    stage: str, done: float, total: float | None, note: str
) -> None:
    """Takes what is told of progress, and tells nobody."""


def cartoonize_video(
    cartoonize: Cartoonize,
    source: str | pathlib.Path,
    target: str | pathlib.Path,
    *,
    temporal: bool = True,
    codec: str | None = None,
    quality: int | None = None,
    batch: int = 1,
    prepare: Cartoonize = unchanged,
    compose: Compose = cartoon_alone,
    fingerprint: str = "",
    watch: Watch = watched_by_nobody,
    tell: Tell | None = None,
) -> list[str]:
    """Cartoonizes a video, or goes on where it was stopped.

    The cartoon has the times, size, proportions, sound and subtitles of the
    source. A source that a player turns is written upright, without a tag.

    Args:
        cartoonize: Function from a picture to its cartoon, uint8 RGB of shape
            `(height, width, 3)`; called on one thread only, not the caller's.
        source: Video to read.
        target: Video to write; its ending tells the kind.
        temporal: Whether to smooth the cartoons against flicker.
        codec: One of `codecs.CODECS`; by default, chosen by the target.
        quality: Constant rate factor of the codec; lower is better.
        batch: Frames that `cartoonize` gets at once, as `(batch, height,
            width, 3)`, if more than 1; fewer at the end of a segment.
        prepare: Function on each frame before all else, which may reduce it.
        compose: Function from a photo and its cartoon to what is written.
        fingerprint: What else the result depends on, such as the model; if it
            is another than before, work starts over.
        watch: Called with what is being done, how many seconds of the video
            are, the whole if that is known, and the speed.
        tell: Called with what a user should know before frames are made, which
            is returned if this is None.

    Returns:
        What a user should know, in sentences.

    Raises:
        InputError: If the source cannot be read, the target cannot be what it
            is to be, or `cartoonize` raises one.
        KeyboardInterrupt: On Ctrl-C, with a message that says how to go on.
        OSError: If there is no space left.
    """
    target = pathlib.Path(target)
    video = reader.VideoFile(source)
    if target.exists() and target.samefile(video.path):
        raise errors.InputError(
            f"{source} would be replaced by its cartoon; name another target."
        )
    encoding = codecs.choose(target, codec, quality, alpha=video.has_alpha)
    display, notes = video.display_info()
    display = display._replace(size=_final_size(display.size, prepare, compose))
    notes += muxer.losses(target, encoding, display, video)
    if tell is not None:
        for note in notes:
            tell(note)
        notes = []
    settings = _settings(video, encoding, display, temporal, batch, fingerprint)
    folder = segment_store.SegmentFolder(target, settings)
    work = _Work(video, encoding, display, folder, prepare, compose)
    with segment_store.advice(folder):
        work.make(cartoonize, temporal, batch, watch)
        notes += work.mux(target)
    folder.drop()
    return notes


class _Work:
    def __init__(self, video, encoding, display, folder, prepare, compose):
        self._video, self._folder = video, folder
        self._encoding, self._display = encoding, display
        self._prepare, self._compose = prepare, compose

    def make(self, cartoonize, temporal, batch, watch):
        """Makes all segments that are missing."""
        memory = self._folder.memory()
        start = segments.first_tick(self._video, self._folder.next)
        frames = frame_stages.cartoons(
            cartoonize, self._batches(start, batch), batch, self._video.name
        )
        if temporal:
            frames = frame_stages.smoothed(parallel.prefetch(frames), memory)
        frames = parallel.prefetch(frames)
        with contextlib.closing(frames):
            watched = self._watched(frames, watch)
            for place, group in itertools.groupby(watched, self._place):
                self._folder.finish(place, self._write(place, group))

    def mux(self, target):
        notes = muxer.mux(
            self._folder.paths(),
            target,
            self._encoding,
            display=self._display,
            rate=self._video.rate,
            source=self._video,
        )
        if self._video.is_fitted:
            notes.append(
                f"{self._video.name} changes its size: all frames are fitted "
                "into that of the first, with bars where they need some."
            )
        if self._video.end is not None:
            notes.append(
                f"{self._video.name} breaks off at "
                f"{frame_sampler.clock(self._video.end)}; what comes before "
                "was used."
            )
        return notes

    def _place(self, frame):
        """Number of the segment that a frame is in."""
        seconds = frame.tick * self._video.time_base
        return int(seconds / segments.SEGMENT_SECONDS)

    def _batches(self, start, batch):
        """Ticks and photos in groups, none across two segments."""
        frames = parallel.prefetch(
            self._frame(tick, picture)
            for tick, picture in self._video.frames(
                start, keeps_alpha=self._encoding.has_alpha
            )
        )
        with contextlib.closing(frames):
            for _, group in itertools.groupby(frames, self._place):
                while some := list(itertools.islice(group, batch)):
                    yield some

    def _frame(self, tick, picture):
        alpha = None
        if picture.shape[2] == 4:
            alpha = self._prepare(np.ascontiguousarray(picture[..., 3]))
            picture = frame_pictures.on_white(picture)
        photo = self._prepare(picture)
        return frame_stages.Frame(tick, photo, photo, alpha)

    def _write(self, number, frames):
        """Writes a segment; what the smoother knows at its end."""
        memory = None
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
                memory = frame.memory
        return memory

    def _watched(self, frames, watch):
        begin = time.monotonic()
        for number, frame in enumerate(frames, start=1):
            yield frame
            speed = number / (time.monotonic() - begin)
            done = float(frame.tick * self._video.time_base)
            note = f"{speed:.1f} frames/s"
            watch("Cartoonizing", done, self._video.seconds, note)


def _final_size(size, prepare, compose):
    photo = prepare(np.zeros((*size[::-1], 3), "uint8"))
    height, width, _ = compose(photo, photo).shape
    return width, height


def _settings(video, encoding, display, temporal, batch, fingerprint):
    about = video.path.stat()
    return {
        "source": [str(video.path), about.st_size, about.st_mtime_ns],
        "encoding": encoding._asdict(),
        "display": [str(part) for part in display],
        "temporal": temporal,
        "segment_seconds": str(segments.SEGMENT_SECONDS),
        "batch": batch,
        "fingerprint": fingerprint,
        "encoder": av.ffmpeg_version_info,
    }
