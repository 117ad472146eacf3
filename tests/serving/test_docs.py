"""The lines of docs/clients.md that ask a server, as they stand there."""

import shutil
import subprocess
import sys

import documented
import numpy as np
import PIL.Image
import pytest

from cartoongan_tf.images import pictures

PAGE = documented.ROOT / "docs" / "clients.md"

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
        ("python", [sys.executable, "-"]),
    ],
)
def test_the_lines_make_a_cartoon(
    served, cartoon_of, tmp_path, random, monkeypatch, language, command
):
    monkeypatch.setenv("PYTHONPATH", str(documented.ROOT))
    server = "http://127.0.0.1:8501"
    blocks = documented.blocks(PAGE, language)
    (lines,) = [block for block in blocks if server in block]
    lines = lines.replace(server, served)
    photo = random.integers(0, 256, (40, 56, 3), "uint8")
    PIL.Image.fromarray(photo).save(tmp_path / "photo.jpg")
    done = subprocess.run(
        command, cwd=tmp_path, input=lines, capture_output=True, text=True
    )
    assert (done.returncode, done.stderr) == (0, "")
    expected = cartoon_of((tmp_path / "photo.jpg").read_bytes())
    actual = pictures.read_picture(tmp_path / "cartoon.png")
    np.testing.assert_array_equal(actual, expected)
