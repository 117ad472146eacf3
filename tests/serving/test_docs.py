"""The lines of README.md that ask a server, as they stand there."""

import pathlib
import re
import shutil
import subprocess

import numpy as np
import PIL.Image
import pytest

from cartoongan_tf.images import pictures

README = pathlib.Path(__file__).parents[2] / "README.md"

pytestmark = pytest.mark.slow


def needs(program):
    return pytest.mark.skipif(
        not shutil.which(program), reason=f"needs {program}"
    )


@pytest.mark.parametrize(
    ("language", "command"),
    [
        pytest.param("sh", ["sh"], marks=needs("curl")),
        pytest.param(
            "js", ["node", "--input-type=module", "-"], marks=needs("node")
        ),
    ],
)
def test_the_lines_make_a_cartoon(
    served, cartoon_of, tmp_path, random, language, command
):
    text = README.read_text()
    (lines,) = re.findall(rf"^```{language}\n(.*?)^```", text, re.M | re.S)
    assert "http://127.0.0.1:8501/v1/" in lines
    lines = lines.replace("http://127.0.0.1:8501", served)
    photo = random.integers(0, 256, (40, 56, 3), "uint8")
    PIL.Image.fromarray(photo).save(tmp_path / "photo.jpg")
    done = subprocess.run(
        command, cwd=tmp_path, input=lines, capture_output=True, text=True
    )
    assert (done.returncode, done.stderr) == (0, "")
    expected = cartoon_of((tmp_path / "photo.jpg").read_bytes())
    actual = pictures.read_picture(tmp_path / "cartoon.png")
    np.testing.assert_array_equal(actual, expected)
