"""Fixtures for tests of the page in a browser."""

import contextlib

import browsing
import keras
import numpy as np
import pytest

from cartoongan_tf.export import export_report
from cartoongan_tf.export import exporter
from cartoongan_tf.export import fidelity
from cartoongan_tf.export import profiling
from cartoongan_tf.export.litert import conversion
from cartoongan_tf.images import pictures
from cartoongan_tf.inference import styles
from cartoongan_tf.inference import tiling
from cartoongan_tf.nn import light_generator
from cartoongan_tf.nn import networks


@pytest.fixture(scope="module")
def tflite(tmp_path_factory):
    """A file of two sizes, not square, and not the server's network."""
    keras.utils.set_random_seed(1)
    network = networks.Generator(filters=4, blocks=1)
    path = tmp_path_factory.mktemp("tflite") / "tiny.tflite"
    path.write_bytes(
        conversion.convert(network, [(64, 48), (40, 80)], "float32")
    )
    return path


@pytest.fixture(scope="module")
def server(published, tflite):
    flags = f"--model_dir={published}", f"--tflite={tflite}"
    with browsing.serve(*flags) as (address, _):
        yield address


@pytest.fixture(scope="module")
def browser():
    with browsing.browse() as browser:
        yield browser


@pytest.fixture
def open_page(browser):
    """Opens pages; none may complain, or ask anyone but its server."""
    visits = []
    with contextlib.ExitStack() as stack:

        def open_page(address, foreseen=(), **settings):
            settings = {"reduced_motion": "reduce", **settings}
            context = stack.enter_context(browser.new_context(**settings))
            visits.append(browsing.Visit(context, address, foreseen))
            return visits[-1]

        yield open_page
    for visit in visits:
        assert not visit.complaints
        assert not visit.outside()


@pytest.fixture
def visit(open_page, server):
    return open_page(server)


@pytest.fixture
def photo(random):
    return random.integers(0, 256, (36, 56, 3), "uint8")


@pytest.fixture(scope="module")
def light():
    """A generator without norms; a pixel depends on 22 rows and columns."""
    network = light_generator.LightGenerator(filters=4, blocks=1)
    random = np.random.default_rng(0)
    for weight in network.trainable_weights:
        weight.assign(random.normal(0, 0.2, weight.shape))
    return network


@pytest.fixture(scope="module")
def tiled_model(light, tmp_path_factory):
    """A file of two sizes, neither as large as most photos, and its report."""
    folder = tmp_path_factory.mktemp("exported")
    sizes = [(96, 80), (72, 112)]
    path = folder / "cartoongan_float32.tflite"
    path.write_bytes(conversion.convert(light, sizes, "float32"))
    artifact = exporter.Artifact(
        path.name,
        "float32",
        1,
        fidelity.Fidelity(100, 1, 0),
        profiling.Profile({}, None),
    )
    about = {"tiles": tiling.exact_tiles(light)}
    style = styles.About("tiny", None, None)
    export_report.write(folder, [artifact], [], about, style)
    return path


@pytest.fixture(scope="module")
def tiled_server(published, tiled_model):
    flags = f"--model_dir={published}", f"--tflite={tiled_model}"
    with browsing.serve(*flags) as (address, _):
        yield address


@pytest.fixture
def whole(light):
    """The cartoon in one piece, of a photo with its mirror image beyond."""

    def whole(photo, rows, columns):
        height, width, _ = photo.shape
        beyond = (0, rows - height), (0, columns - width), (0, 0)
        padded = np.pad(photo, beyond, "reflect")
        cartoon = pictures.apply_network(light, padded[np.newaxis])[0].numpy()
        return cartoon[:height, :width].astype(int)

    return whole
