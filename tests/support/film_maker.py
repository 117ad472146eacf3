"""Makes films for tests: cuts, fades, bars, noise.

A film is a list of stretches, each an iterable of uint8 RGB frames of one
size, at `RATE` a second.
"""

import itertools

import av
import cv2
import numpy as np

RATE = 24


def still(picture, seconds):
    """A picture that does not move."""
    return [picture] * round(seconds * RATE)


def fade(first, last, seconds):
    """One picture turns into another; black is one, too."""
    count = round(seconds * RATE)
    for number in range(1, count + 1):
        share = number / (count + 1)
        yield cv2.addWeighted(first, 1 - share, last, share, 0)


def pan(picture, width, seconds, *, zoom=1.0):
    """Moves from the left to the right, and in by `zoom`."""
    count = round(seconds * RATE)
    height = picture.shape[0]
    for number in range(count):
        share = number / (count - 1)
        scale = 1 + (zoom - 1) * share
        across, down = width / scale, height / scale
        left = share * (picture.shape[1] - across)
        top = (height - down) / 2
        moved = np.array([[scale, 0, -left * scale], [0, scale, -top * scale]])
        yield cv2.warpAffine(picture, moved, (width, height))


def blurred(picture, sigma):
    """A picture out of focus."""
    return cv2.GaussianBlur(picture, (0, 0), sigma)


def with_bars(picture, height):
    """A picture between black bars, above and below."""
    above = (height - picture.shape[0]) // 2
    below = height - picture.shape[0] - above
    return cv2.copyMakeBorder(picture, above, below, 0, 0, cv2.BORDER_CONSTANT)


def _grain(shape, noise):
    """Noise; eight pictures of it take turns, since drawing it is slow."""
    random = np.random.default_rng(0)
    fields = random.normal(0, noise, (8, *shape, 1)).astype("float32")
    return itertools.cycle(fields)


def write_film(path, stretches, *, codec="libx264", noise=2.0, aspect=1):
    """Encodes a film, with the noise of a camera."""
    grain = None
    with av.open(str(path), "w") as container:
        stream = container.add_stream(
            codec, RATE, options={"preset": "veryfast"}
        )
        stream.pix_fmt = "yuv420p"
        stream.bit_rate = 2_000_000
        stream.gop_size = RATE  # Else short films have one key frame only.
        first = True
        for frames in stretches:
            for frame in frames:
                if first:
                    stream.height, stream.width = frame.shape[:2]
                    stream.codec_context.sample_aspect_ratio = aspect
                    grain = _grain(frame.shape[:2], noise)
                    first = False
                pixels = np.clip(frame + next(grain), 0, 255).astype("uint8")
                container.mux(
                    stream.encode(av.VideoFrame.from_ndarray(pixels, "rgb24"))
                )
        container.mux(stream.encode(None))
    return path
