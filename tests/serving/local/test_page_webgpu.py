"""The page in a browser with a graphics chip, played by the processor."""

import browsing
import numpy as np
import pytest

pytestmark = browsing.MARKS
THROW = "() => { throw new Error('out of order'); }"
LOSE = """
  const ask = GPUAdapter.prototype.requestDevice;
  GPUAdapter.prototype.requestDevice = async function (...options) {
    const device = await ask.apply(this, options);
    device.destroy();
    return device;
  };
"""


@pytest.fixture(scope="module")
def browser():
    flags = "--enable-unsafe-webgpu", "--use-webgpu-adapter=swiftshader"
    with browsing.browse(*flags) as browser:
        yield browser


def assert_drawn(visit, photo, whole, by):
    visit.draw_here()
    visit.choose(browsing.png(photo))
    assert visit.status.startswith(f"Drawn on the {by} in")
    _, pixels = visit.download()
    assert np.abs(pixels - whole(photo, 116, 100)).max() <= 1


def test_graphics_chips_draw_what_the_processor_draws(
    open_page, tiled_server, whole, random
):
    visit = open_page(tiled_server)
    photo = random.integers(0, 256, (113, 97, 3), "uint8")
    assert_drawn(visit, photo, whole, "graphics chip")


@pytest.mark.parametrize(
    "broken",
    [
        f"GPUAdapter.prototype.requestDevice = {THROW};",
        LOSE,
        f"GPUQueue.prototype.submit = {THROW};",
        "navigator.gpu.requestAdapter = async () => null;",
    ],
)
def test_the_processor_draws_where_the_graphics_chip_fails(
    open_page, tiled_server, whole, random, broken
):
    visit = open_page(tiled_server, service_workers="block")

    def spoil(route):
        script = route.fetch()
        route.fulfill(response=script, body=broken + script.text())

    visit.page.route("**/browser_worker.js", spoil)
    photo = random.integers(0, 256, (113, 97, 3), "uint8")
    assert_drawn(visit, photo, whole, "processor")
