import numpy as np
import pytest

from cartoongan_tf import losses
from cartoongan_tf import objective


@pytest.fixture
def images(random):
    return random.uniform(-1, 1, (2, 2, 16, 24, 3)).astype("float32")


def features(images):
    return 2 * images


def test_losses_are_those_of_the_paper_unless_told(images):
    aim = objective.Objective(features, 1e-3)
    assert aim.weights == {"adversarial": 1.0, "content": 1e-3}
    assert aim.restraints(*images).keys() == {"content"}


@pytest.mark.parametrize("name", ["color", "variation"])
def test_what_has_a_weight_counts(images, name):
    aim = objective.Objective(features, 1e-3, **{f"{name}_weight": 0.5})
    assert aim.weights == {"adversarial": 1.0, "content": 1e-3, name: 0.5}
    assert aim.restraints(*images).keys() == {"content", name}


def test_restraints_are_the_losses_without_their_weights(images):
    photos, generated = images
    found = objective.Objective(features, 1e-3, 2.0, 3.0).restraints(*images)
    expected = {
        "content": 2 * np.abs(photos - generated).mean(),
        "color": losses.color_loss(photos, generated),
        "variation": losses.variation_loss(generated),
    }
    assert found.keys() == expected.keys()
    for name, value in expected.items():
        assert float(found[name]) == pytest.approx(float(value), rel=1e-5)
