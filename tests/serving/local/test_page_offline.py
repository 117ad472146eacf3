"""The page without its server, after a visit."""

import urllib.parse

import browsing
import numpy as np
import pytest

pytestmark = browsing.MARKS
GONE = "ERR_CONNECTION_REFUSED"


def stop(process):
    process.terminate()
    process.wait(60)


@pytest.fixture
def flags(published, tiled_model):
    return f"--model_dir={published}", f"--tflite={tiled_model}"


def test_after_a_visit_the_browser_draws_without_the_server(
    open_page, flags, whole, random
):
    photo = random.integers(0, 256, (113, 97, 3), "uint8")
    with browsing.serve(*flags) as (address, process):
        visit = open_page(address, [GONE])
        visit.draw_here()
        visit.choose(browsing.png(photo))
        stop(process)
        visit.page.reload()
        visit.page.get_by_text("cannot be reached now").wait_for()
        assert visit.page.get_by_label("The server").is_disabled()
        assert visit.page.evaluate("crossOriginIsolated")
        visit.choose(browsing.png(photo))
        _, pixels = visit.download()
    assert np.abs(pixels - whole(photo, 116, 100)).max() <= 1


def test_the_server_is_asked_first(open_page, flags):
    """Shows the server's files, not cached ones."""
    with browsing.serve(*flags) as (address, process):
        visit = open_page(address, [GONE])
        visit.page.evaluate("navigator.serviceWorker.ready")
        visit.page.evaluate(
            """async () => (await caches.open("page")).put(
                "page/page.css", new Response("body {opacity: 0.5}",
                  {headers: {"Content-Type": "text/css"}}))"""
        )
        opacity = "getComputedStyle(document.body).opacity"
        visit.page.reload()
        assert visit.page.evaluate(opacity) == "1"
        stop(process)
        visit.page.reload()
        visit.page.get_by_text("cannot be reached now").wait_for()
        assert visit.page.evaluate(opacity) == "1"
    port = urllib.parse.urlsplit(address).port
    with browsing.serve(*flags, f"--port={port}"):
        visit.page.reload()
        visit.page.get_by_text("The photo is sent to the server").wait_for()


def test_older_versions_of_litert_are_not_kept(open_page, flags, random):
    photo = random.integers(0, 256, (40, 40, 3), "uint8")
    with browsing.serve(*flags) as (address, _):
        visit = open_page(address)
        visit.page.evaluate("navigator.serviceWorker.ready")
        visit.page.evaluate(
            """async () => (await caches.open("page")).put(
                "page/litert-1.0.0/core.js", new Response(""))"""
        )
        visit.draw_here()
        visit.choose(browsing.png(photo))
        urls = visit.page.evaluate(
            """async () => (await (await caches.open("page")).keys())
                .map(({url}) => url)"""
        )
    assert any("litert-" in url for url in urls)
    assert not any("litert-1.0.0" in url for url in urls)
    assert any(url.endswith("/model.tflite") for url in urls)
