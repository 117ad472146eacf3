"""What `pip install` brings, in a folder that holds nothing else."""

import importlib.metadata
import os
import pathlib
import re
import shutil
import subprocess
import sys
import venv
import zipfile

import numpy as np
import PIL.Image
import pytest

import cartoongan_tf

pytestmark = pytest.mark.slow

ROOT = pathlib.Path(__file__).parents[2]
FOLDERS = {"cartoongan_tf": "cartoongan_tf", "serving": "cartoongan_serving"}
FILES = ("LICENSE", "README.md", "pyproject.toml", "setup.py")
FLAG = re.compile(r"^ +--(?:\[no\])?(\w+):", re.M)
EXTRAS = {  # With a package of each that the core does without.
    "dev": "pytest",
    "evaluation": "dlib-bin",
    "heic": "pi-heif",
    "hub": "huggingface_hub",
    "onnx": "onnxruntime",
    "quantizer": "litert-quantizer",
    "samples": "scikit-image",
    "scale": "ray",
    "serving": "uvicorn",
}
FROM_PYTHON = """
import PIL.Image
import numpy as np
import cartoongan_tf

assert cartoongan_tf.__version__ == "{version}"
photo = np.asarray(PIL.Image.open("photo.png"))
cartoon = cartoongan_tf.Cartoonizer("storybook")(photo)
PIL.Image.fromarray(cartoon).save("from_python.png")
print(cartoongan_tf.__file__)
"""
WITHOUT_TENSORFLOW = """
import sys
import cartoongan_tf
from cartoongan_tf.inference import litert_runtime
assert "tensorflow" not in sys.modules
"""


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    """A copy of what is distributed, as if the page had its packages."""
    folder = tmp_path_factory.mktemp("source")
    ignored = shutil.ignore_patterns("__pycache__", "node_modules")
    for name in FOLDERS:
        shutil.copytree(ROOT / name, folder / name, ignore=ignored)
    for path in [*map(ROOT.joinpath, FILES), *ROOT.glob("requirements*.txt")]:
        shutil.copy(path, folder)
    package = folder / "serving/page/node_modules/package"
    package.mkdir(parents=True)
    (package / "ci.yml").write_text("test: true")
    return folder


@pytest.fixture(scope="module")
def wheel(source, tmp_path_factory):
    """Built from the sdist, which is built from the source."""
    folder = tmp_path_factory.mktemp("built")
    subprocess.run(
        [
            sys.executable, "-m", "build", "--no-isolation",
            f"--outdir={folder}", source,
        ],
        check=True,
        capture_output=True,
    )  # fmt: skip
    assert len(list(folder.glob("*.tar.gz"))) == 1
    (path,) = folder.glob("*.whl")
    return path


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory):
    """A new environment with the wheel and what it asks for, no extras."""
    folder = tmp_path_factory.mktemp("installed")
    venv.create(folder, with_pip=True)
    constraints = folder / "constraints.txt"
    constraints.write_text(
        "".join(
            f"{found.name}=={found.version}\n"
            for found in importlib.metadata.distributions()
        )
    )
    subprocess.run(
        [
            folder / "bin/python", "-m", "pip", "install", "--quiet",
            f"--constraint={constraints}", wheel,
        ],
        check=True,
    )  # fmt: skip
    return folder


@pytest.fixture
def run(installed, tmp_path):
    """Runs a program of the new environment in a folder with one photo."""
    pixels = np.random.default_rng(0).integers(0, 256, (33, 47, 3), "uint8")
    PIL.Image.fromarray(pixels).save(tmp_path / "photo.png")

    def run(program, *arguments):
        return subprocess.run(
            [installed / "bin" / program, *arguments],
            cwd=tmp_path,
            env={k: v for k, v in os.environ.items() if k != "PYTHONPATH"},
            capture_output=True,
            text=True,
        )

    return run


def test_the_wheel_has_every_module_and_what_they_read(source, wheel):
    names = set(zipfile.ZipFile(wheel).namelist())
    for folder, package in FOLDERS.items():
        for path in (source / folder).rglob("*.py"):
            relative = path.relative_to(source / folder).as_posix()
            assert f"{package}/{relative}" in names
    assert names >= {
        "cartoongan_tf/py.typed",
        "cartoongan_tf/configs/storybook.flags",
        "cartoongan_tf/weights/MODEL_CARD.md",
        "cartoongan_tf/weights/storybook.keras",
        "cartoongan_serving/deploy/models.config",
        "cartoongan_serving/page/site/index.html",
        "cartoongan_serving/page/site/app.js",
    }
    assert not any("node_modules" in name for name in names)
    tops = {name.split("/")[0] for name in names}
    info = f"cartoongan_tf-{cartoongan_tf.__version__}.dist-info"
    assert tops == {*FOLDERS.values(), info}


def test_a_photo_becomes_a_cartoon_by_command_and_from_python(
    run, installed, tmp_path
):
    done = run("cartoongan", "photo.png")
    assert done.returncode == 0, done.stderr
    assert "cartoons/photo.png\n" in done.stderr
    version = cartoongan_tf.__version__
    done = run("python", "-c", FROM_PYTHON.format(version=version))
    assert done.returncode == 0, done.stderr
    assert pathlib.Path(done.stdout.strip()).is_relative_to(installed)
    np.testing.assert_array_equal(
        PIL.Image.open(tmp_path / "cartoons/photo.png"),
        PIL.Image.open(tmp_path / "from_python.png"),
    )


def test_the_core_does_without_what_the_extras_bring(installed):
    (found,) = importlib.metadata.distributions(
        name="cartoongan_tf",
        path=[str(path) for path in installed.glob("lib/*/site-packages")],
    )
    assert set(found.metadata.get_all("Provides-Extra")) == EXTRAS.keys()
    core = {line for line in found.requires if "extra ==" not in line}
    for extra, package in EXTRAS.items():
        assert not any(line.startswith(package) for line in core)
        assert any(
            line.startswith(package) and f'extra == "{extra}"' in line
            for line in found.requires
        )


def test_the_server_is_a_verb_of_the_program(run, installed):
    done = run("cartoongan", "serve", "--help")
    assert done.stderr == ""
    module = run("python", "-m", "cartoongan_serving.local", "--help")
    flags = FLAG.findall(module.stdout)
    assert "model_dir" in flags
    assert FLAG.findall(done.stdout) == flags


def test_flag_files_come_along(run):
    done = run("cartoongan", "train", "--flagfile=configs/quickstart.flags")
    assert done.returncode == 1
    assert "flag --workdir" in done.stderr.lower()
    assert "photo_dir" not in done.stderr  # The file gives it.


def test_litert_needs_no_tensorflow(run):
    done = run("python", "-c", WITHOUT_TENSORFLOW)
    assert done.returncode == 0, done.stderr
