import sys

import numpy as np
import pytest

from cartoongan_tf import cartoonizing
from cartoongan_tf import errors
from cartoongan_tf import pictures


def brighten(picture):
    return 255 - picture


def test_cartoons_have_the_names_of_their_photos(make_folder, tmp_path):
    photos = sorted(make_folder("photos", 3).iterdir())
    targets = cartoonizing.cartoon_paths(photos, tmp_path / "out")
    done = dict(cartoonizing.cartoonize_files(brighten, targets))
    assert done == dict.fromkeys(photos)
    for photo in photos:
        cartoon = pictures.read_picture(tmp_path / "out" / photo.name)
        expected = 255 - pictures.read_picture(photo)
        np.testing.assert_array_equal(cartoon, expected)


def test_a_broken_photo_is_named_and_the_others_go_on(make_folder, tmp_path):
    photos = sorted(make_folder("photos", 3).iterdir())
    photos[1].write_text("broken")
    targets = cartoonizing.cartoon_paths(photos, tmp_path / "out")
    done = dict(cartoonizing.cartoonize_files(brighten, targets))
    assert "1.png is not a JPEG" in done[photos[1]]
    written = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert written == ["0.png", "2.png"]


def test_no_cartoon_replaces_another_or_a_photo(tmp_path):
    with pytest.raises(errors.InputError, match="2 photos would all become"):
        cartoonizing.cartoon_paths(["a/1.png", "b/1.jpg"], tmp_path)
    with pytest.raises(errors.InputError, match="would be replaced"):
        cartoonizing.cartoon_paths([f"{tmp_path}/1.png"], tmp_path)
    (tmp_path / "file").touch()
    with pytest.raises(errors.InputError, match="cannot be a folder"):
        cartoonizing.cartoon_paths(["1.png"], tmp_path / "file")


@pytest.mark.slow
def test_commands_lead_from_a_generator_to_pictures(
    generator, make_folder, tmp_path, run_command
):
    generator.save(tmp_path / "generator.keras")
    photos = sorted(map(str, make_folder("photos", 2).iterdir()))
    done = run_command(
        sys.executable,
        "export.py",
        f"--model={tmp_path / 'generator.keras'}",
        f"--output={tmp_path / 'exported'}",
        "--precision=float32",
        "--sizes=any",
    )
    assert done.returncode == 0, done.stderr
    cartoons = []
    for model in (
        "generator.keras",
        "exported/saved_model",
        "exported/cartoongan_float32_any.tflite",
    ):
        done = run_command(
            sys.executable,
            "cartoonize.py",
            f"--model={tmp_path / model}",
            f"--output={tmp_path / 'out'}",
            *photos,
            str(tmp_path / "gone.jpg"),
        )
        assert done.returncode == 1
        assert "gone.jpg does not exist" in done.stderr
        assert "1 of 3 photos were left out" in done.stderr
        assert "Traceback" not in done.stderr
        cartoon = pictures.read_picture(tmp_path / "out/1.png")
        assert cartoon.shape == pictures.read_picture(photos[1]).shape
        cartoons.append(cartoon.astype(int))
    assert np.abs(cartoons[1] - cartoons[0]).max() <= 1
    assert np.abs(cartoons[2] - cartoons[0]).max() <= 1
