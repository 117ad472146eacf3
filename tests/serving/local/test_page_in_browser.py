"""The web page, in a browser, against the command that serves it."""

import contextlib
import re
import socket
import urllib.parse

import browsing
import numpy as np
import PIL.Image
import PIL.ImageOps
import pytest
import requests
from waiting import wait_until

from cartoongan_tf.inference import litert_runtime
from cartoongan_tf.inference import saved_model_runtime
from serving.local import page
from serving.local import versions

pytestmark = browsing.MARKS
REFUSED = "Failed to load resource"  # as the console says of any 4xx and 5xx


@pytest.fixture
def cartoon(published, photo):
    """Cartoon of the photo by the server's model, without a server."""
    return cartoon_of(published, photo)


def cartoon_of(published, photo):
    model = saved_model_runtime.SessionModel(published / "1")
    return model.run("uint8", photo[np.newaxis])[0]


def test_the_server_draws_what_its_model_draws(visit, photo, cartoon):
    visit.choose(browsing.png(photo))
    name, pixels = visit.download()
    assert name == "photo-cartoon.png"
    np.testing.assert_array_equal(pixels, cartoon)
    assert re.fullmatch(r"Drawn in \d+\.\d s: 56 x 36 pixels\.", visit.status)


@pytest.mark.parametrize(
    ("height", "width", "signature", "rows", "columns"),
    [
        (36, 56, "64x48", 48, 64),
        (70, 33, "40x80", 80, 40),
        (17, 64, "64x48", 48, 64),
    ],
)
def test_the_browser_draws_what_the_file_draws(
    visit, tflite, random, height, width, signature, rows, columns
):
    photo = random.integers(0, 256, (height, width, 3), "uint8")
    visit.draw_here()
    visit.choose(browsing.png(photo))
    _, pixels = visit.download()
    beyond = (0, rows - height), (0, columns - width), (0, 0)
    padded = np.pad(photo, beyond, "reflect") / np.float32(127.5) - 1
    model = litert_runtime.LitertModel(tflite)
    expected = (model.run(signature, padded[np.newaxis])[0] + 1) * 127.5
    expected = np.clip(np.round(expected[:height, :width]), 0, 255)
    assert np.abs(pixels - expected).max() <= 1
    assert not [url for method, url in visit.asked if method != "GET"]


def test_the_browser_shrinks_what_its_model_cannot_hold(visit, random):
    photo = random.integers(0, 256, (60, 240, 3), "uint8")
    visit.draw_here()
    visit.choose(browsing.png(photo))
    assert "64 x 16 pixels, reduced from 240 x 60." in visit.status
    _, pixels = visit.download()
    assert pixels.shape == (16, 64, 3)


def test_photos_are_reduced_before_they_are_sent(visit, random):
    photo = np.full((900, 1300, 3), 200, "uint8")
    photo[:, :650] = 20
    visit.choose(browsing.png(photo))
    assert "1024 x 709 pixels, reduced from 1300 x 900." in visit.status
    visit.page.select_option("#side", "512")
    visit.settle()
    assert "512 x 354 pixels, reduced from 1300 x 900." in visit.status
    visit.set_strength(0)
    _, pixels = visit.download()
    assert pixels.shape == (354, 512, 3)
    np.testing.assert_array_equal(np.unique(pixels[:, :250]), [20])
    np.testing.assert_array_equal(np.unique(pixels[:, 262:]), [200])


def test_strength_goes_from_photo_to_cartoon(visit, photo, cartoon):
    visit.choose(browsing.png(photo))
    visit.set_strength(0)
    np.testing.assert_array_equal(visit.download()[1], photo)
    visit.set_strength(25)
    mixed = 0.75 * photo.astype(float) + 0.25 * cartoon
    assert np.abs(visit.download()[1] - mixed).max() <= 1.5
    assert visit.page.inner_text("#percent") == "25 %"
    visit.set_strength(100)
    np.testing.assert_array_equal(visit.download()[1], cartoon)


def test_it_can_be_downloaded_as_jpeg(visit, cartoon, photo):
    visit.choose(browsing.png(photo))
    name, pixels = visit.download("#jpeg")
    assert name == "photo-cartoon.jpg"
    assert np.abs(pixels - cartoon.astype(float)).mean() < 20


