import keras
import numpy as np
import pytest

from cartoongan_tf.core import errors
from cartoongan_tf.losses import objective
from cartoongan_tf.losses import perceptual_features
from cartoongan_tf.nn import networks
from cartoongan_tf.training import cartoongan
from cartoongan_tf.training import checkpoints


def make_phase(filters=4):
    phase = cartoongan.WarmUp(
        networks.Generator(filters, 1),
        objective.Objective(perceptual_features.pyramid, 1e-3),
    )
    phase.compile(keras.optimizers.Adam(1e-3))
    return phase


def test_no_file_is_step_zero(tmp_path):
    assert checkpoints.restore(make_phase(), tmp_path / "none.npz") == 0


def test_a_state_comes_back(tmp_path):
    old, new = make_phase(), make_phase()
    old.generator_optimizer.iterations.assign(7)
    checkpoints.save(old, tmp_path / "new/state.npz")
    assert checkpoints.restore(new, tmp_path / "new/state.npz") == 7
    for expected, actual in zip(old.state, new.state, strict=True):
        np.testing.assert_array_equal(actual, expected)


@pytest.mark.parametrize("content", [b"", b"no state", None])
def test_a_file_that_is_no_state_of_this_model_is_named(tmp_path, content):
    path = tmp_path / "state.npz"
    if content is None:
        checkpoints.save(make_phase(filters=3), path)
    else:
        path.write_bytes(content)
    with pytest.raises(errors.InputError, match=r"state\.npz cannot be read"):
        checkpoints.restore(make_phase(), path)
