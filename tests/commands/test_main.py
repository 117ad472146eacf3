"""The program, each time in a process of its own."""

import gc
import os
import sys

import numpy as np
import pytest

import cartoongan_tf
from cartoongan_tf.commands import main
from cartoongan_tf.images import pictures
from cartoongan_tf.inference import styles

pytestmark = pytest.mark.slow

SCRIPTS = ("train", "export", "cartoonize", "evaluate", "prepare")

# What a process ends with that has TensorFlow in it.
WITHOUT_TENSORFLOW = """
import runpy, sys
try:
    runpy.run_module("cartoongan_tf", run_name="__main__", alter_sys=True)
finally:
    assert "tensorflow" not in sys.modules
"""

WITHOUT_PYPLOT = WITHOUT_TENSORFLOW.replace("tensorflow", "matplotlib.pyplot")


@pytest.fixture
def program(run_command):
    def run(*arguments, **settings):
        return run_command(
            sys.executable, "-m", "cartoongan_tf", *arguments, **settings
        )

    return run


@pytest.mark.parametrize("verb", main.VERBS)
def test_help_names_the_verb_and_needs_no_tensorflow(run_command, verb):
    done = run_command(sys.executable, "-c", WITHOUT_TENSORFLOW, verb, "--help")
    assert (done.returncode, done.stderr) == (0, "")
    assert f"cartoongan {verb}" in done.stdout


def test_the_flags_of_a_verb_are_in_its_help(program):
    text = program("train", "--help").stdout
    for name in ("--photo_dir", "--content_weight", "--steps"):
        assert name in text
    assert "--strength" not in text


@pytest.mark.parametrize("name", SCRIPTS)
def test_scripts_are_verbs(run_command, program, name):
    done = run_command(sys.executable, f"{name}.py", "--help")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == program(name, "--help").stdout


@pytest.mark.parametrize("arguments", [(), ("--help",)])
def test_the_program_lists_its_verbs(program, arguments):
    done = program(*arguments)
    assert (done.returncode, done.stderr) == (0, "")
    for verb in (*main.VERBS, "serve"):
        assert f"cartoongan {verb}" in done.stdout


def test_the_version_is_reported(program):
    assert program("--version").stdout == f"{cartoongan_tf.__version__}\n"


def test_shipped_styles_are_listed(program):
    done = program("styles")
    assert (done.returncode, done.stderr) == (0, "")
    assert "storybook: Apache-2.0" in done.stdout


def test_styles_are_shown_on_a_photo(program, tmp_path):
    done = program("styles", f"--output={tmp_path / 'new/sheets'}")
    assert (done.returncode, done.stderr) == (0, "")
    sheets = {p.stem: p for p in (tmp_path / "new/sheets").iterdir()}
    assert sheets.keys() == set(styles.names())
    photo = pictures.read_picture(sheets[styles.DEFAULT])[6:406, 6:406]
    cartoon = pictures.read_picture(sheets[styles.DEFAULT])[6:406, 412:812]
    similarity = np.corrcoef(photo.ravel(), cartoon.ravel())[0, 1]
    assert 0.8 < similarity < 0.999


def test_styles_are_not_shown_in_a_file(program, tmp_path):
    (tmp_path / "file").touch()
    done = program("styles", f"--output={tmp_path / 'file'}")
    assert done.returncode == 1
    assert f"--output={tmp_path / 'file'} is not a folder" in done.stderr


def test_the_server_has_flags_of_its_own(program):
    done = program("serve", "--help")
    assert (done.returncode, done.stderr) == (0, "")
    assert "--model_dir" in done.stdout


@pytest.mark.parametrize("package", ["serving.local", "serving.client"])
def test_servers_print_help(run_command, package):
    done = run_command(sys.executable, "-m", package, "--help")
    assert (done.returncode, done.stderr) == (0, "")
    assert f"python -m {package}" in done.stdout


def test_verbs_may_have_hyphens(program):
    done = program("check-gpu", "--help")
    assert done.stdout == program("check_gpu", "--help").stdout


def test_an_unknown_verb_is_reported(program):
    done = program("tain", "--photo_dir=photos")
    assert done.returncode == 1
    assert done.stderr.startswith("error: tain is neither a verb nor a file; ")


def test_missing_packages_of_the_server_are_named(program, tmp_path):
    package = tmp_path / "cartoongan_serving"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "local.py").write_text("import absent_package")
    environment = os.environ | {"PYTHONPATH": str(tmp_path)}
    done = program("serve", env=environment)
    assert done.returncode == 1
    assert "serve needs absent_package; run `pip install '.[s" in done.stderr


def test_a_path_alone_is_cartoonized_without_a_foreign_line(
    run_command, make_folder, tmp_path
):
    (photo,) = make_folder("photos", 1).iterdir()
    output = f"--output={tmp_path / 'out.png'}"
    done = run_command(sys.executable, "-c", WITHOUT_PYPLOT, output, photo)
    assert done.returncode == 0, done.stderr
    lines = done.stderr.splitlines()  # Slow machines show how far they are.
    lines = [line for line in lines if not line.startswith("Cartoonizing: ")]
    assert lines == [str(tmp_path / "out.png")]
    assert (tmp_path / "out.png").exists()


def test_a_failed_import_shows_what_was_held(program, tmp_path):
    (tmp_path / "tensorflow.py").write_text(
        "import os\nos.write(2, b'no such instruction')\nraise ImportError"
    )
    done = program("photo.jpg", env=os.environ | {"PYTHONPATH": str(tmp_path)})
    assert done.returncode == 1
    assert "no such instruction" in done.stderr


def test_garbage_is_searched_for_again_after_imports():
    with main._uncollected():
        assert not gc.isenabled()
    assert gc.isenabled()
    assert gc.get_freeze_count()
    gc.unfreeze()
