"""Shot detection: splits a film at its cuts and picks the best frames.

Works on any stream of `(seconds, picture)`, a few per second, and keeps only a
handful of pictures. Pictures are uint8 RGB, of shape `(height, width, 3)`.

Frames are classified by comparing thumbnails (0 to 255) with their neighbors:

- empty: black, almost black, or of one color;
- mixed: an interpolation between the frames before and after, as in a
  cross-fade or a fade from or to black. A frame of a pan is not, since a moving
  object is not an average of its earlier and later positions;
- clear: all others.
"""

import collections
import heapq
import itertools
from collections.abc import Iterable
from collections.abc import Iterator
from typing import NamedTuple

import cv2
import numpy as np

from cartoongan_tf.analysis import letterbox
from cartoongan_tf.analysis import sharpness

RATE = 6  # Frames per second: enough to detect fades of half a second.

_SIDE = 64  # Thumbnails for fades.
_CUT_THUMBNAIL_SIDE = 8  # Thumbnails for cuts.
_MIN_LIT_SHARE = 0.1  # Darker frames are black, but for a line of text.
_ONE_COLOR_TOLERANCE = 12
_MAX_ONE_COLOR_SHARE = 0.9
# Mean difference of different views: 99 of 100 pairs of panels differ by at
# least 25; for nine of ten pictures a shift by 5 % of the width makes at most
# 21, and a shift by 20 % at least 21.
_VIEW_CHANGE = 28.0
# Between panels of one conversation, if it stands out.
_SOFT_CUT_THRESHOLD = 8.0
_CUT_PEAK_RATIO = 4.0  # Relative to the changes before and after.
_MIN_INTERVAL = 1.5  # Seconds between two picks of a shot.
_STILL_MOTION = 4.0  # Motion below which sharpness determines the rank.
# Distance of the neighbors, in frames, and maximum deviation of a mixed frame
# from their interpolation. Measured on painted panels: cross-fades of 0.5 to
# 2 s have at most 0.06 and 0.07, and mostly up to 0.4 while panning at 10 % of
# the width per second; pans and zooms, slow and fast, at least 0.16 and 0.30.
_NEIGHBORS = ((1, 0.12), (2, 0.3))
_NEIGHBOR_FRAMES = 2
_MIN_FADE_CHANGE = 6.0  # Smaller differences are dominated by noise.
_MIN_MIX_SHARE = 0.04  # A smaller share of the other frame is invisible.


class Stretch(NamedTuple):
    """A shot, or the frames between two shots.

    Attributes:
        end: Time of the frame after the stretch; infinite for the last one.
        context: Time to resume reading at, so that this frame has the same
            neighbors.
        looked: Number of frames examined.
        empty: Number of black or one-color frames.
        mixed: Number of frames in a fade or a flash.
        picks: Times and pictures of the best frames, in order; empty unless
            the stretch is a shot.
    """

    end: float
    context: float
    looked: int
    empty: int
    mixed: int
    picks: list[tuple[float, np.ndarray]]


class _Frame(NamedTuple):
    time: float
    picture: np.ndarray
    thumbnail: np.ndarray
    coarse: np.ndarray
    detail: float


class _Classified(NamedTuple):
    frame: _Frame
    context: float
    label: str
    is_cut: bool  # Between the frame before and this one.
    rank: float


def split(
    frames: Iterable[tuple[float, np.ndarray]],
    *,
    max_picks: int,
    begin: float = 0.0,
) -> Iterator[Stretch]:
    """Splits a film into shots.

    A long shot that changes a lot yields several frames, one for each view.

    Args:
        frames: Times and pictures, about `RATE` per second.
        max_picks: Maximum number of frames to pick from a shot.
        begin: Start time; earlier frames are only context. To resume after a
            stretch, read from its `context` and begin at its `end`.

    Yields:
        Stretches, each as soon as it is over.
    """
    stretch = None
    for classified in map(_classify, _windows(frames)):
        if classified.frame.time < begin:
            continue
        if stretch and stretch.ends_before(classified):
            yield stretch.closed(classified.frame.time, classified.context)
            stretch = None
        stretch = stretch or _OpenStretch(max_picks)
        stretch.add(classified)
    if stretch:
        yield stretch.closed(float("inf"), float("inf"))


def is_cut_between(one: np.ndarray, other: np.ndarray) -> bool:
    """Whether two consecutive frames of a video belong to different shots.

    Unlike `split`, it has no later frames, and detects only clear cuts.
    """
    frames = (
        _frame(0.0, cv2.resize(p, (_SIDE, _SIDE), interpolation=cv2.INTER_AREA))
        for p in (one, other)
    )
    return bool(_change(*frames) > _VIEW_CHANGE)