def test_photos_are_turned_upright(visit, random):
    photo = random.integers(0, 256, (4, 7, 3), "uint8")
    photo = np.kron(photo, np.ones((8, 8, 1), "uint8"))
    exif = PIL.Image.Exif()
    exif[0x0112] = 6  # to be turned clockwise
    visit.choose(browsing.jpeg(photo, exif=exif, quality=100, subsampling=0))
    visit.set_strength(0)
    _, pixels = visit.download()
    upright = np.rot90(photo, -1).astype(float)
    assert np.abs(pixels - upright).mean() < 3


def test_transparency_is_put_on_white(visit, photo):
    alpha = np.zeros((36, 56, 1), "uint8")
    alpha[10:] = 255
    visit.choose(browsing.png(np.dstack([photo, alpha])))
    visit.set_strength(0)
    _, pixels = visit.download()
    assert (pixels[:10] == 255).all()
    np.testing.assert_array_equal(pixels[10:], photo[10:])


@pytest.mark.parametrize("event", ["drop", "paste"])
def test_files_are_dropped_and_pasted(visit, photo, cartoon, event):
    file = browsing.png(photo)
    visit.page.evaluate(
        """([event, name, type, bytes]) => {
          const files = new DataTransfer();
          files.items.add(new File([new Uint8Array(bytes)], name, {type}));
          document.body.dispatchEvent(event === "drop"
            ? new DragEvent(event, {dataTransfer: files, bubbles: true})
            : new ClipboardEvent(event, {clipboardData: files, bubbles: true}));
        }""",
        [event, file["name"], file["mimeType"], list(file["buffer"])],
    )
    visit.page.wait_for_selector("#main[data-view=cartoon]")
    np.testing.assert_array_equal(visit.download()[1], cartoon)


def test_dropping_no_file_is_explained(visit):
    visit.page.evaluate(
        """() => document.body.dispatchEvent(new DragEvent("drop",
            {dataTransfer: new DataTransfer(), bubbles: true}))"""
    )
    assert visit.failure.startswith("That was no file.")


def test_photos_are_taken_with_a_camera(visit):
    visit.page.get_by_text("Take a photo").click()
    visit.page.wait_for_function("() => finder.videoWidth")
    visit.page.click("#shoot")
    visit.page.wait_for_selector("#main[data-view=cartoon]:not([data-busy])")
    name, pixels = visit.download()
    assert name == "camera-cartoon.png"
    assert min(pixels.shape[:2]) > 100
    assert visit.page.evaluate("finder.srcObject") is None


def test_the_camera_can_be_left(visit):
    visit.page.get_by_text("Take a photo").click()
    visit.page.wait_for_function("() => finder.videoWidth")
    visit.page.keyboard.press("Escape")
    visit.page.wait_for_selector("#camera", state="hidden")
    assert visit.view == "welcome"
    visit.page.wait_for_function("() => finder.srcObject === null")


def test_the_divider_follows_keys(visit, photo):
    visit.choose(browsing.png(photo))
    divider = visit.page.get_by_role("slider", name="photo")
    divider.focus()
    assert divider.get_attribute("aria-valuenow") == "50"
    for key, expected in [
        ("ArrowLeft", "48"),
        ("PageUp", "68"),
        ("End", "100"),
        ("ArrowRight", "100"),
        ("Home", "0"),
    ]:
        visit.page.keyboard.press(key)
        assert divider.get_attribute("aria-valuenow") == expected
    assert divider.get_attribute("aria-valuetext") == "0 % photo, 100 % cartoon"


def test_the_divider_follows_the_mouse(visit, photo, cartoon):
    visit.choose(browsing.png(photo))
    box = visit.page.locator("#comparison").bounding_box()
    middle = box["y"] + box["height"] / 2
    mouse = visit.page.mouse
    mouse.move(box["x"] + box["width"] / 2, middle)
    mouse.down()
    mouse.move(box["x"] + box["width"] * 0.75, middle, steps=3)
    mouse.up()
    mouse.move(box["x"] + 5, middle)  # no longer held
    divider = visit.page.locator("#divider")
    assert divider.get_attribute("aria-valuenow") == "75"
    shown = visit.page.evaluate(
        """([x, y]) => getComputedStyle(photo).clipPath""", [0, 0]
    )
    assert shown == "inset(0px 25% 0px 0px)"


