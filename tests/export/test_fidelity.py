import numpy as np
import pytest

from cartoongan_tf.export import fidelity


def test_psnr_is_what_its_formula_gives(random):
    photo = random.integers(0, 256, (16, 24, 3), "uint8")
    theirs = random.integers(10, 246, (16, 24, 3), "uint8")
    ours = theirs + random.integers(0, 9, theirs.shape, "uint8")
    found = fidelity.measure(lambda _: ours, [(photo, theirs)])
    error = np.mean((ours.astype(float) - theirs) ** 2)
    assert found.psnr == pytest.approx(10 * np.log10(255**2 / error))
    assert found.largest_error == 8
    assert 0 < found.ssim < 1


def test_ssim_is_wangs(random):
    """Gaussian windows of 11 x 11 pixels: here, exactly one."""
    theirs, ours = random.integers(0, 256, (2, 11, 11, 3), "uint8")
    found = fidelity.measure(lambda _: ours, [(theirs, theirs)])
    taps = np.exp(-(np.arange(-5, 6) ** 2) / (2 * 1.5**2))
    window = np.outer(taps, taps) / taps.sum() ** 2
    x, y = theirs.astype(float), ours.astype(float)

    def mean(values):
        return np.einsum("ij,ijc->c", window, values)

    spread = mean(x * x) - mean(x) ** 2, mean(y * y) - mean(y) ** 2
    covariance = mean(x * y) - mean(x) * mean(y)
    low, high = (0.01 * 255) ** 2, (0.03 * 255) ** 2
    light = (2 * mean(x) * mean(y) + low) / (mean(x) ** 2 + mean(y) ** 2 + low)
    expected = light * (2 * covariance + high) / (sum(spread) + high)
    assert found.ssim == pytest.approx(expected.mean(), abs=1e-5)


def test_equal_pictures_agree_wholly(random):
    photo = random.integers(0, 256, (16, 24, 3), "uint8")
    found = fidelity.measure(lambda photo: photo, [(photo, photo)] * 2)
    assert found == (fidelity.EQUAL, 1.0, 0)


def test_the_mean_is_over_photos_and_the_error_the_largest():
    black = np.zeros((16, 24, 3), "uint8")
    made = {0: black + 1, 1: black + 10}
    examples = [(black, black), (black + 1, black)]
    found = fidelity.measure(lambda photo: made[photo.flat[0]], examples)
    psnrs = [20 * np.log10(255), 20 * np.log10(25.5)]
    assert found.psnr == pytest.approx(np.mean(psnrs))
    assert found.largest_error == 10


def test_the_worst_of_several_is_the_worst_of_each_metric():
    some = fidelity.Fidelity(50.0, 0.9, 3), fidelity.Fidelity(40.0, 0.95, 2)
    assert fidelity.worst(some) == (40.0, 0.9, 3)


@pytest.mark.parametrize("precision", fidelity.MINIMUM_PSNR)
def test_each_precision_has_a_threshold(precision):
    """60, 50, 38 and 28 dB."""
    minimum = {"float32": 60, "float16": 50, "dynamic_range": 38, "int8": 28}
    assert fidelity.MINIMUM_PSNR[precision] == minimum[precision]
