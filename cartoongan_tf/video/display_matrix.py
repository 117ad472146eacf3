"""Display matrix of a frame: how its pixels are turned and mirrored.

Phones store what the sensor sees and say how it is to be shown; front cameras
mirror it, too. A matrix of another angle goes for the closest right one.
"""

import av
import numpy as np


def is_transposed(frame: av.VideoFrame) -> bool:
    """Whether the rows of a frame are shown as columns."""
    return _parts(frame)[0]


def upright(pixels: np.ndarray, frame: av.VideoFrame) -> np.ndarray:
    """The pixels of a frame as they are shown.

    Args:
        pixels: Array of shape `(height, width, channels)`, as stored.
        frame: The frame, which has the matrix.

    Returns:
        A view of `pixels`.
    """
    transposes, mirrors_across, mirrors_down = _parts(frame)
    if transposes:
        pixels = pixels.swapaxes(0, 1)
    if mirrors_across:
        pixels = pixels[:, ::-1]
    if mirrors_down:
        pixels = pixels[::-1]
    return pixels


def _parts(frame):
    """Whether it transposes, then mirrors left and right, then up and down."""
    data = frame.side_data.get("DISPLAYMATRIX")
    if data is None:
        return False, False, False
    # Rows of (x to x, x to y, 0), (y to x, y to y, 0), (shift, shift, 1).
    matrix = np.frombuffer(data, "int32").reshape(3, 3)[:2, :2].astype(float)
    (x_to_x, x_to_y), (y_to_x, y_to_y) = matrix
    if abs(x_to_x) + abs(y_to_y) >= abs(x_to_y) + abs(y_to_x):
        return False, x_to_x < 0, y_to_y < 0
    return True, y_to_x < 0, x_to_y < 0
