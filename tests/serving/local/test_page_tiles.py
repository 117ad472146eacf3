"""Photos larger than the model, drawn in the browser in tiles."""

import re

import browsing
import numpy as np
import pytest

pytestmark = browsing.MARKS


@pytest.fixture
def visit(open_page, tiled_server):
    visit = open_page(tiled_server)
    visit.draw_here()
    return visit


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
    visit, whole, random, height, width, rows, columns
):
    photo = random.integers(0, 256, (height, width, 3), "uint8")
    visit.choose(browsing.png(photo))
    _, pixels = visit.download()
    assert pixels.shape == photo.shape
    expected = whole(photo, rows, columns)
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
