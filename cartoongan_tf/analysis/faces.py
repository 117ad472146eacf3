"""Face preservation: counts faces of the photo that are found in the cartoon.

The detector is dlib's: histograms of oriented gradients and a linear classifier
(Dalal and Triggs, 2005), for frontal faces of at least 40 pixels. dlib is
maintained, and its wheels (dlib-bin, Boost Software License, 4 MB) include the
model and need no other package. At 256 pixels it finds the face in 225 of 236
portraits, and none in 131 pictures of food. OpenCV 5 has no detector that
includes its model; the cascade of scikit-image finds as many faces, but also
false ones; neural networks with weights need more packages. dlib is in the
extra [evaluation].
"""

from collections.abc import Callable
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from cartoongan_tf.core import errors

INSTALL = errors.install_hint("evaluation")

_UPSAMPLINGS = 1  # Lowers the minimum face size from 80 to 40 pixels.
_MIN_IOU = 0.3  # Intersection over union of two detections of one face.


class Box(NamedTuple):
    """Bounding box of a face, in pixels; `right` and `bottom` are exclusive."""

    left: int
    top: int
    right: int
    bottom: int


Detector = Callable[[np.ndarray], list[Box]]


def load_detector() -> Detector | None:
    """Loads a face detector for uint8 RGB pictures; None without dlib."""
    try:
        import dlib
    except ImportError:
        return None
    detect = dlib.get_frontal_face_detector()

    def find(picture):
        return [
            Box(face.left(), face.top(), face.right() + 1, face.bottom() + 1)
            for face in detect(picture, _UPSAMPLINGS)
        ]

    return find


def count_kept(before: Sequence[Box], after: Sequence[Box]) -> int:
    """Counts faces of a photo that its cartoon has in the same place."""
    return sum(
        any(_iou(face, other) > _MIN_IOU for other in after) for face in before
    )


def _iou(a, b):
    """Intersection over union."""
    width = min(a.right, b.right) - max(a.left, b.left)
    height = min(a.bottom, b.bottom) - max(a.top, b.top)
    intersection = max(width, 0) * max(height, 0)
    return intersection / (_area(a) + _area(b) - intersection)


def _area(box):
    return (box.right - box.left) * (box.bottom - box.top)
