import cv2
import numpy as np
import pytest

from cartoongan_tf.analysis import drawn_score
from cartoongan_tf.analysis.drawn_score import Verdict
from cartoongan_tf.data import samples
from cartoongan_tf.data import synthetic_scenes
from cartoongan_tf.images import pictures

STYLES = ("storybook", "peppercarrot")


def recompress(picture, ending, quality):
    flag = {
        ".jpg": cv2.IMWRITE_JPEG_QUALITY,
        ".webp": cv2.IMWRITE_WEBP_QUALITY,
    }
    _, data = cv2.imencode(ending, picture, [flag[ending], quality])
    return cv2.imdecode(data, cv2.IMREAD_COLOR)


def halve(picture):
    return cv2.resize(
        picture, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA
    )


def double(picture):
    return cv2.resize(picture, None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC)


def scores(many):
    return [drawn_score.line_stats(picture).drawn for picture in many]


@pytest.fixture(scope="module")
def photos():
    return scores(samples.read_photos().values())


@pytest.fixture(scope="module")
def cartoons():
    return scores(synthetic_scenes.draw_scene(seed, 256) for seed in range(12))


def test_scenes_look_drawn_and_photos_do_not(photos, cartoons):
    assert min(cartoons) > 0.6
    assert np.mean(photos) < 0.3


def test_correct_folders_are_right(photos, cartoons):
    assert drawn_score.compare(photos, cartoons) is Verdict.RIGHT


def test_swapped_folders_are_swapped(photos, cartoons):
    assert drawn_score.compare(cartoons, photos) is Verdict.SWAPPED


def test_two_halves_of_a_folder_look_alike(photos, cartoons):
    assert drawn_score.compare(photos[::2], photos[1::2]) is Verdict.ALIKE
    assert drawn_score.compare(cartoons[::2], cartoons[1::2]) is Verdict.ALIKE


def test_a_few_pictures_are_not_significant():
    assert drawn_score.compare([0.9] * 20, [0.1] * 20) is Verdict.SWAPPED
    assert drawn_score.compare([0.9], [0.1]) is Verdict.UNSURE


@pytest.mark.parametrize("means", [(0.95, 0.6), (0.4, 0.05)])
def test_two_folders_on_one_side_are_not_certainly_swapped(means):
    folders = [[mean] * 100 for mean in means]
    assert drawn_score.compare(*folders) is Verdict.UNSURE


def test_flat_areas_between_contours_look_drawn():
    step = np.full((256, 320, 3), 90, "uint8")
    step[40:200, 60:100] = step[60:220, 140:180] = step[90:250, 200:300] = 200
    noise = np.random.default_rng(0).normal(0, 30, step.shape)
    noisy = np.clip(step + noise, 0, 255).astype("uint8")
    drawn, photographed = scores([step, noisy])
    assert drawn > photographed + 0.15


def test_edges_and_texture_are_in_gray_levels_per_pixel():
    """A ramp has one gradient; a few lines on it change the strong ones."""
    ramp = np.zeros((256, 320, 3), "uint8")
    ramp += (np.arange(320) // 2).astype("uint8")[:, None]
    stats = drawn_score.line_stats(ramp)
    assert stats.texture == pytest.approx(0.5, abs=0.05)
    assert stats.edges == pytest.approx(0.5, abs=0.05)
    ramp[:, ::40] = 255
    stepped = drawn_score.line_stats(ramp)
    assert stepped.texture == stats.texture
    assert stepped.edges > 50 * stats.edges


def test_a_soft_background_looks_photographed(photos):
    astronaut = samples.read_photos()["astronaut"]
    soft = astronaut.copy()
    soft[:256] = cv2.GaussianBlur(soft, (0, 0), 8)[:256]
    sharp, mixed = scores([astronaut, soft])
    assert mixed < 0.7 * sharp


def test_deep_shadows_look_photographed():
    scene = synthetic_scenes.draw_scene(0, 256)
    lit = np.maximum(scene, 40)
    plain, shady = scores([lit, np.where(lit < 120, lit // 4, lit)])
    assert shady < plain


def test_the_size_of_a_picture_does_not_matter():
    astronaut = samples.read_photos()["astronaut"]
    small, plain, large = scores(
        [halve(astronaut), astronaut, double(astronaut)]
    )
    assert small == pytest.approx(plain, abs=0.03)
    assert large == pytest.approx(plain, abs=0.03)


@pytest.mark.parametrize(
    "change",
    [
        lambda p: recompress(p, ".jpg", 40),
        lambda p: recompress(p, ".webp", 30),
        halve,
        double,
    ],
    ids=["jpeg", "webp", "half", "double"],
)
def test_drawings_are_recognized_after_compression_and_resizing(change, photos):
    scene = (synthetic_scenes.draw_scene(seed, 512) for seed in range(12))
    changed = scores(change(picture) for picture in scene)
    assert drawn_score.compare(changed, photos) is Verdict.SWAPPED


def test_a_strip_is_measured_at_a_bounded_size():
    assert drawn_score.scaled(np.zeros((1, 9000, 3), "uint8")).size < 2**20
    assert drawn_score.scaled(np.zeros((9000, 1, 3), "uint8")).size < 2**20


@pytest.fixture(scope="module")
def measured(shared):
    """Likenesses of a spread-out part of each shared folder."""
    folders = {
        name: shared / place
        for name, place in {
            "photos": "photos",
            **{style: f"cartoons/{style}" for style in STYLES},
        }.items()
    }
    return {
        name: scores(
            pictures.read_picture(path)
            for path in sorted(folder.glob("*.jpg"))[::4]
        )
        for name, folder in folders.items()
    }


@pytest.mark.slow
@pytest.mark.shared
@pytest.mark.parametrize("style", STYLES)
def test_twenty_real_pictures_per_folder_are_enough(measured, style):
    """None of 200 samples in the right order may count as swapped."""
    random = np.random.default_rng(0)
    right, swapped = [], []
    for _ in range(200):
        photos = random.choice(measured["photos"], 20, replace=False)
        cartoons = random.choice(measured[style], 20, replace=False)
        right.append(drawn_score.compare(photos, cartoons))
        swapped.append(drawn_score.compare(cartoons, photos))
    assert right.count(Verdict.RIGHT) >= 198
    assert Verdict.SWAPPED not in right
    assert swapped.count(Verdict.SWAPPED) >= 198
    assert Verdict.RIGHT not in swapped


@pytest.mark.slow
@pytest.mark.shared
def test_real_pictures_of_one_kind_look_alike(measured):
    for kind in measured.values():
        assert drawn_score.compare(kind[::2], kind[1::2]) is Verdict.ALIKE
