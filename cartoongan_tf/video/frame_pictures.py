"""Decoded frames -> pictures, uint8 RGB of shape `(height, width, 3)`.

HDR is tone mapped to SDR, with the primaries and the curve of BT.709: the
white of paper becomes white, and what is brighter is white, too. What is
transparent stands on white.
"""

import av
import numpy as np

from cartoongan_tf.images import transparency
from cartoongan_tf.video import display_matrix

_Colorspace = av.video.reformatter.Colorspace

# Numbers of ITU-T H.273, as in FFmpeg.
BT709, UNTAGGED, BT601, BT2020 = 1, 2, 6, 9
MATRICES = {BT709, 5, BT601, BT2020}  # 5 is BT.601 in Europe.
_PRIMARIES = {BT709, 5, BT601, BT2020, 11, 12}  # 11 and 12 are P3.
HDR = {16: "PQ", 18: "HLG"}
HD = 720  # Lines from which on untagged videos mean BT.709, as players do.


class FramePictures:
    """Converts the frames of one video.

    One for a video, since FFmpeg takes seconds to prepare for HDR.

    Args:
        keeps_alpha: Whether pictures are RGBA, `(height, width, 4)`, with
            colors as they are, in place of standing on white.

    Call arguments:
        frame: Frame as it is decoded.

    Returns:
        Its pixels, upright, in the proportions that are stored.
    """

    def __init__(self, *, keeps_alpha: bool = False) -> None:
        self._keeps_alpha = keeps_alpha
        self._reformatter = av.video.reformatter.VideoReformatter()

    def __call__(self, frame: av.VideoFrame) -> np.ndarray:
        is_clear = self._keeps_alpha or has_alpha(frame)
        format = "rgba" if is_clear else "rgb24"
        if frame.color_trc in HDR:
            converted = self._tone_mapped(frame, format)
        else:
            is_hd = frame.colorspace == UNTAGGED and frame.height >= HD
            converted = self._reformatter.reformat(
                frame,
                format=format,
                src_colorspace=_Colorspace.ITU709 if is_hd else None,
            )
        pixels = display_matrix.upright(converted.to_ndarray(), frame)
        if is_clear and not self._keeps_alpha:
            return on_white(pixels)
        return np.ascontiguousarray(pixels)

    def _tone_mapped(self, frame, format):
        """What is tagged in no way that FFmpeg maps is taken for BT.2020."""
        if frame.color_primaries not in _PRIMARIES:
            frame.color_primaries = BT2020
        is_known = frame.colorspace in MATRICES
        return self._reformatter.reformat(
            frame,
            format=format,
            src_colorspace=None if is_known else _Colorspace.BT2020,
            dst_color_trc=BT709,
            dst_color_primaries=BT709,
        )


def has_alpha(frame: av.VideoFrame) -> bool:
    """Whether a frame can be transparent."""
    return any(part.is_alpha for part in frame.format.components)


def on_white(pixels: np.ndarray) -> np.ndarray:
    """RGB of an RGBA picture that lies on white paper."""
    return np.array(transparency.on_white(pixels[..., :3], pixels[..., 3]))