def test_everything_is_reached_by_keyboard(visit, photo):
    keyboard = visit.page.keyboard
    with visit.page.expect_file_chooser() as chooser:
        keyboard.press("Tab")
        keyboard.press("Enter")
    chooser.value.set_files(browsing.png(photo))
    visit.page.wait_for_selector("#main[data-view=cartoon]:not([data-busy])")
    reached = []
    visit.page.locator("#divider").focus()
    keyboard.press("Shift+Tab")
    for _ in range(9):
        keyboard.press("Tab")
        reached.append(
            visit.page.evaluate(
                """() => [document.activeElement.id
                    || document.activeElement.name,
                    getComputedStyle(document.activeElement).outlineStyle]"""
            )
        )
    names = [name for name, _ in reached]
    order = ["divider", "strength", "engine", "side", "png", "jpeg", "another"]
    assert [name for name in names if name in order][: len(order)] == order


def test_files_that_are_no_photos_are_explained(visit, photo):
    def choose(name, kind, data):
        visit.choose({"name": name, "mimeType": kind, "buffer": data})
        return visit.failure

    assert choose("a.txt", "text/plain", b"text").startswith(
        "a.txt is not a picture."
    )
    damaged = browsing.png(photo)["buffer"][:40]
    assert "it is damaged" in choose("a.png", "image/png", damaged)
    assert "HEIC" in choose("IMG_1.HEIC", "", b"\0\0\0\x18ftypheic")
    assert choose("a.png", "image/png", b"") == "a.png is empty."
    assert visit.view == "welcome"


def test_the_last_cartoon_stays_when_the_next_fails(visit, photo, cartoon):
    visit.choose(browsing.png(photo))
    visit.choose({"name": "a.txt", "mimeType": "text/plain", "buffer": b"x"})
    assert visit.failure
    np.testing.assert_array_equal(visit.download()[1], cartoon)
    visit.page.select_option("#side", "512")  # draws the photo, not the text
    visit.settle()
    assert visit.page.locator("#failure").is_hidden()
    np.testing.assert_array_equal(visit.download()[1], cartoon)


def test_errors_of_the_server_are_shown_as_they_are(open_page, server):
    visit = open_page(server, [REFUSED])
    visit.choose(browsing.png(np.zeros((15, 24, 3), "uint8")))
    assert visit.failure == (
        "The server refused the picture. The picture has 24 x 15 pixels, and "
        "16 a side are the least."
    )
    assert visit.page.locator("#retry").is_hidden()


def test_a_stopped_server_is_reported_and_may_come_back(
    open_page, published, photo, cartoon
):
    flag = f"--model_dir={published}"
    with browsing.serve(flag) as (address, process):
        visit = open_page(address, [REFUSED])
        process.terminate()
        process.wait(60)
        visit.choose(browsing.png(photo))
        assert visit.failure.startswith("The server does not answer.")
    port = urllib.parse.urlsplit(address).port
    with browsing.serve(flag, f"--port={port}"):
        visit.page.click("#retry")
        visit.settle()
        np.testing.assert_array_equal(visit.download()[1], cartoon)


def test_a_busy_server_is_reported_and_tried_again(
    open_page, published, random
):
    photo = random.integers(0, 256, (300, 400, 3), "uint8")
    flags = ("--max_enqueued_requests=1", "--max_body_mb=1")
    with browsing.serve(f"--model_dir={published}", *flags) as (address, _):
        visit = open_page(address, [REFUSED])
        with slow_sender(address):
            visit.choose(browsing.png(photo))
            assert visit.failure.startswith("The server is busy")
        visit.page.click("#retry")
        visit.settle()
        assert visit.view == "cartoon"


@contextlib.contextmanager
def slow_sender(address):
    """Someone else, whose upload leaves no room for another."""
    where = urllib.parse.urlsplit(address)
    path = "/v1/models/cartoongan:predict"
    head = f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Length: {2**20}\r\n\r\n"
    with socket.create_connection((where.hostname, where.port)) as sender:
        sender.sendall(head.encode() + bytes(2**20 - 1))
        other = urllib.parse.urljoin(address, path)
        wait_until(lambda: requests.post(other, b"{}").status_code == 503)
        yield


def test_a_server_that_cannot_say_its_styles_is_reported(open_page, server):
    visit = open_page(server, [REFUSED], service_workers="block")
    visit.page.route("**/models.json", lambda route: route.fulfill(status=500))
    visit.page.reload()
    visit.page.locator("#failure").wait_for()
    assert visit.failure == "The server does not say what styles it has."
    visit.page.unroute("**/models.json")
    visit.page.click("#retry")
    visit.page.get_by_text("The photo is sent to the server").wait_for()


