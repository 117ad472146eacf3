"""Shots: what lies between two cuts of a film, and the best frames of each.

Works on any stream of `(seconds, picture)`, a few a second, and keeps only a
handful of pictures. Pictures are uint8 RGB, of shape `(height, width, 3)`.

A frame is judged by its neighbors, on thumbnails of 0 to 255:

- empty: black, almost black, or of one color;
- mixed: on the way from the frame before to the frame after, as all are in a
  cross-fade and in a fade from or to black. A pan is not, since what moves is
  not a mean of where it was and where it will be;
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

RATE = 6  # Frames a second that are enough to see a fade of half a second.

_SIDE = 64  # Of thumbnails for fades; shrunk to _CUT_THUMBNAIL_SIDE for cuts.
_CUT_THUMBNAIL_SIDE = 8
_MIN_LIT = 0.1  # Of a frame; less is black but for a line of text.
_ONE_COLOR = 12
_MAX_OF_ONE_COLOR = 0.9
# Mean difference of what shows other things: 99 of 100 pairs of panels differ
# by 25 and more; nine of ten pictures from themselves moved by 5 % of the width
# by 21 at most, moved by 20 % by 21 and more.
_VIEW_CHANGE = 28.0
# Between panels of one conversation; if it stands out.
_SOFT_CUT_THRESHOLD = 8.0
_CUT_PEAK_RATIO = 4.0  # Times the changes before and after.
_MIN_INTERVAL = 1.5  # Seconds between two picks of a shot.
_STILL_MOTION = 4.0  # Motion up to which sharpness decides.
# Frames to each side, and how far off the mean a mixed frame may be. Measured
# on painted panels: cross-fades of 0.5 to 2 s at most 0.06 and 0.07, while
# panning at 10 % of the width a second mostly up to 0.4; pans and zooms, slow
# and fast, from 0.16 and 0.30 on.
_NEIGHBORS = ((1, 0.12), (2, 0.3))
_NEIGHBOR_FRAMES = 2
_MIN_FADE_CHANGE = 6.0  # Below such a difference noise decides.
_MIN_MIX_SHARE = 0.04  # Less of the other frame cannot be seen.


class Stretch(NamedTuple):
    """A shot, or what lies between two.

    Attributes:
        end: Time of the frame after the stretch; infinite for the last one.
        context: From where on to read, to judge that frame in the same way.
        looked: Frames that were looked at.
        empty: Those that were black or of one color.
        mixed: Those in a fade, or gone at once.
        picks: Times and pictures of the best frames, in order; none unless
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


class _Judged(NamedTuple):
    frame: _Frame
    context: float
    kind: str
    is_cut: bool  # Away from the frame before.
    rank: float


def split(
    frames: Iterable[tuple[float, np.ndarray]],
    *,
    most: int,
    begin: float = 0.0,
) -> Iterator[Stretch]:
    """Splits a film into shots.

    A long shot in which much changes gives several frames, one for each view.

    Args:
        frames: Times and pictures, about `RATE` a second.
        most: Most frames to pick of a shot.
        begin: Earlier frames are context. To go on after a stretch, read from
            its `context` and begin at its `end`.

    Yields:
        Stretches, each as soon as it is over.
    """
    stretch = None
    for judged in map(_judge, _windows(frames)):
        if judged.frame.time < begin:
            continue
        if stretch and stretch.ends_before(judged):
            yield stretch.closed(judged.frame.time, judged.context)
            stretch = None
        stretch = stretch or _OpenStretch(most)
        stretch.add(judged)
    if stretch:
        yield stretch.closed(float("inf"), float("inf"))


def is_cut_between(one: np.ndarray, other: np.ndarray) -> bool:
    """Whether two consecutive frames of a video are of different shots.

    Unlike `split` it knows no frame after them, and sees clear cuts only.
    """
    frames = (
        _frame(0.0, cv2.resize(p, (_SIDE, _SIDE), interpolation=cv2.INTER_AREA))
        for p in (one, other)
    )
    return bool(_change(*frames) > _VIEW_CHANGE)


