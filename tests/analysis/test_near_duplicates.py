import cv2
import numpy as np
import pytest
import skimage.data

from cartoongan_tf.analysis import near_duplicates


@pytest.fixture
def photos():
    names = ("astronaut", "chelsea", "coffee", "rocket")
    return [getattr(skimage.data, name)() for name in names]


def groups(pictures):
    prints = [near_duplicates.fingerprint(picture) for picture in pictures]
    return near_duplicates.find_duplicates(prints)


def test_different_photos_are_not_duplicates(photos):
    assert groups(photos) == []


def test_resized_recompressed_and_brighter_copies_are_found(photos):
    cat = photos[1]
    small = cv2.resize(cat, (150, 100), interpolation=cv2.INTER_AREA)
    _, data = cv2.imencode(".jpg", cat, [cv2.IMWRITE_JPEG_QUALITY, 40])
    poor = cv2.imdecode(data, cv2.IMREAD_COLOR)
    bright = np.clip(cat * 0.8 + 30, 0, 255).astype("uint8")
    pictures = [small, *photos, poor, bright]
    assert groups(pictures) == [[0, 2, 5, 6]]


def test_colors_tell_pictures_apart(photos):
    swapped = np.ascontiguousarray(photos[2][..., ::-1])
    assert groups([photos[2], swapped]) == []


def test_blank_pictures_are_duplicates_of_nothing():
    blank = np.full((20, 30, 3), 90, "uint8")
    assert groups([blank, blank]) == []


def test_an_empty_list_has_no_duplicates():
    assert near_duplicates.find_duplicates([]) == []


def test_more_than_a_block_are_compared(random):
    prints = list(np.eye(1500, dtype="float32"))
    prints[1400], prints[1450] = prints[3], prints[1100]
    assert near_duplicates.find_duplicates(prints) == [[3, 1400], [1100, 1450]]


def test_copies_are_found_in_another_folder(photos):
    small = cv2.resize(photos[1], (150, 100), interpolation=cv2.INTER_AREA)
    originals = [near_duplicates.fingerprint(photo) for photo in photos]
    others = [np.rot90(photos[0]).copy(), small]
    prints = [near_duplicates.fingerprint(other) for other in others]
    assert near_duplicates.find_matches(originals, prints) == [None, 1]
    assert near_duplicates.find_matches([], prints) == [None, None]
    assert near_duplicates.find_matches(originals, []) == []


def test_matches_are_found_beyond_a_block(random):
    originals = list(np.eye(1500, dtype="float32"))
    matches = near_duplicates.find_matches(originals, originals[::-1])
    assert matches == list(range(1500))[::-1]
