"""A camera's pictures, cartoonized as they come.

Shown in a window, where there is a display, or written to a video with the
times at which they were taken. Pictures are uint8 RGB of shape
`(height, width, 3)`.
"""

import contextlib
import fractions
import itertools
import os
import pathlib
import sys
import time
from collections.abc import Callable
from collections.abc import Iterator

import cv2
import numpy as np

from cartoongan_tf.core import atomic_files
from cartoongan_tf.core import errors
from cartoongan_tf.video import codecs
from cartoongan_tf.video import muxer
from cartoongan_tf.video import reader
from cartoongan_tf.video import segment_writer
from cartoongan_tf.video import temporal_smoothing

_TICK = fractions.Fraction(1, 1000)
_RATE = fractions.Fraction(30)  # Said of a video before it is filmed.
_QUIT = {27, ord("q")}  # Escape, too.
_TITLE = "CartoonGAN: q ends"

Cartoonize = Callable[[np.ndarray], np.ndarray]
Show = Callable[[np.ndarray], bool]


def cartoonize_camera(
    cartoonize: Cartoonize,
    camera: int | str,
    target: str | pathlib.Path | None = None,
    *,
    temporal: bool = True,
    codec: str | None = None,
    quality: int | None = None,
    show: Show | None = None,
) -> int:
    """Cartoonizes what a camera sees, until it is stopped.

    A picture that comes while the last one is being cartoonized is left out.
    Ctrl-C ends it; what was written up to then is whole.

    Args:
        cartoonize: Function from a picture to its cartoon.
        camera: Number of a camera, or whatever else OpenCV can open.
        target: Video to write; if None, there is a window only.
        temporal: Whether to smooth the cartoons against flicker.
        codec: One of `codecs.CODECS`.
        quality: Constant rate factor of the codec.
        show: Called with each cartoon; ends it by False. By default, a
            window where no `target` is.

    Returns:
        How many pictures were cartoonized.

    Raises:
        InputError: If there is no such camera, or nothing to show it on.
    """
    encoding = target and codecs.choose(target, codec, quality)
    if show is None:
        show = (lambda cartoon: True) if target else _window()
    if temporal:
        cartoonize = temporal_smoothing.smoothed(cartoonize)
    with _opened(camera) as photos:
        cartoons = ((tick, cartoonize(photo)) for tick, photo in photos)
        shown = _until_stopped(cartoons, show)
        if target is None:
            return sum(1 for _ in shown)
        return _write(shown, pathlib.Path(target), encoding)


@contextlib.contextmanager
def _opened(camera):
    capture = cv2.VideoCapture(camera)
    try:
        # Else a slow network sees what was there a second ago.
        capture.set(cv2.CAP_PROP_BUFFERSIZE, 1)
        photos = _photos(capture)
        first = next(photos, None)
        if first is None:
            raise errors.InputError(
                f"camera:{camera} gives no picture; see that it is plugged "
                "in, that no other program uses it, and that you may."
            )
        yield itertools.chain([first], photos)
    finally:
        capture.release()


def _photos(capture) -> Iterator[tuple[int, np.ndarray]]:
    """Milliseconds and pictures, as they come."""
    begin, last = time.monotonic(), -1
    while True:
        is_there, picture = capture.read()
        if not is_there:
            return
        last = max(last + 1, int((time.monotonic() - begin) / _TICK))
        yield last, cv2.cvtColor(picture, cv2.COLOR_BGR2RGB)


def _until_stopped(cartoons, show):
    with contextlib.suppress(KeyboardInterrupt):
        for tick, cartoon in cartoons:
            yield tick, cartoon
            if not show(cartoon):
                return


def _write(cartoons, target, encoding):
    first = next(cartoons, None)
    if first is None:
        return 0
    height, width = first[1].shape[:2]
    display = reader.DisplayInfo((width, height))
    segment = atomic_files.hidden_beside(target, "camera")
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        with segment_writer.SegmentWriter(
            segment, encoding, display, time_base=_TICK, rate=_RATE
        ) as writer:
            with contextlib.suppress(KeyboardInterrupt):
                for tick, cartoon in itertools.chain([first], cartoons):
                    writer.write(tick, cartoon)
        muxer.mux([segment], target, encoding, display=display, rate=_RATE)
    finally:
        segment.unlink(missing_ok=True)
    return writer.count


def _window():
    """Shows cartoons until its window is closed or a key says so."""
    is_x = sys.platform.startswith("linux")
    if is_x and not {"DISPLAY", "WAYLAND_DISPLAY"} & set(os.environ):
        raise errors.InputError(
            "there is no display to show a camera on; name a video to write "
            "it to, such as `output`=camera.mp4."
        )
    cv2.namedWindow(_TITLE, cv2.WINDOW_NORMAL)

    def show(cartoon: np.ndarray) -> bool:
        cv2.imshow(_TITLE, cv2.cvtColor(cartoon, cv2.COLOR_RGB2BGR))
        is_open = cv2.getWindowProperty(_TITLE, cv2.WND_PROP_VISIBLE) >= 1
        return cv2.waitKey(1) not in _QUIT and is_open

    return show
