"""Near duplicates: pictures that look the same at a glance.

A fingerprint is a tiny copy of a picture, centered and normalized, so that the
dot product of two fingerprints is their correlation: 1 for a copy that was
resized, recompressed, or brightened.
"""

from collections.abc import Sequence

import cv2
import numpy as np

# Minimum correlation of near duplicates. Among 1,392 photos and cartoons the
# only pair above it is a copy (0.996); the next, at 0.975, is the same scene
# with another person. Photos of different subjects reach 0.94.
MIN_SIMILARITY = 0.98

_SIDE = 16
_BLOCK_ROWS = 1024  # Fingerprints compared at a time, to limit the memory.


def fingerprint(picture: np.ndarray) -> np.ndarray:
    """Computes the fingerprint of a picture.

    Args:
        picture: uint8 RGB array of shape `(height, width, 3)`.

    Returns:
        float32 unit vector; all zeros for a picture of one color, which has
        no duplicates.
    """
    tiny = cv2.resize(picture, (_SIDE, _SIDE), interpolation=cv2.INTER_AREA)
    vector = tiny.astype("float32").ravel()
    vector -= vector.mean()
    length = np.linalg.norm(vector)
    return vector / length if length > 1 else 0 * vector


def find_duplicates(fingerprints: Sequence[np.ndarray]) -> list[list[int]]:
    """Groups near duplicates.

    Args:
        fingerprints: Results of `fingerprint`.

    Returns:
        Groups of two or more indices into `fingerprints`, in ascending order.
        Each picture is a near duplicate of the first of its group.
    """
    if not len(fingerprints):
        return []
    vectors = np.stack(fingerprints)
    groups: list[list[int]] = []
    taken: set[int] = set()
    for start in range(0, len(vectors), _BLOCK_ROWS):
        similarity = vectors[start : start + _BLOCK_ROWS] @ vectors.T
        is_similar = similarity >= MIN_SIMILARITY
        for row, number in enumerate(range(start, start + len(is_similar))):
            if number in taken:
                continue
            later = np.flatnonzero(is_similar[row, number + 1 :]) + number + 1
            members = [int(i) for i in later if int(i) not in taken]
            if members:
                groups.append([number, *members])
                taken.update(members)
    return groups


def find_matches(
    originals: Sequence[np.ndarray], fingerprints: Sequence[np.ndarray]
) -> list[int | None]:
    """Finds near duplicates of the pictures of another folder.

    Returns:
        For each of `fingerprints`, the index in `originals` of its best match,
        or None.
    """
    if not len(originals):
        return [None] * len(fingerprints)
    vectors = np.stack(originals).T
    found: list[int | None] = []
    for start in range(0, len(fingerprints), _BLOCK_ROWS):
        block = np.stack(fingerprints[start : start + _BLOCK_ROWS])
        similarity = block @ vectors
        found += [
            int(row.argmax()) if row.max() >= MIN_SIMILARITY else None
            for row in similarity
        ]
    return found
