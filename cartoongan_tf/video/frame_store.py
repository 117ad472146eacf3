"""Lossless storage of frames in FFV1 video files.

Pictures are uint8 RGB of shape `(height, width, 3)`. Files of cartoons took a
fifth of the size of the raw pixels.
"""

import pathlib
from collections.abc import Iterable
from collections.abc import Iterator
from typing import cast

import av
import numpy as np

from cartoongan_tf.video import containers
from cartoongan_tf.video import segment_writer

_CODEC = "ffv1"
_PIXEL_FORMAT = "bgr0"  # RGB with an unused byte; no color conversion.


def write(path: pathlib.Path, pictures: Iterable[np.ndarray]) -> None:
    """Writes one or more pictures of the same size."""
    with containers.open_output(path, segment_writer.FORMAT) as container:
        stream = cast(av.VideoStream, container.add_stream(_CODEC))
        stream.pix_fmt = _PIXEL_FORMAT
        for number, picture in enumerate(pictures):
            if number == 0:
                stream.height, stream.width = picture.shape[:2]
            frame = av.VideoFrame.from_ndarray(picture, "rgb24")
            container.mux(stream.encode(frame.reformat(format=_PIXEL_FORMAT)))
        container.mux(stream.encode(None))


def read(paths: Iterable[pathlib.Path]) -> Iterator[np.ndarray]:
    """Yields the pictures of files, in order.

    Raises:
        OSError: If a file is missing or damaged.
    """
    for path in paths:
        with containers.open_input(path) as container:
            for frame in container.decode(video=0):
                yield frame.to_ndarray(format="rgb24")
