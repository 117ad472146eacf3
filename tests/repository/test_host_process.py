"""A program that uses `Cartoonizer` keeps its own settings."""

import sys

import pytest

SCRIPT = """
import sys
import warnings

import av
import cv2
import keras
import PIL.Image
import requests
import tensorflow

limit, filters = PIL.Image.MAX_IMAGE_PIXELS, list(warnings.filters)
assert limit

from cartoongan_tf import Cartoonizer

Cartoonizer("storybook").file(*sys.argv[1:])
assert PIL.Image.MAX_IMAGE_PIXELS == limit
assert warnings.filters == filters

import serving.client.uploads

assert PIL.Image.MAX_IMAGE_PIXELS == limit
"""


@pytest.mark.slow
def test_limits_and_warnings_stay(run_command, make_folder, tmp_path):
    (photo,) = make_folder("photos", 1).iterdir()
    cartoon = tmp_path / "cartoon.png"
    done = run_command(sys.executable, "-c", SCRIPT, photo, cartoon)
    assert done.returncode == 0, done.stderr
    assert cartoon.exists()
