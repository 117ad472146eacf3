"""The commands of README.md and docs/, as they stand there.

Each is run in a folder of its own, with the files that it names, unless
commands_not_run.toml lists it.
"""

import functools
import os
import pathlib
import re
import subprocess
import sys
import tomllib

import documented
import film_maker
import numpy as np
import PIL.Image
import pytest

from cartoongan_tf.data import samples
from cartoongan_tf.data import synthetic_scenes

pytestmark = pytest.mark.slow

ROOT = documented.ROOT
NOT_RUN = pathlib.Path(__file__).with_name("commands_not_run.toml")
COMMANDS = set(documented.commands()) - {
    entry["command"] for entry in tomllib.loads(NOT_RUN.read_text())["not_run"]
}
OWN_PROGRAMS = sorted({program for program, _ in documented.invocations()})
SIZE = (96, 64)


@functools.cache
def environment():
    """Finds `python` and the repository from any folder."""
    folders = [str(pathlib.Path(sys.executable).parent), os.environ["PATH"]]
    return {
        **os.environ,
        "PATH": os.pathsep.join(folders),
        "PYTHONPATH": str(ROOT),
    }


@pytest.fixture
def folder(tmp_path):
    """A folder with the files that commands name, and the commands."""
    for script in ROOT.glob("*.py"):
        (tmp_path / script.name).symlink_to(script)
    photos = [PIL.Image.fromarray(p) for p in samples.read_photos().values()]
    scenes = [synthetic_scenes.draw_scene(seed, 256) for seed in range(20)]
    photos[0].resize(SIZE).save(tmp_path / "photo.jpg")
    photos[1].resize(SIZE).save(tmp_path / "cat.gif")
    for name in ("photos", "scans/old", "frames"):
        (tmp_path / name).mkdir(parents=True)
    photos[2].resize(SIZE).save(tmp_path / "scans/old/page.tif")
    for number, photo in enumerate(photos):
        photo.save(tmp_path / "photos" / f"{number}.png")
    for number, scene in enumerate(scenes):
        PIL.Image.fromarray(scene).save(tmp_path / f"frames/{number}.png")
    film = [
        film_maker.still(np.ascontiguousarray(scene[:128, :192]), 1)
        for scene in scenes[:2]
    ]
    for name in ("film.mp4", "film.mkv"):
        film_maker.write_film(tmp_path / name, film)
    return tmp_path


@functools.cache
def flags_of(program, switch="--helpfull"):
    """The flags that its help names, and those that turn others off."""
    path = documented.source(program)
    if program.startswith("benchmarks."):  # Their help loads TensorFlow.
        defined = r"DEFINE_\w+\(\s*\"(\w+)\""
        return {*re.findall(defined, path.read_text()), "flagfile"}
    command = [path] if program.endswith(".py") else ["-m", *program.split()]
    done = subprocess.run(
        [sys.executable, *command, switch],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    named = re.findall(r"^ +(?:-.,)?--(\[no\])?(\w+):", done.stdout, re.M)
    assert named, done.stderr
    turned_off = {f"no{name}" for no, name in named if no}
    return {name for _, name in named} | turned_off


@pytest.mark.parametrize("program", OWN_PROGRAMS)
def test_documented_flags_exist(program):
    used = {
        re.match(r"--(\w+)", word)[1]
        for name, words in documented.invocations()
        for word in words
        if name == program and word.startswith("--")
    }
    assert used <= flags_of(program)


def test_each_flag_of_cartoonize_is_documented():
    text = (ROOT / "docs" / "cartoonize.md").read_text()
    options = text[text.index("## Options") : text.index("## Large")]
    rows = re.findall(r"^\| (`--.*?) \|", options, re.M)
    named = {flag for row in rows for flag in re.findall(r"--(\w+)", row)}
    own = flags_of("cartoonize.py", "--help")
    assert named == {flag for flag in own if not flag.startswith("no")}


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_a_documented_command_runs(command, folder):
    if "--output=frames" in command:
        for path in (folder / "frames").iterdir():
            path.unlink()
        (folder / "frames").rmdir()
    before = set(folder.iterdir())
    done = subprocess.run(
        ["sh", "-c", command],
        cwd=folder,
        env=environment(),
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert set(folder.iterdir()) - before


@pytest.mark.parametrize("page", ["README.md", "docs/cartoonize.md"])
def test_the_lines_of_python_run(page, folder):
    (lines,) = documented.blocks(ROOT / page, "python")
    photo = "import PIL.Image, numpy as np\n"
    photo += "photo = np.asarray(PIL.Image.open('photo.jpg'))\n"
    done = subprocess.run(
        [sys.executable, "-"],
        input=photo + lines + "\nassert cartoon.shape == photo.shape\n",
        cwd=folder,
        env=environment(),
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert len(list((folder / "cartoons").iterdir())) == 6