class _OpenStretch:
    def __init__(self, most):
        self._most = most
        self._last = None
        self._kinds = collections.Counter()
        self._first = None  # Of the view that is on.
        self._best = None  # Of the view that is on.
        self._views = []  # The best frame of each view that is over.

    def ends_before(self, judged):
        if (judged.kind == "clear") != (self._last.kind == "clear"):
            return True
        return judged.kind == "clear" and judged.is_cut

    def add(self, judged):
        self._last = judged
        self._kinds[judged.kind] += 1
        if judged.kind == "clear":
            if not self._first or self._is_other_view(judged.frame):
                self._close_view()
                self._first = judged.frame._replace(picture=None)
            self._best = max(self._best or judged, judged, key=_rank)

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
        picks = heapq.nlargest(self._most, self._views, _rank)
        mixed = self._kinds["mixed"]
        if self._kinds["clear"] == 1:  # A flash, or too fast to be sharp.
            picks, mixed = [], mixed + 1
        frames = sorted((pick.frame for pick in picks), key=lambda k: k.time)
        return Stretch(
            end=end,
            context=context,
            looked=self._kinds.total(),
            empty=self._kinds["empty"],
            mixed=mixed,
            picks=[(frame.time, frame.picture) for frame in frames],
        )


def _rank(judged):
    return judged.rank


def _windows(frames):
    """Each frame between its neighbors, None beyond both ends."""
    rim = [None] * _NEIGHBOR_FRAMES
    window = collections.deque(maxlen=2 * _NEIGHBOR_FRAMES + 1)
    for frame in itertools.chain(rim, itertools.starmap(_frame, frames), rim):
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


def _judge(window):
    frame = window[_NEIGHBOR_FRAMES]
    if _is_empty(frame):
        kind = "empty"
    elif any(_is_mixed(window, *how) for how in _NEIGHBORS):
        kind = "mixed"
    else:
        kind = "clear"
    motion = max(
        np.abs(frame.thumbnail - other.thumbnail).mean()
        for other in window[_NEIGHBOR_FRAMES - 1 : _NEIGHBOR_FRAMES + 2]
        if other
    )
    context = next(other.time for other in window if other)
    rank = frame.detail / (_STILL_MOTION + motion)
    return _Judged(frame, context, kind, _is_cut(window), rank)


def _is_empty(frame):
    if (frame.thumbnail.max(axis=2) > letterbox.BLACK_LEVEL).mean() < _MIN_LIT:
        return True
    inside = letterbox.cut_bars(
        frame.thumbnail, letterbox.find_bars(frame.thumbnail.astype("uint8"))
    )
    color = np.median(inside, axis=(0, 1))
    alike = np.abs(inside - color).max(axis=2) <= _ONE_COLOR
    return alike.mean() >= _MAX_OF_ONE_COLOR


def _is_mixed(window, reach, most_off):
    before, after = (
        window[_NEIGHBOR_FRAMES - reach],
        window[_NEIGHBOR_FRAMES + reach],
    )
    if before is None or after is None:
        return False
    way = after.thumbnail - before.thumbnail
    if np.abs(way).mean() < _MIN_FADE_CHANGE:
        return False
    whole = np.linalg.norm(way)
    step = window[_NEIGHBOR_FRAMES].thumbnail - before.thumbnail
    share = np.vdot(step, way) / whole**2
    off = np.linalg.norm(step - share * way) / whole
    return _MIN_MIX_SHARE < share < 1 - _MIN_MIX_SHARE and off < most_off


def _is_cut(window):
    near = window[_NEIGHBOR_FRAMES - 2 : _NEIGHBOR_FRAMES + 2]
    before, here, after = itertools.starmap(_change, itertools.pairwise(near))
    stands_out = here > _CUT_PEAK_RATIO * max(before, after)
    return here > (_SOFT_CUT_THRESHOLD if stands_out else _VIEW_CHANGE)


def _change(one, other):
    """Mean difference where there is a picture: bars do not dilute it."""
    if one is None or other is None:
        return 0.0
    is_lit = (
        np.maximum(one.coarse, other.coarse).max(axis=2) > letterbox.BLACK_LEVEL
    )
    if not is_lit.any():
        return 0.0
    return np.abs(one.coarse - other.coarse)[is_lit].mean()
