import math

import clip_maker
import numpy as np
import pytest

from cartoongan_tf.video import frame_sampler
from cartoongan_tf.video import reader

MATRICES = {
    (1, 0, 0, 1): lambda pixels: pixels,
    (-1, 0, 0, 1): np.fliplr,
    (1, 0, 0, -1): np.flipud,
    (-1, 0, 0, -1): lambda pixels: np.rot90(pixels, 2),
    (0, 1, -1, 0): lambda pixels: np.rot90(pixels, -1),
    (0, -1, 1, 0): np.rot90,
    (0, 1, 1, 0): lambda pixels: pixels.swapaxes(0, 1),
    (0, -1, -1, 0): lambda pixels: np.rot90(pixels, 2).swapaxes(0, 1),
}


def clip_with(path, picture, matrix):
    """Three times the picture, which is to be shown as the matrix says."""
    clip_maker.write_clip(path, [picture] * 3)
    clip_maker.set_display_matrix(path, matrix)
    return reader.VideoFile(path)


@pytest.mark.parametrize("matrix", MATRICES)
def test_the_display_matrix_is_applied(tmp_path, matrix):
    (picture,) = clip_maker.frames(1)
    expected = MATRICES[matrix](picture)
    video = clip_with(tmp_path / "a.mp4", picture, matrix)
    assert video.display_info()[0].size == expected.shape[1::-1]
    for _, found in [*video.frames(), *frame_sampler.sample_frames(video, 30)]:
        assert found.shape == expected.shape
        assert np.abs(found.astype(float) - expected).mean() < 6


@pytest.mark.parametrize(
    ("degrees", "quarters"), [(40, 0), (50, 1), (130, 1), (140, 2), (-50, 3)]
)
def test_another_angle_goes_for_the_closest_right_one(
    tmp_path, degrees, quarters
):
    (picture,) = clip_maker.frames(1)
    angle = math.radians(degrees)
    cosine, sine = math.cos(angle), math.sin(angle)
    matrix = cosine, -sine, sine, cosine
    video = clip_with(tmp_path / "a.mp4", picture, matrix)
    _, found = next(video.frames())
    expected = np.rot90(picture, quarters)
    assert found.shape == expected.shape
    assert np.abs(found.astype(float) - expected).mean() < 6
