"""What tests of the page in a browser share."""

import contextlib

import browsing
import keras
import pytest

from cartoongan_tf.export.litert import conversion
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
