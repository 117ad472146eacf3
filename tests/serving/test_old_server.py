"""Exported models in an old TensorFlow that servers still run.

TensorFlow 2.15 lives in the environment of `test_addons.py`, whose Python
`$CARTOONGAN_ADDONS` names. `make test-addons` sets it up.
"""

import os
import pathlib
import subprocess

import numpy as np
import pytest
import skimage.data
import tensorflow as tf

from cartoongan_tf.core import model_interface
from cartoongan_tf.export import saved_models
from cartoongan_tf.images import pictures

ROOT = pathlib.Path(__file__).parents[2]
SCRIPT = ROOT / "tests/references/old_server.py"
PYTHON = os.environ.get("CARTOONGAN_ADDONS")
SIGNATURES = {
    model_interface.BYTES,
    model_interface.UINT8,
    model_interface.FLOAT32,
}

pytestmark = pytest.mark.skipif(
    not PYTHON, reason="needs an environment of its own: make test-addons"
)


@pytest.fixture(scope="module")
def photo():
    return skimage.data.chelsea()[40:113, 60:151]


@pytest.fixture
def responses(generator, photo, tmp_path):
    """Responses of the old server for the photo, by signature."""
    folder = tmp_path / "1"
    saved_models.write(generator, folder)
    request, response = tmp_path / "request.npz", tmp_path / "response.npz"
    encoded = np.array([pictures.encode_png(photo)], dtype=object)
    np.savez(
        request,
        uint8=photo[None],
        float32=pictures.to_network(photo[None]),
        string=encoded,
    )
    subprocess.run([PYTHON, SCRIPT, folder, request, response], check=True)
    with np.load(response, allow_pickle=True) as archive:
        return dict(archive)


def test_all_signatures_agree_with_keras_in_tensorflow_2_15(
    generator, photo, responses
):
    assert set(responses) == SIGNATURES
    images = generator(pictures.to_network(photo[None])).numpy()
    pixels = pictures.to_pixels(images).numpy()
    for name, response in responses.items():
        if response.dtype == np.float32:
            np.testing.assert_allclose(
                response, images, atol=1e-5, err_msg=name
            )
            continue
        if response.dtype != np.uint8:
            response = tf.io.decode_image(response[0])[None].numpy()
        assert response.shape == pixels.shape, name
        # A tie may round either way.
        assert np.abs(response.astype(int) - pixels).max() <= 1, name
    assert pixels.std() > 1
