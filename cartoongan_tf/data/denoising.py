"""Denoising: cartoons without the grain of paper and of JPEG.

A discriminator asks for the grain that it sees, and the generator draws it on
walls. Non-local means (Buades et al., 2011, doi 10.5201/ipol.2011.bcm_nlm)
average patches that look alike, so that contours stay as sharp as they are.
"""

import cv2
import numpy as np

_COLOR = 1.5  # Times the strength of luminance: JPEG keeps color worse.
_PATCH = 7  # Pixels, as OpenCV's authors recommend.
_SEARCH = 21


def denoise(picture: np.ndarray, strength: float) -> np.ndarray:
    """Takes noise out of a picture, in some 3 seconds a megapixel and core.

    Args:
        picture: uint8 RGB array of shape `(height, width, 3)`.
        strength: In levels of 255; 4 is good for scans and JPEG.

    Returns:
        uint8 array of the same shape.
    """
    bgr = cv2.cvtColor(picture, cv2.COLOR_RGB2BGR)
    clean = cv2.fastNlMeansDenoisingColored(
        bgr, None, strength, _COLOR * strength, _PATCH, _SEARCH
    )
    return cv2.cvtColor(clean, cv2.COLOR_BGR2RGB)
