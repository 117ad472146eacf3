"""Frames of any content, written as GIF, PNG and WebP and read again."""

import io

import numpy as np

from cartoongan_tf.images import animations
from cartoongan_tf.images import frames

_KINDS = ("GIF", "PNG", "WEBP")
_HIDDEN = 8  # Alpha up to which colors are not kept.
_HEAD = 6  # Bytes that tell what to make of the others.


def check(data: bytes) -> None:
    """Makes frames of bytes; they come back as they were."""
    data = data.ljust(_HEAD + 1, b"\0")
    kind = _KINDS[data[0] % len(_KINDS)]
    count, height, width = 1 + data[1] % 5, 1 + data[2] % 40, 1 + data[3] % 40
    plays, has_alpha = data[4], bool(data[5] % 2)
    shown = [
        _frame(data[_HEAD:], number, (height, width), has_alpha)
        for number in range(count)
    ]
    stream = io.BytesIO()
    timeline = frames.Timeline(count, plays, has_alpha)
    animations.write_animation(
        stream, iter(shown), timeline, format=kind, quality=100
    )
    _compare(kind, shown, animations.Animation(stream.getvalue()))


def _frame(data, number, shape, has_alpha):
    """A picture that repeats a part of the data, which frames share or not."""
    part = np.frombuffer(data, np.uint8)
    part = part[number % len(part) :] if part[0] % 2 else part
    pixels = np.resize(part, (*shape, 3))
    alpha = np.resize(part[::-1], shape) if has_alpha else None
    milliseconds = 10 * int(part[number % len(part)])
    return frames.Frame(pixels, alpha, milliseconds)


def _compare(kind, shown, animation):
    back = list(animation.frames())
    time = sum(frame.milliseconds for frame in shown)
    if animation.timeline.length > 1:
        assert abs(sum(frame.milliseconds for frame in back) - time) < 1
    if kind == "PNG":  # Others join frames that are the same.
        assert len(back) == len(shown)
    for frame in back:
        assert frame.pixels.shape == shown[0].pixels.shape
    if kind != "GIF" and len(back) == len(shown):
        for frame, expected in zip(back, shown, strict=True):
            _compare_lossless(frame, expected)


def _compare_lossless(frame, expected):
    alpha = expected.alpha
    seen = alpha > _HIDDEN if alpha is not None else slice(None)
    np.testing.assert_array_equal(frame.pixels[seen], expected.pixels[seen])
    if alpha is not None and frame.alpha is not None:
        np.testing.assert_array_equal(frame.alpha, alpha)
