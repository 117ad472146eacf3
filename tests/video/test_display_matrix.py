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


@pytest.mark.parametrize("matrix", MATRICES)
def test_the_display_matrix_is_applied(tmp_path, matrix):
    (picture,) = clip_maker.frames(1)
    path = clip_maker.write_clip(tmp_path / "a.mp4", [picture] * 3)
    clip_maker.set_display_matrix(path, matrix)
    expected = MATRICES[matrix](picture)
    video = reader.VideoFile(path)
    assert video.display_info()[0].size == expected.shape[1::-1]
    for _, found in [*video.frames(), *frame_sampler.sample_frames(video, 30)]:
        assert found.shape == expected.shape
        assert np.abs(found.astype(float) - expected).mean() < 6
