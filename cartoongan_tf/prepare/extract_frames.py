"""Film -> a training folder of its frames.

Goes through the film once, and picks the best frames of each shot. Then looks
at all of these candidates together: cuts the film's bars, and leaves out what
is blurred and what was shown before.

A film that was stopped goes on after its last whole shot, and ends with the
same files, bit by bit.
"""

import collections
import contextlib
import os
import pathlib
from collections.abc import Callable
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from cartoongan_tf.analysis import letterbox
from cartoongan_tf.analysis import near_duplicates
from cartoongan_tf.analysis import sharpness
from cartoongan_tf.analysis import shot_detection
from cartoongan_tf.prepare import candidate_store
from cartoongan_tf.prepare import frame_folders
from cartoongan_tf.prepare import options
from cartoongan_tf.video import frame_sampler
from cartoongan_tf.video import reader

_AUTHORS = "2,302 to 4,573"  # Frames a style (Chen et al., released code).
_THUMBNAIL = 90

Watch = Callable[[str, float, float | None], None]


def extract_frames(
    video: str | pathlib.Path,
    output: str | pathlib.Path,
    *,
    most_per_shot: int = options.MOST_PER_SHOT,
    short_side: int = options.SHORT_SIDE,
    watch: Watch = lambda stage, done, total: None,
) -> str:
    """Makes a training folder out of a film, or goes on making it.

    Args:
        video: FrameSampler to read.
        output: Folder to write into; may hold the frames of other films.
        most_per_shot: Most frames to keep of a shot.
        short_side: Pixels that the short side of larger frames is reduced to.
        watch: Called with what is being done, how much of it is done, and the
            whole if that is known.

    Returns:
        A summary, to be printed.

    Raises:
        InputError: If the film cannot be read, or `output` cannot be used.
        KeyboardInterrupt: On Ctrl-C, with a message that says how to go on.
    """
    film = reader.VideoFile(video, f"`video`={video}")
    folder = frame_folders.FrameFolder(output, film.path)
    settings = {"most_per_shot": most_per_shot, "short_side": short_side}
    done = folder.summary_of(settings)
    if done is not None:
        return f"Nothing to do, this film is done:\n{done}"
    key = [film.path.name, film.path.stat().st_size, most_per_shot]
    found = candidate_store.Candidates(folder.unfinished, key)
    with _advice(found):
        _read(film, found, most_per_shot, watch)
        summary = _finish(film, found, folder, settings, watch)
    found.drop()
    return summary


class Frame(NamedTuple):
    """A frame without the film's bars, and its measures.

    Attributes:
        time: When it is shown, in seconds.
        size: Width and height, in pixels.
        detail: `sharpness.detail`.
        blur: `sharpness.blur`.
        fingerprint: `near_duplicates.fingerprint`.
        thumbnail: A small copy, for the contact sheets.
    """

    time: float
    size: tuple[int, int]
    detail: float
    blur: float
    fingerprint: np.ndarray
    thumbnail: np.ndarray


class Choice(NamedTuple):
    """Kept frames, and how many others there were, by the reason."""

    kept: list[Frame]
    blurred: int
    repeated: int


def choose(frames: Sequence[Frame]) -> Choice:
    """Chooses frames of a film: of near duplicates the one with most detail."""
    blurred = sharpness.find_blurred([frame.blur for frame in frames])
    pairs = zip(frames, blurred, strict=True)
    sharp = [frame for frame, is_blurred in pairs if not is_blurred]
    repeated: set[int] = set()
    for group in near_duplicates.find_duplicates(
        [frame.fingerprint for frame in sharp]
    ):
        best = max(group, key=lambda number: sharp[number].detail)
        repeated.update(number for number in group if number != best)
    kept = [frame for n, frame in enumerate(sharp) if n not in repeated]
    return Choice(kept, sum(blurred), len(repeated))


def _read(film, found, most, watch):
    """Goes through the film, from where it was left."""
    state = found.state
    if state.next is None:
        return
    total = film.seconds

    def watched(frames):
        for time, picture in frames:
            watch("Reading", time, total)
            yield time, picture

    frames = watched(
        frame_sampler.sampled(film, shot_detection.RATE, state.context)
    )
    for stretch in shot_detection.split(
        frames, max_picks=most, begin=state.next
    ):
        found.add(stretch)
    found.close(film.end)


def _finish(film, found, folder, settings, watch):
    """Cuts, chooses and writes; done again from its start if it is stopped."""
    cut = letterbox.common_bars([letterbox.Bars(*b) for b in found.state.bars])
    frames = []
    for number, (time, picture) in enumerate(found.read(), start=1):
        watch("Choosing", number, len(found.state.times))
        inside = letterbox.cut_bars(
            picture, letterbox.drop_lit_bars(picture, cut)
        )
        frame = sharpness.reduce(inside, settings["short_side"])
        found.write_cut(time, frame)
        frames.append(_measure(time, frame))
    choice = choose(frames)
    targets = [folder.frame_path(frame.time) for frame in choice.kept]
    folder.write_sheets(
        [frame.thumbnail for frame in choice.kept],
        [target.stem.removeprefix(f"{folder.name}_") for target in targets],
    )
    for frame, target in zip(choice.kept, targets, strict=True):
        os.replace(found.cut_path(frame.time), target)
    summary = _summarize(film, found.state, folder, choice, cut)
    folder.finish(settings, targets, summary)
    return summary


def _measure(time, frame):
    return Frame(
        time=time,
        size=(frame.shape[1], frame.shape[0]),
        detail=sharpness.detail(frame),
        blur=sharpness.blur(frame),
        fingerprint=near_duplicates.fingerprint(frame),
        thumbnail=sharpness.reduce(frame, _THUMBNAIL),
    )


def _summarize(film, state, folder, choice, cut):
    sizes = collections.Counter(frame.size for frame in choice.kept)
    size = " and ".join(f"{w}x{h}" for (w, h), _ in sizes.most_common(2))
    pixels = ", ".join(f"{side} {n}" for side, n in cut._asdict().items() if n)
    in_folder = sum(1 for _ in folder.output.glob("*.png"))
    lines = [
        f"{state.looked:,} frames of {film.path.name} looked at, "
        f"{shot_detection.RATE} a second; {state.shots:,} shots",
        f"{len(choice.kept):,} frames kept, of {len(state.times):,} "
        "candidates, the best of each shot",
        f"left out of the frames: {state.empty:,} black or of one color, "
        f"{state.mixed:,} in fades or gone at once",
        f"left out of the candidates: {choice.blurred:,} blurred, "
        f"{choice.repeated:,} near duplicates",
        f"bars cut, in pixels: {pixels or 'none'}",
        f"size of the frames: {size or 'none'}",
        f"frames: {folder.output}; contact sheets: {folder.report}",
        f"{folder.output} now holds {in_folder:,} frames; the authors of "
        f"CartoonGAN used {_AUTHORS} a style.",
    ]
    if state.broken_at is not None:
        lines.append(
            "warning: the film breaks off at "
            f"{frame_sampler.clock(state.broken_at)}; what comes before "
            "was used."
        )
    return "\n".join(lines)


@contextlib.contextmanager
def _advice(found):
    try:
        yield
    except KeyboardInterrupt:
        time = found.state.next
        where = "choosing" if time is None else frame_sampler.clock(time)
        raise KeyboardInterrupt(
            f"Stopped. The same command goes on from {where}."
        ) from None
