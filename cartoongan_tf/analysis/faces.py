"""Faces: are those of the photo still faces in the cartoon?

The detector is dlib's: histograms of oriented gradients and a linear classifier
(Dalal and Triggs, 2005), for frontal faces from 40 pixels on. dlib is kept up,
its wheels (dlib-bin, Boost Software License, 4 MB) have the model compiled in
and need no other package. Of 236 portraits it finds the face in 225 at 256
pixels, and none on 131 pictures of food. OpenCV 5 has no detector that brings
its model; the cascade of scikit-image finds as many, and false ones; networks
that come with their weights want more packages. An extra,
[evaluation].
"""

from collections.abc import Callable
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

INSTALL = "pip install 'cartoongan-tf[evaluation]'"

_UPSAMPLINGS = 1  # Once: from 40 pixels on. As it is, the model begins at 80.
_MIN_OVERLAP = 0.3  # Intersection over union from which on a face is the same.


class Box(NamedTuple):
    """Box of a face, in pixels; `right` and `bottom` are outside."""

    left: int
    top: int
    right: int
    bottom: int


Detector = Callable[[np.ndarray], list[Box]]


def load_detector() -> Detector | None:
    """A function that finds faces in a uint8 RGB picture; None without dlib."""
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
    """Counts the faces of a photo found in its cartoon at the same place."""
    return sum(
        any(_overlap(face, other) > _MIN_OVERLAP for other in after)
        for face in before
    )


def _overlap(one, other):
    """Intersection over union."""
    width = min(one.right, other.right) - max(one.left, other.left)
    height = min(one.bottom, other.bottom) - max(one.top, other.top)
    shared = max(width, 0) * max(height, 0)
    return shared / (_area(one) + _area(other) - shared)


def _area(box):
    return (box.right - box.left) * (box.bottom - box.top)
