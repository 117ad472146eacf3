"""Display matrix of a frame: rotation and mirroring for display.

Phones store frames as the sensor sees them, with a display matrix; front
cameras mirror them, too. Other angles are rounded to multiples of 90 degrees.
"""

import av
import numpy as np


def is_transposed(frame: av.VideoFrame) -> bool:
    """Whether the matrix swaps rows and columns."""
    return _decompose(frame)[0]


def upright(pixels: np.ndarray, frame: av.VideoFrame) -> np.ndarray:
    """Applies the display matrix to the pixels of a frame.

    Args:
        pixels: Array of shape `(height, width, channels)`, as stored.
        frame: Frame with the matrix.

    Returns:
        A view of `pixels`.
    """
    transposes, flips_horizontally, flips_vertically = _decompose(frame)
    if transposes:
        pixels = pixels.swapaxes(0, 1)
    if flips_horizontally:
        pixels = pixels[:, ::-1]
    if flips_vertically:
        pixels = pixels[::-1]
    return pixels


def _decompose(frame):
    """Returns whether to transpose, then to flip horizontally, vertically."""
    data = frame.side_data.get("DISPLAYMATRIX")
    if data is None:
        return False, False, False
    # Rows are (x to x, x to y, 0), (y to x, y to y, 0), (shift, shift, 1).
    matrix = np.frombuffer(data, "int32").reshape(3, 3)[:2, :2].astype(float)
    (x_to_x, x_to_y), (y_to_x, y_to_y) = matrix
    if abs(x_to_x) + abs(y_to_y) >= abs(x_to_y) + abs(y_to_x):
        return False, x_to_x < 0, y_to_y < 0
    return True, y_to_x < 0, x_to_y < 0
