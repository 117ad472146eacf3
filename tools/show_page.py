r"""Makes the picture of the web page in README.md.

    python -m serving.local \
        --model_dir=storybook=exported/storybook/saved_model \
        --model_dir=bright=exported/bright/saved_model ...
    python -m tools.show_page --output=docs/page.jpg

The server runs beside, with each style by its name. The photo comes with
scikit-image (public domain, CC0); the browser is the Chromium of this machine.
"""

import pathlib
import shutil
import tempfile

import playwright.sync_api
from absl import flags

from cartoongan_tf.commands import command_line
from cartoongan_tf.commands import exit
from cartoongan_tf.core import atomic_files
from cartoongan_tf.data import samples
from cartoongan_tf.images import pictures

FLAGS = flags.FLAGS

flags.DEFINE_string("url", "http://127.0.0.1:8501/", "The page.")
flags.DEFINE_string("output", None, "JPEG file to write.", required=True)
flags.DEFINE_string("photo", "coffee", "One of scikit-image's.")
flags.DEFINE_enum("scheme", "light", ["light", "dark"], "Colors.")
flags.DEFINE_integer("width", 1240, "Of the window, in pixels.", 320)
flags.DEFINE_integer("height", 880, "Of the window, in pixels.", 320)
flags.DEFINE_string("chromium", "chromium", "The browser's command.")

_DRAWN = "main[data-view=cartoon]:not([data-busy])"
_IN_ALL_STYLES = """
    document.querySelector("#styles:not([hidden]) canvas[hidden]") === null
"""


def main(_):
    with exit.with_message():
        with tempfile.TemporaryDirectory() as folder:
            photo = pathlib.Path(folder) / f"{FLAGS.photo}.png"
            pictures.write_png(photo, samples.read_photos()[FLAGS.photo])
            shown = look(photo)
        with atomic_files.atomic_path(FLAGS.output) as temporary:
            temporary.write_bytes(shown)


def look(photo: pathlib.Path) -> bytes:
    """The page with a photo and its cartoon, as a JPEG file's contents."""
    with playwright.sync_api.sync_playwright() as driver:
        browser = driver.chromium.launch(
            executable_path=shutil.which(FLAGS.chromium),
            args=["--no-sandbox", "--disable-gpu"],
        )
        page = browser.new_page(
            color_scheme=FLAGS.scheme,
            reduced_motion="reduce",  # the divider stands still
            viewport={"width": FLAGS.width, "height": FLAGS.height},
        )
        page.goto(FLAGS.url)
        page.set_input_files("#file", photo)
        page.wait_for_selector(_DRAWN)
        page.wait_for_function(_IN_ALL_STYLES)
        shown = page.screenshot(type="jpeg", quality=88)
        browser.close()
    return shown


if __name__ == "__main__":
    command_line.run(main)
