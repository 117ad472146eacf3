"""Conversion of decoded frames to uint8 RGB of shape `(height, width, 3)`.

HDR is tone mapped to SDR with BT.709 primaries and transfer: reference white
becomes white, and brighter values are clipped. Transparent frames are
composited on white.
"""

import av
import numpy as np

from cartoongan_tf.images import transparency
from cartoongan_tf.video import display_matrix

_Colorspace = av.video.reformatter.Colorspace

# Code points of ITU-T H.273, as in FFmpeg.
BT709, UNTAGGED, BT601, BT2020 = 1, 2, 6, 9
MATRICES = {BT709, 5, BT601, BT2020}  # 5 is BT.601 in Europe.
_PRIMARIES = {BT709, 5, BT601, BT2020, 11, 12}  # 11 and 12 are P3.
HDR = {16: "PQ", 18: "HLG"}  # Transfer characteristics.
MIN_HD_HEIGHT = 720  # From here on, players assume BT.709 if untagged.


class FramePictures:
    """Converts the frames of one video.

    Use one instance per video: FFmpeg takes seconds to set up HDR.

    Args:
        keeps_alpha: Whether to return RGBA, `(height, width, 4)`, with
            unchanged colors, instead of compositing on white.

    Call arguments:
        frame: Decoded frame.

    Returns:
        Its pixels, upright, with the stored pixel aspect ratio.
    """

    def __init__(self, *, keeps_alpha: bool = False) -> None:
        self._keeps_alpha = keeps_alpha
        self._reformatter = av.video.reformatter.VideoReformatter()

    def __call__(self, frame: av.VideoFrame) -> np.ndarray:
        is_rgba = self._keeps_alpha or has_alpha(frame)
        format = "rgba" if is_rgba else "rgb24"
        if frame.color_trc in HDR:
            converted = self._tone_map(frame, format)
        else:
            is_untagged = frame.colorspace == UNTAGGED
            is_bt709 = is_untagged and frame.height >= MIN_HD_HEIGHT
            converted = self._reformatter.reformat(
                frame,
                format=format,
                src_colorspace=_Colorspace.ITU709 if is_bt709 else None,
            )
        pixels = display_matrix.upright(converted.to_ndarray(), frame)
        if is_rgba and not self._keeps_alpha:
            return on_white(pixels)
        return np.ascontiguousarray(pixels)

    def _tone_map(self, frame, format):
        """Maps HDR to SDR, assuming BT.2020 for tags unknown to FFmpeg."""
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
    """Whether a frame has an alpha channel."""
    return any(part.is_alpha for part in frame.format.components)


def on_white(pixels: np.ndarray) -> np.ndarray:
    """Composites an RGBA picture on white and returns it as RGB."""
    return np.array(transparency.on_white(pixels[..., :3], pixels[..., 3]))
