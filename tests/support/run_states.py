"""What runs learned, compared: their checkpoints and the losses they logged."""

import numpy as np
import pytest

from cartoongan_tf.training import run_log

SLOWLY = (
    "--warmup_learning_rate=1e-5",
    "--generator_learning_rate=1e-5",
    "--discriminator_learning_rate=1e-5",
)
SMALL = (
    "--filters=4",
    "--blocks=1",
    "--discriminator_filters=4",
    "--image_size=32",
)
TINY = (
    *SMALL,
    "--content_features=pyramid",
    "--batch_size=2",
    "--image_pool=5",
    "--sample_every=8",
    "--checkpoint_every=7",
)
LIGHT = (
    "--generator=light",
    "--content_weight=1e-3",
    "--color_weight=5",
    "--variation_weight=0.1",
    "--ema_momentum=0.9",
)
PHASES = ("warm_up", "adversarial")


def contents(workdir, pattern):
    """What is in the files of a run, by their names."""
    return {
        str(path.relative_to(workdir)): path.read_bytes()
        for path in sorted(workdir.glob(pattern))
    }


def checkpoint(workdir, phase):
    """The arrays of a checkpoint, in order."""
    with np.load(workdir / "checkpoints" / f"{phase}.npz") as archive:
        return [archive[name] for name in sorted(archive)]


def assert_same_bits(workdir, other):
    for phase in PHASES:
        a, b = checkpoint(workdir, phase), checkpoint(other, phase)
        for array, other_array in zip(a, b, strict=True):
            np.testing.assert_array_equal(array, other_array)
    assert run_log.read_table(workdir) == run_log.read_table(other)


def assert_close(workdir, other, tolerance=1e-4, moments=None, log=None):
    """Equal but for the order of sums: all losses, weights and moments.

    Vectors are left out: a bias before a normalization has no effect and only
    rounding errors as its gradient, of which Adam makes steps of full length.
    It does so with small gradients of kernels, too: with `SLOWLY`, what that
    changes stays small. `moments` and `log` are the tolerances of optimizers'
    moments, and of losses and norms, if they are others than that of weights.
    """
    for phase in PHASES:
        a, b = checkpoint(workdir, phase), checkpoint(other, phase)
        allowed = tolerance
        for array, other_array in zip(a, b, strict=True):
            if array.ndim == 0:  # Steps: the first number of an optimizer.
                allowed = moments or tolerance
            if array.ndim != 1:
                error = np.linalg.norm(array - other_array)
                assert error <= allowed * np.linalg.norm(array)
    rows, others = run_log.read_table(workdir), run_log.read_table(other)
    for row, other_row in zip(rows, others, strict=True):
        assert row["phase"] == other_row["phase"]
        assert numbers(row) == pytest.approx(
            numbers(other_row), rel=log or tolerance
        )


def numbers(row):
    names = (*run_log.LOSSES, *run_log.GRAD_NORMS)
    return {name: float(row[name]) for name in names if row[name]}
