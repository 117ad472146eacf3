"""Photos larger than the model, drawn in the browser in tiles."""

import re

import browsing
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

pytestmark = browsing.MARKS
STRIDE = 4


@pytest.fixture(scope="module")
def light():
    """A generator without norms; a pixel depends on 22 rows and columns."""
    network = light_generator.LightGenerator(filters=4, blocks=1)
    random = np.random.default_rng(0)
    for weight in network.trainable_weights:
        weight.assign(random.normal(0, 0.2, weight.shape))
    return network


@pytest.fixture(scope="module")
def server(published, light, tmp_path_factory):
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
    flags = f"--model_dir={published}", f"--tflite={path}"
    with browsing.serve(*flags) as (address, _):
        yield address


@pytest.fixture
def visit(open_page, server):
    visit = open_page(server)
    visit.draw_here()
    return visit


def whole(network, photo, rows, columns):
    """The cartoon in one piece, of a photo with its mirror image beyond."""
    height, width, _ = photo.shape
    beyond = (0, rows - height), (0, columns - width), (0, 0)
    padded = np.pad(photo, beyond, "reflect")
    cartoon = pictures.through(network, padded[np.newaxis])[0].numpy()
    return cartoon[:height, :width].astype(int)


@pytest.mark.parametrize(
    ("height", "width", "rows", "columns"),
    [
        (216, 260, 216, 260),
        (215, 261, 216, 264),
        (301, 50, 304, 72),
        (41, 190, 80, 192),
        (113, 97, 116, 100),
        (33, 47, 80, 96),
    ],
)
def test_tiles_give_what_the_whole_photo_gives(
    visit, light, random, height, width, rows, columns
):
    photo = random.integers(0, 256, (height, width, 3), "uint8")
    visit.choose(browsing.png(photo))
    _, pixels = visit.download()
    assert pixels.shape == photo.shape
    expected = whole(light, photo, rows, columns)
    assert expected.std() > 20
    assert np.abs(pixels - expected).max() <= 1
    assert f"{width} x {height} pixels." in visit.status
    assert not [url for method, url in visit.asked if method != "GET"]


def test_tiles_are_counted_and_can_be_cancelled(visit, random):
    visit.page.evaluate(
        """() => {
          window.seen = [];
          new MutationObserver(() => {
            seen.push(step.textContent);
            if (step.textContent.includes("tile 5 of")) cancel.click();
          }).observe(step, {childList: true});
        }"""
    )
    photo = random.integers(0, 256, (1000, 1000, 3), "uint8")
    visit.choose(browsing.png(photo))
    seen = "\n".join(visit.page.evaluate("seen"))
    tiles = re.findall(r"^Drawing in this browser: tile (\d+) of", seen, re.M)
    assert tiles == ["1", "2", "3", "4", "5"]
    assert visit.view == "welcome"


def test_the_longest_side_holds_in_the_browser(visit, random):
    photo = random.integers(0, 256, (30, 1300, 3), "uint8")
    visit.choose(browsing.png(photo))
    assert "1024 x 24 pixels, reduced from 1300 x 30." in visit.status
    visit.page.select_option("#side", label="Full size, up to 16 megapixels")
    visit.settle()
    assert "1300 x 30 pixels." in visit.status
    visit.page.get_by_text("The server", exact=True).click()
    visit.settle()
    assert visit.page.locator("#side").input_value() == "2048"
