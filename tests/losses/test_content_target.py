import numpy as np
import pytest

from cartoongan_tf.filters import grading
from cartoongan_tf.filters import guided_filter
from cartoongan_tf.filters import inking
from cartoongan_tf.losses import content_target
from cartoongan_tf.training import config


@pytest.fixture
def photos(random):
    return random.uniform(-1, 1, (1, 24, 32, 3)).astype("float32")


@pytest.mark.parametrize("name", config.CONTENT_TARGETS)
def test_each_name_selects_a_target(name, photos):
    grade = grading.Grade(0.5)
    target = content_target.ContentTarget(name, grade, np.negative)
    expected = {
        "photo": photos,
        "smoothed": guided_filter.smooth(photos),
        "inked": inking.ink(photos, grade),
        "painted": inking.paint(photos, grade),
        "teacher": -photos,
    }
    for other, images in expected.items():
        same = np.array_equal(target(photos), images)
        assert same == (other == name)


@pytest.mark.parametrize("name", config.CONTENT_TARGETS)
def test_only_photo_targets_have_texture(name, photos):
    target = content_target.ContentTarget(name)
    flat = target.without_texture(photos, -photos)
    expected = guided_filter.smooth(photos) if name == "photo" else -photos
    np.testing.assert_array_equal(flat, expected)
