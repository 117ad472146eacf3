import cv2
import numpy as np
import pytest

from cartoongan_tf.data import packed_masks


@pytest.fixture(params=[(1, 1), (5, 7), (3, 8), (16, 24), (9, 131)])
def mask(request, random):
    return random.random(request.param) < 0.1


def test_unpacking_inverts_packing(mask):
    bits = packed_masks.pack(mask)
    height, width = mask.shape
    assert bits.shape == (height, -(-width // 8))
    assert bits.dtype == np.uint8
    np.testing.assert_array_equal(bits, np.packbits(mask, axis=1))
    np.testing.assert_array_equal(packed_masks.unpack(bits, width), mask)


@pytest.mark.parametrize("times", [1, 2, 5])
def test_dilation_equals_opencv(mask, times):
    bits = packed_masks.pack(mask)
    for _ in range(times):
        bits = packed_masks.dilate(bits)
    square = np.ones((2 * times + 1, 2 * times + 1), "uint8")
    expected = cv2.dilate(mask.astype("uint8"), square) > 0
    actual = packed_masks.unpack(bits, mask.shape[1])
    np.testing.assert_array_equal(actual, expected)
