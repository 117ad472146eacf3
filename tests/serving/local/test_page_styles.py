"""The styles of a server, each with a picture of it."""

import base64
import io

import browsing
import keras
import numpy as np
import PIL.Image
import pytest
import requests

from cartoongan_tf.export import saved_models
from cartoongan_tf.nn import networks

pytestmark = browsing.MARKS
REFUSED = "Failed to load resource"


@pytest.fixture(scope="module")
def server(published, tmp_path_factory):
    """A server of two styles."""
    keras.utils.set_random_seed(2)
    folder = tmp_path_factory.mktemp("wash")
    network = networks.Generator(filters=4, blocks=1)
    saved_models.write(network, folder / "1")
    flags = f"--model_dir=ink={published}", f"--model_dir=wash={folder}"
    with browsing.serve(*flags) as (address, _):
        yield address


def cartoon_of(server, style, photo):
    """Cartoon of a photo from the server, without the page."""
    data = base64.b64encode(browsing.png(photo)["buffer"]).decode()
    url = f"{server}v1/models/{style}:predict"
    response = requests.post(url, json={"instances": [{"b64": data}]}).json()
    cartoon = base64.b64decode(response["predictions"][0]["b64"])
    return np.asarray(PIL.Image.open(io.BytesIO(cartoon)))


def picture(visit, style):
    """Pixels of a style's picture."""
    canvas = visit.page.locator(f"label:has([value={style}]) canvas")
    width, pixels = canvas.evaluate(
        """(canvas) => [canvas.width, [...canvas.getContext("2d").getImageData(
            0, 0, canvas.width, canvas.height).data]]"""
    )
    return np.reshape(pixels, (-1, width, 4))[..., :3]


def posts(visit):
    urls = [url for method, url in visit.asked if method == "POST"]
    return [url.rpartition("/")[2] for url in urls]


def test_styles_are_names_first_and_the_users_photo_then(visit, server, random):
    ink, wash = (visit.page.get_by_label(name) for name in ("ink", "wash"))
    assert ink.is_checked()
    pictures = visit.page.locator("#styles canvas:not([hidden])")
    assert pictures.count() == 0
    photo = random.integers(0, 256, (40, 100, 3), "uint8")
    visit.choose(browsing.png(photo))
    pictures.nth(1).wait_for()
    assert posts(visit) == ["ink:predict", "ink:predict", "wash:predict"]
    made = {name: cartoon_of(server, name, photo) for name in ("ink", "wash")}
    assert (made["ink"] != made["wash"]).any()
    for name in made:
        np.testing.assert_array_equal(picture(visit, name), made[name])
    wash.check()
    visit.settle()
    np.testing.assert_array_equal(visit.download()[1], made["wash"])
    # The pictures are of the photo still, and are not asked for again.
    assert posts(visit)[3:] == ["wash:predict"]


def test_pictures_are_small(visit, random):
    photo = random.integers(0, 256, (300, 600, 3), "uint8")
    visit.choose(browsing.png(photo))
    visit.page.locator("#styles canvas:not([hidden])").nth(1).wait_for()
    assert picture(visit, "wash").shape == (64, 128, 3)


def test_photos_that_have_no_small_picture_leave_names(
    open_page, server, random
):
    visit = open_page(server, [REFUSED])
    visit.choose(browsing.png(random.integers(0, 256, (40, 90, 3), "uint8")))
    pictures = visit.page.locator("#styles canvas:not([hidden])")
    pictures.nth(1).wait_for()
    thin = random.integers(0, 256, (20, 600, 3), "uint8")
    visit.choose(browsing.png(thin))
    pictures.nth(0).wait_for(state="hidden")
    assert pictures.count() == 0
    assert visit.view == "cartoon"
    assert visit.page.locator("#failure").is_hidden()


def test_styles_are_chosen_by_keyboard(visit, random):
    visit.choose(browsing.png(random.integers(0, 256, (40, 90, 3), "uint8")))
    group = visit.page.get_by_role("group", name="Style")
    radio = group.get_by_role("radio", name="ink", exact=True)
    radio.focus()
    visit.page.keyboard.press("ArrowRight")
    visit.settle()
    assert group.get_by_role("radio", name="wash", exact=True).is_checked()
    assert posts(visit)[-1] == "wash:predict"
