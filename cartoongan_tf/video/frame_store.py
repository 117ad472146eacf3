"""Pictures in a file of their own kind of video, without any loss.

Pictures are uint8 RGB of shape `(height, width, 3)`. FFV1 keeps them bit by
bit; cartoons of a photo took a fifth of their size.
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
_PIXELS = "bgr0"  # RGB and a byte unused: nothing is converted.


def write(path: pathlib.Path, pictures: Iterable[np.ndarray]) -> None:
    """Writes pictures of one size, at least one."""
    with containers.created(path, segment_writer.FORMAT) as container:
        stream = cast(av.VideoStream, container.add_stream(_CODEC))
        stream.pix_fmt = _PIXELS
        for number, picture in enumerate(pictures):
            if number == 0:
                stream.height, stream.width = picture.shape[:2]
            frame = av.VideoFrame.from_ndarray(picture, "rgb24")
            container.mux(stream.encode(frame.reformat(format=_PIXELS)))
        container.mux(stream.encode(None))


def read(paths: Iterable[pathlib.Path]) -> Iterator[np.ndarray]:
    """The pictures of files, in order.

    Raises:
        OSError: If a file is gone or damaged.
    """
    for path in paths:
        with containers.opened(path) as container:
            for frame in container.decode(video=0):
                yield frame.to_ndarray(format="rgb24")
