"""A server of the command line, and a browser that looks at its page."""

import contextlib
import io
import os
import re
import shutil
import socket
import threading

import local_process
import numpy as np
import PIL.Image
import playwright.sync_api
import pytest
import uvicorn
from starlette import applications

_NAMES = "chromium", "chromium-browser", "google-chrome", "chrome"
# The camera is a picture that Chromium makes; nothing else asks for a network.
_ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
)
_SECONDS = 60


def chromium():
    """Path of the browser, or None."""
    return os.environ.get("CARTOONGAN_CHROMIUM") or next(
        filter(None, map(shutil.which, _NAMES)), None
    )


MARKS = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.skipif(
        not chromium(),
        reason="no Chromium on the PATH; set CARTOONGAN_CHROMIUM",
    ),
]


@contextlib.contextmanager
def serve(*flags):
    """Runs the command; gives the page's address and the process."""
    with local_process.started(*flags) as (address, process):
        yield f"{address}/", process


@contextlib.contextmanager
def serve_routes(routes):
    """Runs some routes only, in a thread; gives the port."""
    app = applications.Starlette(routes=routes)
    server = uvicorn.Server(
        uvicorn.Config(app, lifespan="off", log_level="warning")
    )
    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=server.run, args=([listening],))
        thread.start()
        try:
            yield listening.getsockname()[1]
        finally:
            server.should_exit = True
            thread.join()


@contextlib.contextmanager
def browse(*flags):
    """Starts the browser."""
    with playwright.sync_api.sync_playwright() as driver:
        browser = driver.chromium.launch(
            executable_path=chromium(), args=[*_ARGUMENTS, *flags]
        )
        yield browser
        browser.close()


def png(pixels):
    """A file of these pixels, to be chosen."""
    return _file("photo.png", "image/png", _encoded(pixels, "PNG"))


def jpeg(pixels, **settings):
    return _file(
        "photo.jpg", "image/jpeg", _encoded(pixels, "JPEG", **settings)
    )


def _file(name, kind, data):
    return {"name": name, "mimeType": kind, "buffer": data}


def _encoded(pixels, form, **settings):
    stream = io.BytesIO()
    PIL.Image.fromarray(pixels).save(stream, form, **settings)
    return stream.getvalue()


class Visit:
    """The page, and what it asked for and complained of.

    Args:
        context: Of a browser.
        address: Of the page.

    Attributes:
        page: As Playwright has it.
        asked: Methods and addresses of all requests.
        complaints: Errors of the console and of scripts, but for `foreseen`.
    """

    def __init__(self, context, address, foreseen=()):
        self.address = address
        self.asked = []
        self.complaints = []
        self._foreseen = foreseen
        context.set_default_timeout(_SECONDS * 1000)
        context.on("request", self._note)
        self.page = context.new_page()
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda e: self.complaints.append(str(e)))
        # Else the first chooser may open before Playwright looks for one.
        self.page.on("filechooser", lambda _: None)
        self.page.goto(address)
        self.page.get_by_text("The photo is sent to the server").wait_for()

    def choose(self, file):
        """Chooses a file, waits for what comes of it."""
        self.page.set_input_files("#file", file)
        self.settle()

    def settle(self):
        self.page.wait_for_selector("#main:not([data-busy])")

    def draw_here(self):
        self.page.get_by_text("This browser").click()
        self.settle()

    def set_strength(self, percent):
        self.page.locator("#strength").fill(str(percent))

    @property
    def status(self):
        return self.page.inner_text("#status").replace("\xd7", "x")

    @property
    def failure(self):
        """What the page says went wrong, or nothing."""
        return self.page.inner_text("#failure:not([hidden]) #reason")

    @property
    def view(self):
        return self.page.get_attribute("#main", "data-view")

    def download(self, button="#png"):
        """Name and pixels of what is downloaded."""
        with self.page.expect_download() as coming:
            self.page.click(button)
        with PIL.Image.open(coming.value.path()) as picture:
            pixels = np.array(picture.convert("RGB"))
        return coming.value.suggested_filename, pixels

    def outside(self):
        """Requests that left the server's own address."""
        own = self.address, f"blob:{self.address}"
        return [url for _, url in self.asked if not url.startswith(own)]

    def _note(self, request):
        self.asked.append((request.method, request.url))

    def _hear(self, message):
        known = any(re.search(words, message.text) for words in self._foreseen)
        if message.type == "error" and not known:
            self.complaints.append(message.text)