class _OpenStretch:
    def __init__(self, max_picks):
        self._max_picks = max_picks
        self._last = None
        self._labels = collections.Counter()
        self._first = None  # First frame of the current view.
        self._best = None  # Best frame of the current view.
        self._views = []  # Best frames of earlier views.

    def ends_before(self, frame):
        if (frame.label == "clear") != (self._last.label == "clear"):
            return True
        return frame.label == "clear" and frame.is_cut

    def add(self, classified):
        self._last = classified
        self._labels[classified.label] += 1
        if classified.label == "clear":
            if not self._first or self._is_other_view(classified.frame):
                self._close_view()
                self._first = classified.frame._replace(picture=None)
            self._best = max(self._best or classified, classified, key=_rank)

    def _is_other_view(self, frame):
        is_later = frame.time - self._first.time >= _MIN_INTERVAL
        return is_later and _change(self._first, frame) > _VIEW_CHANGE

    def _close_view(self):
        best, self._best = self._best, None
        if best is None:
            return
        earlier = self._views[-1] if self._views else None
        if earlier and best.frame.time - earlier.frame.time < _MIN_INTERVAL:
            best = max(self._views.pop(), best, key=_rank)
        self._views.append(best)

    def closed(self, end, context):
        self._close_view()
        picks = heapq.nlargest(self._max_picks, self._views, _rank)
        mixed = self._labels["mixed"]
        if self._labels["clear"] == 1:  # A flash, or too fast to be sharp.
            picks, mixed = [], mixed + 1
        frames = sorted((pick.frame for pick in picks), key=lambda k: k.time)
        return Stretch(
            end=end,
            context=context,
            looked=self._labels.total(),
            empty=self._labels["empty"],
            mixed=mixed,
            picks=[(frame.time, frame.picture) for frame in frames],
        )


def _rank(classified):
    return classified.rank


def _windows(frames):
    """Yields each frame with its neighbors, None beyond both ends."""
    padding = [None] * _NEIGHBOR_FRAMES
    window = collections.deque(maxlen=2 * _NEIGHBOR_FRAMES + 1)
    made = itertools.starmap(_frame, frames)
    for frame in itertools.chain(padding, made, padding):
        window.append(frame)
        if len(window) == window.maxlen:
            yield tuple(window)


def _frame(time, picture):
    size = (_SIDE, _SIDE)
    small = sharpness.reduce(picture)
    tiny = cv2.resize(small, size, interpolation=cv2.INTER_AREA)
    coarse = cv2.resize(
        tiny,
        (_CUT_THUMBNAIL_SIDE, _CUT_THUMBNAIL_SIDE),
        interpolation=cv2.INTER_AREA,
    )
    return _Frame(
        time,
        picture,
        tiny.astype("float32"),
        coarse.astype("float32"),
        sharpness.detail(small),
    )


def _classify(window):
    frame = window[_NEIGHBOR_FRAMES]
    if _is_empty(frame):
        label = "empty"
    elif any(_is_mixed(window, *limits) for limits in _NEIGHBORS):
        label = "mixed"
    else:
        label = "clear"
    motion = max(
        np.abs(frame.thumbnail - other.thumbnail).mean()
        for other in window[_NEIGHBOR_FRAMES - 1 : _NEIGHBOR_FRAMES + 2]
        if other
    )
    context = next(other.time for other in window if other)
    rank = frame.detail / (_STILL_MOTION + motion)
    return _Classified(frame, context, label, _is_cut(window), rank)


def _is_empty(frame):
    is_lit = frame.thumbnail.max(axis=2) > letterbox.BLACK_LEVEL
    if is_lit.mean() < _MIN_LIT_SHARE:
        return True
    inside = letterbox.cut_bars(
        frame.thumbnail, letterbox.find_bars(frame.thumbnail.astype("uint8"))
    )
    color = np.median(inside, axis=(0, 1))
    is_uniform = np.abs(inside - color).max(axis=2) <= _ONE_COLOR_TOLERANCE
    return is_uniform.mean() >= _MAX_ONE_COLOR_SHARE


def _is_mixed(window, distance, max_deviation):
    before, after = (
        window[_NEIGHBOR_FRAMES - distance],
        window[_NEIGHBOR_FRAMES + distance],
    )
    if before is None or after is None:
        return False
    change = after.thumbnail - before.thumbnail
    if np.abs(change).mean() < _MIN_FADE_CHANGE:
        return False
    norm = np.linalg.norm(change)
    step = window[_NEIGHBOR_FRAMES].thumbnail - before.thumbnail
    share = np.vdot(step, change) / norm**2
    deviation = np.linalg.norm(step - share * change) / norm
    is_between = _MIN_MIX_SHARE < share < 1 - _MIN_MIX_SHARE
    return is_between and deviation < max_deviation


def _is_cut(window):
    near = window[_NEIGHBOR_FRAMES - 2 : _NEIGHBOR_FRAMES + 2]
    before, here, after = itertools.starmap(_change, itertools.pairwise(near))
    is_peak = here > _CUT_PEAK_RATIO * max(before, after)
    return here > (_SOFT_CUT_THRESHOLD if is_peak else _VIEW_CHANGE)


def _change(one, other):
    """Mean difference, ignoring the bars of both frames."""
    if one is None or other is None:
        return 0.0
    is_lit = (
        np.maximum(one.coarse, other.coarse).max(axis=2) > letterbox.BLACK_LEVEL
    )
    if not is_lit.any():
        return 0.0
    return np.abs(one.coarse - other.coarse)[is_lit].mean()
