"""Decoded frames -> pictures, uint8 RGB of shape `(height, width, 3)`.

HDR is tone mapped to SDR, with the primaries and the curve of BT.709: the
white of paper becomes white, and what is brighter is white, too.
"""

import av
import numpy as np

from cartoongan_tf.video import display_matrix

_Colorspace = av.video.reformatter.Colorspace

# Numbers of ITU-T H.273, as in FFmpeg.
BT709, UNTAGGED, BT2020 = 1, 2, 9
HDR = {16: "PQ", 18: "HLG"}
HD = 720  # Lines from which on untagged videos mean BT.709, as players do.


class FramePictures:
    """Converts the frames of one video.

    One for a video, since FFmpeg takes seconds to prepare for HDR.

    Call arguments:
        frame: Frame as it is decoded.

    Returns:
        Its pixels, upright, in the proportions that are stored.
    """

    def __init__(self) -> None:
        self._reformatter = av.video.reformatter.VideoReformatter()

    def __call__(self, frame: av.VideoFrame) -> np.ndarray:
        if frame.color_trc in HDR:
            frame = self._tone_mapped(frame)
        else:
            is_hd = frame.colorspace == UNTAGGED and frame.height >= HD
            frame = self._reformatter.reformat(
                frame,
                format="rgb24",
                src_colorspace=_Colorspace.ITU709 if is_hd else None,
            )
        pixels = display_matrix.upright(frame.to_ndarray(), frame)
        return np.ascontiguousarray(pixels)

    def _tone_mapped(self, frame):
        if frame.color_primaries == UNTAGGED:
            frame.color_primaries = BT2020
        is_untagged = frame.colorspace == UNTAGGED
        return self._reformatter.reformat(
            frame,
            format="rgb24",
            src_colorspace=_Colorspace.BT2020 if is_untagged else None,
            dst_color_trc=BT709,
            dst_color_primaries=BT709,
        )
