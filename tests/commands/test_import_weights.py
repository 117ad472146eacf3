import sys

import keras
import numpy as np
import pytest

from cartoongan_tf.nn import official_weights


@pytest.mark.shared
@pytest.mark.slow
def test_the_authors_weights_become_a_keras_file(shared, tmp_path, run_command):
    hayao = shared / "official_cartoongan/hayao_fp16_hwio.npz"
    output = tmp_path / "hayao.keras"
    done = run_command(
        sys.executable, "-m", "cartoongan_tf", "import_weights",
        f"--weights={hayao}", f"--output={output}",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    generator = keras.saving.load_model(output)
    assert generator.epsilon == official_weights.OFFICIAL_EPSILON
    expected = official_weights.convert_official_generator(hayao).get_weights()
    for a, b in zip(generator.get_weights(), expected, strict=True):
        np.testing.assert_array_equal(a, b)
