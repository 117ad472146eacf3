"""Several photos at a time."""

import io
import urllib.parse
import zipfile

import browsing
import numpy as np
import PIL.Image
import pytest

from cartoongan_tf.inference import saved_model_runtime

pytestmark = browsing.MARKS
REFUSED = "Failed to load resource"
BROKEN = {"name": "broken.png", "mimeType": "image/png", "buffer": b"\x89PNG"}


@pytest.fixture
def photos(random):
    return random.integers(0, 256, (7, 36, 56, 3), "uint8")


@pytest.fixture
def files(photos):
    """Seven photos, one of them twice by its name, and one that is none."""
    names = ["a.png", "b.png", "c.png", "a.png", "e.png", "f.png", "g.png"]
    pairs = zip(names, photos, strict=True)
    files = [browsing.png(photo) | {"name": name} for name, photo in pairs]
    return [*files[:3], BROKEN, *files[3:]]


@pytest.fixture(scope="module")
def server(published):
    with browsing.serve(f"--model_dir={published}") as (address, _):
        yield address


@pytest.fixture
def draw(published):
    """Cartoon of a photo by the server's model, without a server."""
    model = saved_model_runtime.SessionModel(published / "1")
    return lambda photo: model.run("uint8", photo[np.newaxis])[0]


def states(visit):
    return visit.page.eval_on_selector_all(
        "#strip button", "(buttons) => buttons.map((b) => b.dataset.state)"
    )


def thumbnails(visit):
    """Pixels of the first and of the last one."""
    shape, *all_pixels = visit.page.evaluate(
        """() => {
          const all = [...document.querySelectorAll("#strip canvas")];
          const {width, height} = all[0];
          return [[height, width, 4], ...[all[0], all.at(-1)].map(
            (canvas) => [...canvas.getContext("2d")
              .getImageData(0, 0, width, height).data])];
        }"""
    )
    return [np.reshape(pixels, shape)[..., :3] for pixels in all_pixels]


def unpacked(visit):
    """Files of the ZIP file, and what unpacks it finds it good."""
    with visit.page.expect_download() as coming:
        visit.page.click("#zip")
    assert coming.value.suggested_filename == "cartoons.zip"
    with zipfile.ZipFile(coming.value.path()) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def pixels(data):
    return np.asarray(PIL.Image.open(io.BytesIO(data)).convert("RGB"))


def test_all_are_drawn_but_those_that_cannot_be(visit, files, photos, draw):
    visit.choose(files)
    assert states(visit) == ["drawn"] * 3 + ["failed"] + ["drawn"] * 4
    assert visit.status.startswith("7 of 8 photos drawn in")
    assert visit.page.locator("#failure").is_hidden()
    cartoons = [draw(photo) for photo in photos]
    np.testing.assert_array_equal(visit.download()[1], cartoons[0])
    made = unpacked(visit)
    names = ["a-cartoon.png", "b-cartoon.png", "c-cartoon.png"]
    names += ["a-cartoon-2.png", "e-cartoon.png", "f-cartoon.png"]
    assert list(made) == [*names, "g-cartoon.png"]
    for data, cartoon in zip(made.values(), cartoons, strict=True):
        np.testing.assert_array_equal(pixels(data), cartoon)


def test_a_thumbnail_shows_its_photo_or_why_there_is_no_cartoon(
    visit, files, photos, draw
):
    visit.choose(files)
    broken = visit.page.get_by_role("button", name="broken.png, failed.")
    broken.click()
    assert "it is damaged" in visit.failure
    assert "it is damaged" in broken.get_attribute("title")
    visit.page.get_by_role("button", name="c.png, drawn").click()
    visit.page.get_by_text("Drawn in").first.wait_for()
    assert visit.page.locator("#failure").is_hidden()
    name, drawn = visit.download()
    assert name == "c-cartoon.png"
    np.testing.assert_array_equal(drawn, draw(photos[2]))
    visit.set_strength(0)
    np.testing.assert_array_equal(visit.download()[1], photos[2])
    for data, photo in zip(unpacked(visit).values(), photos, strict=True):
        np.testing.assert_array_equal(pixels(data), photo)


def test_jpegs_come_back_as_jpegs(visit, photos):
    file = browsing.jpeg(photos[0], quality=95)
    visit.choose([file, browsing.png(photos[1])])
    assert list(unpacked(visit)) == ["photo-cartoon.jpg", "photo-cartoon.png"]


def test_the_first_may_be_the_bad_one(visit, files, photos, draw):
    visit.choose([BROKEN, *files[:2]])
    assert states(visit) == ["failed", "drawn", "drawn"]
    name, drawn = visit.download()
    assert name == "a-cartoon.png"
    np.testing.assert_array_equal(drawn, draw(photos[0]))


def test_the_rest_can_be_stopped_and_drawn_later(visit, files, photos, draw):
    visit.page.evaluate(
        """() => new MutationObserver(() => {
            if (step.textContent.startsWith("Photo 3 of 8: Dr")) cancel.click();
          }).observe(step, {childList: true})"""
    )
    visit.choose(files)
    assert states(visit) == ["drawn"] * 2 + ["waiting"] * 6
    first, last = thumbnails(visit)
    np.testing.assert_array_equal(first, draw(photos[0]))
    np.testing.assert_array_equal(last, photos[-1])
    assert len(unpacked(visit)) == 2
    visit.page.click("#resume")
    visit.settle()
    assert states(visit).count("drawn") == 7
    assert visit.page.locator("#resume").is_hidden()


def test_a_stopped_server_fails_what_can_be_drawn_later(
    open_page, published, files
):
    flag = f"--model_dir={published}"
    with browsing.serve(flag) as (address, process):
        visit = open_page(address, [REFUSED])
        process.terminate()
        process.wait(60)
        visit.choose(files[:3])
        assert states(visit) == ["failed"] * 3
    port = urllib.parse.urlsplit(address).port
    with browsing.serve(flag, f"--port={port}"):
        visit.page.click("#resume")
        visit.settle()
        assert states(visit) == ["drawn"] * 3


def test_another_setting_draws_all_anew(visit, random):
    large = random.integers(0, 256, (2, 60, 700, 3), "uint8")
    visit.choose([browsing.png(photo) for photo in large])
    visit.page.select_option("#side", "512")
    visit.settle()
    sizes = [pixels(data).shape[1] for data in unpacked(visit).values()]
    assert sizes == [512, 512]


def test_one_photo_has_no_strip(visit, files, photos):
    visit.choose(files[:2])
    assert visit.page.locator("#album").is_visible()
    visit.choose(files[0])
    assert visit.page.locator("#album").is_hidden()
