import gc
import io
import os
import pathlib
import subprocess
import threading

import keras
import local_process
import numpy as np
import PIL.Image
import pytest
import words_model

from cartoongan_tf.core import model_interface
from cartoongan_tf.data import folder_scan
from cartoongan_tf.data import image_source
from cartoongan_tf.data import samples
from cartoongan_tf.data import synthetic_scenes
from cartoongan_tf.export import saved_models
from cartoongan_tf.export import warmup
from cartoongan_tf.images import pictures
from cartoongan_tf.inference import saved_model_runtime
from cartoongan_tf.nn import networks
from serving.local import model

ROOT = pathlib.Path(__file__).parents[1]
SHARED = pathlib.Path(os.environ.get("CARTOONGAN_SHARED", "../shared"))


def pytest_collection_modifyitems(items):
    if SHARED.is_dir():
        return
    reason = f"{SHARED} is absent; set CARTOONGAN_SHARED"
    for item in items:
        if item.get_closest_marker("shared"):
            item.add_marker(pytest.mark.skip(reason=reason))


@pytest.fixture(scope="session")
def shared():
    """The folder `data` of the shared folder."""
    return SHARED / "data"


@pytest.fixture(scope="session")
def cases():
    """The folder `cases` of the shared folder."""
    return SHARED / "cases"


@pytest.fixture
def random():
    return np.random.default_rng(0)


@pytest.fixture
def make_folder(tmp_path, random):
    """Makes folders of noisy pictures, never square."""

    def make(name, count=3, height=40, width=56):
        for number in range(count):
            pixels = random.integers(0, 256, (height, width, 3), "uint8")
            pictures.write_png(tmp_path / name / f"{number}.png", pixels)
        return tmp_path / name

    return make


@pytest.fixture
def kinds(tmp_path):
    """A folder of real photos and one of drawings, at 256 pixels and more."""
    for name, photo in samples.read_photos().items():
        pictures.write_png(tmp_path / "real" / f"{name}.png", photo)
    for seed in range(30):
        scene = synthetic_scenes.draw_scene(seed, 256)
        pictures.write_png(tmp_path / "drawn" / f"{seed}.png", scene)
    return tmp_path / "real", tmp_path / "drawn"


@pytest.fixture
def open_folder():
    """Opens a folder of pictures for use in a graph."""

    def open_folder(folder, cache=image_source.NO_CACHE):
        scan = folder_scan.scan_folder(folder, "dir")
        assert not scan.problems
        return image_source.open_source(scan, cache)

    return open_folder


@pytest.fixture
def generator():
    """A tiny generator with weights that do not cancel out."""
    keras.utils.set_random_seed(0)
    return networks.Generator(filters=4, blocks=1)


@pytest.fixture
def discriminator():
    keras.utils.set_random_seed(1)
    return networks.Discriminator(filters=4)


@pytest.fixture(scope="session")
def published(tmp_path_factory):
    """A folder of versions as a server watches it: version 1 of a tiny model.

    Tests that publish or remove versions copy it first.
    """
    keras.utils.set_random_seed(0)
    folder = tmp_path_factory.mktemp("published") / "saved_model"
    network = networks.Generator(filters=4, blocks=1)
    saved_models.write(network, folder / "1")
    warmup.write(folder / "1", [(24, 32)])
    return folder


@pytest.fixture(scope="module")
def served(published):
    """`python -m serving.local` of that model, in a process of its own."""
    with local_process.serve(f"--model_dir={published}") as address:
        yield address


@pytest.fixture(scope="session")
def cartoon_of(published):
    """What that model makes of an encoded picture, without a server."""
    loaded = saved_model_runtime.SessionModel(published / "1")

    def cartoon_of(data):
        (cartoon,) = loaded.run(model_interface.BYTES, np.array([data], object))
        return np.asarray(PIL.Image.open(io.BytesIO(cartoon)))

    return cartoon_of


@pytest.fixture(scope="module")
def frozen():
    """Makes collections of garbage, one each unloaded version, fast."""
    gc.freeze()
    yield
    gc.unfreeze()


@pytest.fixture
def words(tmp_path, frozen):
    """Version 1 of a model of words, in a folder of the test's own."""
    words_model.write(tmp_path / "words" / "1")
    return tmp_path / "words"


@pytest.fixture
def held_runs(monkeypatch):
    """An event: while it is cleared, no run of a served model goes on."""
    goes_on = threading.Event()
    goes_on.set()
    run = model.Model.run

    def held(*args):
        assert goes_on.wait(60)
        return run(*args)

    monkeypatch.setattr(model.Model, "run", held)
    yield goes_on
    goes_on.set()


@pytest.fixture
def run_command():
    """Runs a command of ours in a process of its own, to its end."""

    def run(*command, **settings):
        return subprocess.run(
            command, cwd=ROOT, capture_output=True, text=True, **settings
        )

    return run
