"""Our server, asked by a client that we did not write, and our manifest.

Both are KServe's, in an environment of its own, whose Python
`$CARTOONGAN_KSERVE` names. `make test-kserve` sets both up.
"""

import base64
import io
import json
import os
import pathlib

import numpy as np
import PIL.Image
import pytest
import yaml

from cartoongan_tf.images import pictures

PYTHON = os.environ.get("CARTOONGAN_KSERVE")
ROOT = pathlib.Path(__file__).parents[2]
SCRIPT = ROOT / "tests/references/kserve_reference.py"
MANIFEST = ROOT / "serving" / "deploy" / "kubernetes" / "inference-service.yaml"

pytestmark = pytest.mark.skipif(
    not PYTHON, reason="needs an environment of its own: make test-kserve"
)


@pytest.fixture
def kserve(run_command):
    def kserve(*arguments):
        response = run_command(PYTHON, str(SCRIPT), *map(str, arguments))
        assert response.returncode == 0, response.stderr
        return json.loads(response.stdout)

    return kserve


def test_kserve_knows_every_field_of_the_manifest(kserve):
    read = kserve("read", MANIFEST)
    assert read["spec"]["predictor"]["model"].pop("name") == ""  # Filled in.
    assert read == yaml.safe_load(MANIFEST.read_text())


def test_a_field_that_kserve_does_not_know_is_found_out(kserve, tmp_path):
    manifest = yaml.safe_load(MANIFEST.read_text())
    manifest["spec"]["predictor"]["model"]["storageURI"] = "pvc://x"
    (tmp_path / "odd.yaml").write_text(yaml.safe_dump(manifest))
    read = kserve("read", tmp_path / "odd.yaml")
    assert "storageURI" not in read["spec"]["predictor"]["model"]


def test_pictures_of_two_sizes_come_back_as_the_models_cartoons(
    kserve, served, cartoon_of, make_folder
):
    folder = make_folder("photos", 2)
    photo = pictures.read_picture(folder / "1.png")
    pictures.write_png(folder / "1.png", photo[:33, :47])
    paths = sorted(folder.iterdir())
    response = kserve("predict", served, "cartoongan", *paths)
    cartoons = [base64.b64decode(row["b64"]) for row in response["predictions"]]
    assert list(response) == ["predictions"]
    for path, cartoon in zip(paths, cartoons, strict=True):
        pixels = np.asarray(PIL.Image.open(io.BytesIO(cartoon)))
        np.testing.assert_array_equal(pixels, cartoon_of(path.read_bytes()))


def test_a_bad_picture_is_a_bad_request_with_the_models_message(
    kserve, served, tmp_path
):
    (tmp_path / "letter.png").write_text("Dear server")
    response = kserve("predict", served, "cartoongan", tmp_path / "letter.png")
    assert response["status"] == 400
    assert "image_bytes[0]: is not a JPEG, PNG" in response["message"]


def test_another_model_is_not_found(kserve, served, make_folder):
    photo = make_folder("photos", 1) / "0.png"
    response = kserve("predict", served, "other", photo)
    assert response["status"] == 404
    assert (
        "Servable not found for request: Latest(other)" in response["message"]
    )