def test_photos_too_large_for_the_server_are_reported(
    open_page, published, random
):
    photo = random.integers(0, 256, (1000, 1020, 3), "uint8")
    with browsing.serve(f"--model_dir={published}", "--max_body_mb=1") as (
        address,
        _,
    ):
        visit = open_page(address, [REFUSED])
        visit.choose(browsing.png(photo))
        assert visit.failure.startswith("The picture is too large")


def test_a_server_that_takes_too_long_is_reported(open_page, published, photo):
    flags = f"--model_dir={published}", "--rest_api_timeout_in_ms=1"
    with browsing.serve(*flags) as (address, _):
        visit = open_page(address, [REFUSED])
        visit.choose(browsing.png(photo))
        assert visit.failure.startswith("The server took too long.")
        assert visit.page.locator("#retry").is_visible()


def test_drawing_can_be_cancelled(open_page, server, photo, cartoon):
    visit = open_page(server, service_workers="block")
    visit.page.route("**/model.tflite", lambda route: None)  # a slow network
    visit.page.get_by_text("This browser").click()
    visit.page.set_input_files("#file", browsing.png(photo))
    visit.page.get_by_text("Fetching the model").first.wait_for()
    visit.page.click("#cancel")
    visit.settle()
    assert visit.page.locator("#failure").is_hidden()
    visit.page.get_by_text("The server", exact=True).click()
    visit.choose(browsing.png(photo))
    np.testing.assert_array_equal(visit.download()[1], cartoon)


def test_a_setting_may_change_while_a_photo_is_drawn(
    open_page, server, photo, cartoon
):
    visit = open_page(server, service_workers="block")
    visit.page.route("**/model.tflite", lambda route: None)  # a slow network
    visit.page.get_by_text("This browser").click()
    visit.page.set_input_files("#file", browsing.png(photo))
    visit.page.get_by_text("Fetching the model").first.wait_for()
    visit.page.get_by_text("The server", exact=True).click()
    visit.settle()
    np.testing.assert_array_equal(visit.download()[1], cartoon)
    visit.page.select_option("#side", "512")
    visit.settle()
    np.testing.assert_array_equal(visit.download()[1], cartoon)


def test_names_with_markup_are_text(open_page, published, photo):
    """Names of a model, and of a photo from somebody else."""
    markup = "<img src=x onerror=document.body.remove()>"
    with browsing.serve(f"--model_dir={markup}={published}") as (address, _):
        visit = open_page(address)
        file = browsing.png(photo) | {"name": f"{markup}.png"}
        visit.choose(file)
        posts = [url for method, url in visit.asked if method == "POST"]
        quoted = urllib.parse.quote(markup, safe="()")
        assert posts == [f"{address}v1/models/{quoted}:predict"]
        assert visit.page.locator("img[src=x]").count() == 0
        name, _ = visit.download()
        assert "img src=x" in name


def test_without_npm_the_page_tells_the_command(
    open_page, published, tflite, tmp_path
):
    catalog = versions.Catalog({"ink": published})
    catalog.refresh()
    routes = page.routes(catalog, tflite, tmp_path / "absent")
    with browsing.serve_routes(routes) as port:
        visit = open_page(f"http://127.0.0.1:{port}/")
        assert visit.page.get_by_label("This browser").is_disabled()
        told = visit.page.inner_text("#privacy")
    assert "npm ci --prefix serving/page" in told


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
def test_nothing_is_wider_than_the_screen(
    open_page, server, photo, scheme, width
):
    visit = open_page(
        server,
        color_scheme=scheme,
        viewport={"width": width, "height": 740},
    )
    root = "document.documentElement.scrollWidth"
    assert visit.page.evaluate(root) == width
    visit.choose(browsing.png(photo))
    assert visit.page.evaluate(root) == width
    background = visit.page.evaluate(
        "getComputedStyle(document.body).backgroundColor"
    )
    levels = list(map(int, re.findall(r"\d+", background)[:3]))
    assert (np.mean(levels) < 60) == (scheme == "dark")


def test_the_page_cannot_ask_others(open_page, server):
    visit = open_page(server, ["Content Security Policy"])
    with pytest.raises(Exception, match="Failed to fetch"):
        visit.page.evaluate("fetch('http://127.0.0.2:9/')")


def test_the_page_is_isolated_so_that_threads_work(visit):
    assert visit.page.evaluate("crossOriginIsolated")
