import json
import shutil

import numpy as np
import pytest
import tensorflow as tf

from cartoongan_tf.core import errors
from cartoongan_tf.data import denoising
from cartoongan_tf.images import pictures
from cartoongan_tf.training import config
from cartoongan_tf.training import runs


@pytest.fixture
def folders(make_folder, tmp_path):
    return {
        "photo_dir": str(make_folder("photos", 6)),
        "cartoon_dir": str(make_folder("cartoons", 3)),
        "people_dir": str(make_folder("people", 8)),
        "workdir": str(tmp_path / "run"),
        "check_data": False,
    }


def test_people_are_a_separate_source(folders, tmp_path):
    run = runs.open_run(config.TrainConfig(**folders))
    assert run.people.paths == sorted((tmp_path / "people").iterdir())
    assert run.photos.paths == sorted((tmp_path / "photos").iterdir())
    none = folders | {"people_dir": None, "workdir": str(tmp_path / "other")}
    assert runs.open_run(config.TrainConfig(**none)).people is None


def test_people_are_held_out_in_addition_to_photos(folders, tmp_path):
    settings = config.TrainConfig(**folders, holdout=2, holdout_people=3)
    run = runs.open_run(settings)
    assert [path.parent.name for path in run.holdout] == [
        *["photos"] * 2,
        *["people"] * 3,
    ]
    assert not set(run.holdout) & {*run.photos.paths, *run.people.paths}
    assert len(run.people) == 5
    listed = (tmp_path / "run/holdout.txt").read_text().splitlines()
    assert listed == [str(path.resolve()) for path in run.holdout]
    with pytest.raises(errors.InputError, match="`holdout_people`=5 leaves"):
        runs.open_run(config.TrainConfig(**folders, holdout_people=5))


def test_people_are_recorded(folders, tmp_path):
    run = runs.open_run(config.TrainConfig(**folders))
    record = json.loads((tmp_path / "run/run.json").read_text())
    assert "8 pictures" in record["contents"]["people_dir"]
    run.checkpoint_path(runs.WARM_UP).parent.mkdir()
    run.checkpoint_path(runs.WARM_UP).touch()
    (tmp_path / "people/0.png").unlink()
    with pytest.raises(errors.InputError, match="content of `people_dir` was"):
        runs.open_run(config.TrainConfig(**folders))


def test_a_damaged_picture_of_people_is_named(folders, tmp_path):
    (tmp_path / "people/0.png").write_bytes(b"broken")
    with pytest.raises(
        errors.InputError, match=r"`people_dir`.*cannot be used"
    ):
        runs.open_run(config.TrainConfig(**folders))


def test_held_out_photos_must_not_be_in_the_other_folder(folders, tmp_path):
    shutil.move(tmp_path / "people", tmp_path / "photos/people")
    folders["people_dir"] = str(tmp_path / "photos/people")
    runs.open_run(config.TrainConfig(**folders))
    with pytest.raises(errors.InputError, match="remove them from one"):
        runs.open_run(config.TrainConfig(**folders, holdout=2))


@pytest.mark.parametrize("cache", ["none", "memory"])
def test_cartoons_are_denoised_once_per_run(
    folders, tmp_path, cache, monkeypatch
):
    settings = config.TrainConfig(**folders, denoise_cartoons=4, cache=cache)
    run = runs.open_run(settings)

    def check(run):
        numbers = tf.data.Dataset.range(3)
        for path, actual in zip(
            run.cartoons.paths,
            numbers.map(run.cartoons.read).as_numpy_iterator(),
            strict=True,
        ):
            picture = pictures.read_picture(path)
            np.testing.assert_array_equal(actual, clean[picture.tobytes()])

    clean = {
        picture.tobytes(): denoising.denoise(picture, 4)
        for picture in map(pictures.read_picture, run.cartoons.paths)
    }
    check(run)
    assert len(list((tmp_path / "run/denoised").iterdir())) == 3
    monkeypatch.setattr(denoising, "denoise", None)
    check(runs.open_run(settings))
    photo = run.photos.read(tf.constant(0, tf.int64))
    expected = pictures.read_picture(run.photos.paths[0])
    np.testing.assert_array_equal(photo, expected)


def test_outputs_inside_the_data_are_not_scanned(folders, tmp_path):
    workdir, cache = tmp_path / "photos/run", tmp_path / "photos/cache"
    folders |= {"workdir": str(workdir), "cache": str(cache)}
    run = runs.open_run(config.TrainConfig(**folders))
    pictures.write_png(workdir / "results/0.png", np.zeros((9, 9, 3), "uint8"))
    run.checkpoint_path(runs.WARM_UP).parent.mkdir()
    run.checkpoint_path(runs.WARM_UP).touch()
    again = runs.open_run(config.TrainConfig(**folders))
    assert again.photos.paths == run.photos.paths
    assert len(again.photos) == 6
    inside = folders | {"workdir": folders["photo_dir"]}
    with pytest.raises(errors.InputError, match="name another `workdir`"):
        runs.open_run(config.TrainConfig(**inside))
