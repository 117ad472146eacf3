import keras
import numpy as np
import pytest

from cartoongan_tf.core import errors
from cartoongan_tf.losses import objective
from cartoongan_tf.losses import perceptual_features
from cartoongan_tf.nn import networks
from cartoongan_tf.training import cartoongan
from cartoongan_tf.training import checkpoints
from cartoongan_tf.training import divergence_guard


def make_phase(filters=4):
    phase = cartoongan.WarmUp(
        networks.Generator(filters, 1),
        objective.Objective(perceptual_features.pyramid, 1e-3),
    )
    phase.compile(keras.optimizers.Adam(1e-3))
    return phase


def test_missing_checkpoint_is_step_zero(tmp_path):
    assert checkpoints.restore(make_phase(), tmp_path / "none.npz") == 0


def test_a_checkpoint_restores_the_state(tmp_path):
    old, new = make_phase(), make_phase()
    old.generator_optimizer.iterations.assign(7)
    checkpoints.save(old, tmp_path / "new/state.npz")
    assert checkpoints.restore(new, tmp_path / "new/state.npz") == 7
    for expected, actual in zip(old.state, new.state, strict=True):
        np.testing.assert_array_equal(actual, expected)


def save_two(path):
    """Writes states of steps 1 and 2."""
    phase = make_phase()
    for step in (1, 2):
        phase.generator_optimizer.iterations.assign(step)
        checkpoints.save(phase, path)


def test_the_previous_checkpoint_is_kept(tmp_path):
    save_two(tmp_path / "state.npz")
    phase = make_phase()
    assert checkpoints.restore(phase, tmp_path / "state_previous.npz") == 1
    assert checkpoints.restore(phase, tmp_path / "state.npz") == 2
    assert len(list(tmp_path.iterdir())) == 2


@pytest.mark.parametrize("damage", ["flipped", "cut", "empty", "missing"])
def test_a_damaged_checkpoint_falls_back_to_the_previous(
    tmp_path, capsys, damage
):
    path = tmp_path / "state.npz"
    save_two(path)
    content = bytearray(path.read_bytes())
    if damage == "missing":  # Killed between two renames.
        path.unlink()
    else:
        content[len(content) // 2] ^= 1
        cut = {"flipped": None, "cut": len(content) // 2, "empty": 0}[damage]
        path.write_bytes(content[:cut])
    phase = make_phase()
    assert checkpoints.exist(path)
    assert checkpoints.restore(phase, path) == 1
    is_reported = "state.npz is damaged" in capsys.readouterr().err
    assert is_reported == (damage != "missing")
    # It does not take the place of the whole one.
    phase.generator_optimizer.iterations.assign(3)
    checkpoints.save(phase, path)
    path.unlink()
    assert checkpoints.restore(phase, path) == 1


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_weights_that_are_no_numbers_do_not_replace_a_state(tmp_path, value):
    path = tmp_path / "state.npz"
    save_two(path)
    phase = make_phase()
    weight = phase.generator.trainable_weights[-1]
    weight.assign(np.full(weight.shape, value))
    with pytest.raises(
        divergence_guard.Diverged, match="infinite or NaN before step 0"
    ):
        checkpoints.save(phase, path)
    assert checkpoints.restore(phase, path) == 2
    assert checkpoints.restore(phase, path.with_stem("state_previous")) == 1


def test_where_both_are_damaged_the_newer_one_is_named(tmp_path):
    """What is to be removed is both."""
    path = tmp_path / "state.npz"
    save_two(path)
    path.write_bytes(b"")
    path.with_stem("state_previous").write_bytes(b"no state")
    with pytest.raises(errors.InputError) as caught:
        checkpoints.restore(make_phase(), path)
    assert f"The checkpoint {path} cannot be read (No data" in str(caught.value)
    assert "remove state*.npz" in str(caught.value)
    assert isinstance(caught.value.__cause__, EOFError)


def test_flipped_bits_are_detected(tmp_path):
    """Each bit, except those without a meaning, is noticed."""

    class Model:
        def __init__(self, numbers):
            values = np.arange(numbers, dtype="float32")
            self.state = [keras.Variable(values), keras.Variable(values + 1)]
            self.step = 1

    path, model = tmp_path / "state.npz", Model(4)
    checkpoints.save(model, path)
    wanted = [np.array(variable) for variable in model.state]
    content = path.read_bytes()
    for bit in range(0, 8 * len(content), 3):
        flipped = bytearray(content)
        flipped[bit // 8] ^= 1 << bit % 8
        path.write_bytes(flipped)
        for variable in model.state:
            variable.assign(np.full(4, -1))
        try:
            checkpoints.restore(model, path)
        except errors.InputError:
            continue
        for array, variable in zip(wanted, model.state, strict=True):
            np.testing.assert_array_equal(variable, array)


@pytest.mark.parametrize("content", [b"", b"no state", None])
def test_a_file_that_does_not_fit_is_named(tmp_path, content):
    path = tmp_path / "state.npz"
    if content is None:
        checkpoints.save(make_phase(filters=3), path)
    else:
        path.write_bytes(content)
    with pytest.raises(errors.InputError, match=r"state\.npz cannot be read"):
        checkpoints.restore(make_phase(), path)
