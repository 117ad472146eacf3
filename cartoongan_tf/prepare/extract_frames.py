"""Extraction of a video's best frames into a training folder.

A first pass picks the best frames of each shot as candidates. A second one
crops the letterbox bars of all candidates, and drops blurred ones and near
duplicates.

An interrupted video resumes after its last complete shot, and results in
exactly the same files.
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

# Frames per style (Chen et al., released code).
_AUTHORS_COUNTS = "2,302 to 4,573"
_THUMBNAIL_SIDE = 90  # Short side, in pixels.

OnProgress = Callable[[str, float, float | None], None]


def extract_frames(
    video: str | pathlib.Path,
    output: str | pathlib.Path,
    *,
    most_per_shot: int = options.MOST_PER_SHOT,
    short_side: int = options.SHORT_SIDE,
    on_progress: OnProgress = lambda stage, done, total: None,
) -> str:
    """Extracts the best frames of a video, or resumes doing so.

    Args:
        video: Video to read.
        output: Folder to write to; it may contain frames of other videos.
        most_per_shot: Maximum number of frames to keep per shot.
        short_side: Pixels to which the short side of larger frames is reduced.
        on_progress: Called with the stage, the amount done, and the total if
            known.

    Returns:
        A summary for the user.

    Raises:
        InputError: If the video cannot be read, or `output` cannot be used.
        KeyboardInterrupt: On Ctrl-C, with a message on how to resume.
    """
    video_file = reader.VideoFile(video, f"`video`={video}")
    folder = frame_folders.FrameFolder(output, video_file.path)
    settings = {"most_per_shot": most_per_shot, "short_side": short_side}
    summary = folder.summary_of(settings)
    if summary is not None:
        return f"Nothing to do; this video is finished:\n{summary}"
    path = video_file.path
    key = [path.name, path.stat().st_size, most_per_shot]
    candidates = candidate_store.Candidates(folder.unfinished, key)
    with _resume_hint(candidates):
        _pick_candidates(video_file, candidates, most_per_shot, on_progress)
        summary = _finish(video_file, candidates, folder, settings, on_progress)
    candidates.drop()
    return summary


class Frame(NamedTuple):
    """Measures of a cropped frame.

    Attributes:
        time: Time in the video, in seconds.
        size: Width and height, in pixels.
        detail: `sharpness.detail`.
        blur: `sharpness.blur`.
        fingerprint: `near_duplicates.fingerprint`.
        thumbnail: Small uint8 RGB copy, for the contact sheets.
    """

    time: float
    size: tuple[int, int]
    detail: float
    blur: float
    fingerprint: np.ndarray
    thumbnail: np.ndarray


class Choice(NamedTuple):
    """Kept frames, and the numbers of blurred and of repeated ones."""

    kept: list[Frame]
    blurred: int
    repeated: int


def choose(frames: Sequence[Frame]) -> Choice:
    """Drops blurred frames, and all near duplicates but the most detailed."""
    blurred = sharpness.find_blurred([frame.blur for frame in frames])
    pairs = zip(frames, blurred, strict=True)
    sharp = [frame for frame, is_blurred in pairs if not is_blurred]
    repeated: set[int] = set()
    for group in near_duplicates.find_duplicates(
        [frame.fingerprint for frame in sharp]
    ):
        best = max(group, key=lambda index: sharp[index].detail)
        repeated.update(index for index in group if index != best)
    kept = [frame for i, frame in enumerate(sharp) if i not in repeated]
    return Choice(kept, sum(blurred), len(repeated))


def _pick_candidates(video, candidates, most_per_shot, on_progress):
    """Reads the rest of the video and stores candidates."""
    state = candidates.state
    if state.next is None:
        return
    frames = _report_progress(
        frame_sampler.sample_frames(video, shot_detection.RATE, state.context),
        video.seconds,
        on_progress,
    )
    for stretch in shot_detection.split(
        frames, max_picks=most_per_shot, begin=state.next
    ):
        candidates.add(stretch)
    candidates.close(video.end)


def _report_progress(frames, total, on_progress):
    for time, picture in frames:
        on_progress("Reading", time, total)
        yield time, picture


def _finish(video, candidates, folder, settings, on_progress):
    """Crops, chooses and writes frames; restarts if interrupted."""
    state = candidates.state
    bars = letterbox.common_bars([letterbox.Bars(*b) for b in state.bars])
    frames = []
    for number, (time, picture) in enumerate(candidates.read(), start=1):
        on_progress("Choosing", number, len(state.times))
        cropped = letterbox.cut_bars(
            picture, letterbox.drop_lit_bars(picture, bars)
        )
        reduced = sharpness.reduce(cropped, settings["short_side"])
        candidates.write_cropped(time, reduced)
        frames.append(_measure(time, reduced))
    choice = choose(frames)
    paths = [folder.frame_path(frame.time) for frame in choice.kept]
    folder.write_sheets(
        [frame.thumbnail for frame in choice.kept],
        [path.stem.removeprefix(f"{folder.name}_") for path in paths],
    )
    for frame, path in zip(choice.kept, paths, strict=True):
        os.replace(candidates.cropped_path(frame.time), path)
    summary = _summarize(video, state, folder, choice, bars)
    folder.finish(settings, paths, summary)
    return summary


def _measure(time, frame):
    return Frame(
        time=time,
        size=(frame.shape[1], frame.shape[0]),
        detail=sharpness.detail(frame),
        blur=sharpness.blur(frame),
        fingerprint=near_duplicates.fingerprint(frame),
        thumbnail=sharpness.reduce(frame, _THUMBNAIL_SIDE),
    )


def _summarize(video, state, folder, choice, bars):
    sizes = collections.Counter(frame.size for frame in choice.kept)
    size = " and ".join(f"{w}x{h}" for (w, h), _ in sizes.most_common(2))
    pixels = ", ".join(f"{side} {n}" for side, n in bars._asdict().items() if n)
    count = sum(1 for _ in folder.output.glob("*.png"))
    lines = [
        f"{state.looked:,} frames of {video.path.name} read, "
        f"{shot_detection.RATE} per second; {state.shots:,} shots",
        f"{len(choice.kept):,} frames kept, of {len(state.times):,} "
        "candidates, the best of each shot",
        f"frames left out: {state.empty:,} black or of one color, "
        f"{state.mixed:,} in fades or very short shots",
        f"candidates left out: {choice.blurred:,} blurred, "
        f"{choice.repeated:,} near duplicates",
        f"bars cropped, in pixels: {pixels or 'none'}",
        f"size of the frames: {size or 'none'}",
        f"frames: {folder.output}; contact sheets: {folder.report}",
        f"{folder.output} now contains {count:,} frames; the authors of "
        f"CartoonGAN used {_AUTHORS_COUNTS} per style.",
    ]
    if state.broken_at is not None:
        end = frame_sampler.format_time(state.broken_at)
        lines.append(
            f"warning: the video is truncated at {end}; the part before was "
            "used."
        )
    return "\n".join(lines)


@contextlib.contextmanager
def _resume_hint(candidates):
    try:
        yield
    except KeyboardInterrupt:
        time = candidates.state.next
        point = "choosing" if time is None else frame_sampler.format_time(time)
        raise KeyboardInterrupt(
            f"Stopped. Run the same command again to resume from {point}."
        ) from None
