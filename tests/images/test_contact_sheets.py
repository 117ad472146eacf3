import numpy as np

from cartoongan_tf.images import contact_sheets


def color(height, width, *rgb):
    return np.full((height, width, 3), rgb, "uint8")


def test_pictures_are_arranged_in_rows_and_keep_their_aspect_ratio():
    pictures = [color(20, 40, 255, 0, 0), color(40, 20, 0, 255, 0)] * 2
    sheet = contact_sheets.contact_sheet(pictures, columns=3, side=40)
    assert sheet.shape == (2 * 46 + 6, 3 * 46 + 6, 3)
    assert sheet.dtype == np.uint8
    is_red = (sheet == (255, 0, 0)).all(-1)
    is_green = (sheet == (0, 255, 0)).all(-1)
    assert is_red.sum() == is_green.sum() == 2 * 20 * 40
    assert is_red[6:26, 6:46].all()
    assert is_green[52:92, 6:46].any()


def test_captions_are_drawn_below_and_truncated():
    picture = color(30, 30, 0, 0, 255)
    plain = contact_sheets.contact_sheet([picture], side=30)
    long = contact_sheets.contact_sheet([picture], ["x" * 99], side=30)
    assert long.shape[0] > plain.shape[0]
    assert long.shape[1] == plain.shape[1]
    assert (long[37:] < 100).any()
    np.testing.assert_array_equal(long[:36], plain[:36])


def test_rows_are_as_high_as_their_highest_thumbnail():
    wide = color(20, 80, 255, 0, 0)
    sheet = contact_sheets.contact_sheet([wide] * 2, columns=1, side=40)
    assert sheet.shape == (2 * 16 + 6, 46 + 6, 3)
