"""Live cartoons of a camera.

They are shown in a window, or written to a video with their capture times.
Pictures are uint8 RGB of shape `(height, width, 3)`.
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

_TIME_BASE = fractions.Fraction(1, 1000)  # Seconds per tick.
_NOMINAL_RATE = fractions.Fraction(30)  # The real one is not known in advance.
_QUIT_KEYS = {27, ord("q")}  # 27 is Escape.
_TITLE = "CartoonGAN: press q to quit"

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
    """Cartoonizes the pictures of a camera until stopped.

    Pictures that arrive while another one is being cartoonized are dropped.
    Ctrl-C stops; the video written so far is complete.

    Args:
        cartoonize: Function from a picture to its cartoon.
        camera: Index of a camera, or any other source that OpenCV can open.
        target: Video to write, or None to show a window only.
        temporal: Whether to apply temporal smoothing against flicker.
        codec: One of `codecs.CODECS`.
        quality: Constant rate factor of the codec.
        show: Called with each cartoon; returns False to stop. By default, a
            window if there is no `target`.

    Returns:
        Number of cartoonized pictures.

    Raises:
        InputError: If there is no such camera, or no display.
    """
    encoding = target and codecs.choose(target, codec, quality)
    if show is None:
        show = (lambda cartoon: True) if target else _open_window()
    if temporal:
        cartoonize = temporal_smoothing.with_smoothing(cartoonize)
    with _open_camera(camera) as photos:
        cartoons = ((tick, cartoonize(photo)) for tick, photo in photos)
        shown = _until_stopped(cartoons, show)
        if target is None:
            return sum(1 for _ in shown)
        return _write(shown, pathlib.Path(target), encoding)


@contextlib.contextmanager
def _open_camera(camera):
    capture = cv2.VideoCapture(camera)
    try:
        # With a longer buffer, a slow network would get outdated pictures.
        capture.set(cv2.CAP_PROP_BUFFERSIZE, 1)
        photos = _read_photos(capture)
        first = next(photos, None)
        if first is None:
            raise errors.InputError(
                f"camera:{camera} returns no picture; check that it is plugged "
                "in, that no other program uses it, and that you have "
                "permission."
            )
        yield itertools.chain([first], photos)
    finally:
        capture.release()


def _read_photos(capture) -> Iterator[tuple[int, np.ndarray]]:
    """Yields milliseconds and pictures as they are captured."""
    start, tick = time.monotonic(), -1
    while True:
        is_captured, picture = capture.read()
        if not is_captured:
            return
        tick = max(tick + 1, int((time.monotonic() - start) / _TIME_BASE))
        yield tick, cv2.cvtColor(picture, cv2.COLOR_BGR2RGB)


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
            segment,
            encoding,
            display,
            time_base=_TIME_BASE,
            rate=_NOMINAL_RATE,
        ) as writer:
            with contextlib.suppress(KeyboardInterrupt):
                for tick, cartoon in itertools.chain([first], cartoons):
                    writer.write(tick, cartoon)
        muxer.mux(
            [segment], target, encoding, display=display, rate=_NOMINAL_RATE
        )
    finally:
        segment.unlink(missing_ok=True)
    return writer.count


def _open_window():
    """Returns a `Show` function that stops on a key or a closed window."""
    is_linux = sys.platform.startswith("linux")
    if is_linux and not {"DISPLAY", "WAYLAND_DISPLAY"} & set(os.environ):
        raise errors.InputError(
            "there is no display to show a camera on; name a video to write "
            "it to, such as `output`=camera.mp4."
        )
    cv2.namedWindow(_TITLE, cv2.WINDOW_NORMAL)

    def show(cartoon: np.ndarray) -> bool:
        cv2.imshow(_TITLE, cv2.cvtColor(cartoon, cv2.COLOR_RGB2BGR))
        is_open = cv2.getWindowProperty(_TITLE, cv2.WND_PROP_VISIBLE) >= 1
        return cv2.waitKey(1) not in _QUIT_KEYS and is_open

    return show
