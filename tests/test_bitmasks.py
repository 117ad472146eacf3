import cv2
import numpy as np
import pytest

from cartoongan_tf import bitmasks


@pytest.fixture(params=[(1, 1), (5, 7), (3, 8), (16, 24), (9, 131)])
def mask(request, random):
    return random.random(request.param) < 0.1


def test_a_mask_comes_back(mask):
    bits = bitmasks.pack(mask)
    height, width = mask.shape
    assert bits.shape == (height, -(-width // 8))
    assert bits.dtype == np.uint8
    np.testing.assert_array_equal(bits, np.packbits(mask, axis=1))
    np.testing.assert_array_equal(bitmasks.unpack(bits, width), mask)


@pytest.mark.parametrize("times", [1, 2, 5])
def test_growing_is_opencvs_dilation(mask, times):
    bits = bitmasks.pack(mask)
    for _ in range(times):
        bits = bitmasks.grow(bits)
    square = np.ones((2 * times + 1, 2 * times + 1), "uint8")
    expected = cv2.dilate(mask.astype("uint8"), square) > 0
    actual = bitmasks.unpack(bits, mask.shape[1])
    np.testing.assert_array_equal(actual, expected)
