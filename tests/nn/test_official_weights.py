import numpy as np
import pytest

from cartoongan_tf.core import errors
from cartoongan_tf.nn import official_weights


@pytest.fixture
def hayao(shared):
    return shared / "official_cartoongan/hayao_fp16_hwio.npz"


@pytest.mark.shared
def test_hayao_reproduces_the_authors_golden_cartoon(hayao, shared):
    golden = np.load(shared / "official_cartoongan/hayao_golden.npz")
    photos = golden["photo_rgb"][None] / np.float32(127.5) - 1
    cartoons = official_weights.convert_official_generator(hayao)(photos)
    error = np.abs(cartoons[0] - golden["cartoon_rgb"]).max()
    print(f"largest error {error:.1e}")
    assert error < 2e-3


def test_other_weights_are_refused(tmp_path):
    np.savez(tmp_path / "other.npz", **{"conv01_1.weight": np.zeros((3, 3))})
    (tmp_path / "text.npz").write_text("no weights")
    cases = {
        "other.npz": "expected conv01_1.weight of shape",
        "text.npz": "cannot be read",
        "gone.npz": "cannot be read",
    }
    for name, message in cases.items():
        with pytest.raises(errors.InputError, match=message):
            official_weights.convert_official_generator(tmp_path / name)
