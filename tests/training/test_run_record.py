import dataclasses
import json

import pytest

from cartoongan_tf.core import errors
from cartoongan_tf.training import config
from cartoongan_tf.training import run_record


@pytest.fixture
def settings(tmp_path):
    workdir = str(tmp_path / "run")
    return config.TrainConfig("photos", "cartoons", workdir, holdout=10)


@pytest.fixture
def folders(make_folder):
    return {"photo_dir": sorted(make_folder("photos").iterdir())}


def test_the_same_run_may_go_on(settings, folders):
    run_record.check(settings, folders)
    run_record.write(settings, folders)
    run_record.check(settings, folders)


@pytest.mark.parametrize("name", config.CHANGEABLE[1:])
def test_settings_of_length_may_change(settings, folders, name):
    run_record.write(settings, folders)
    run_record.check(dataclasses.replace(settings, **{name: 7}), folders)


def test_arguments_are_recorded_by_their_names(settings, folders, tmp_path):
    run_record.write(settings, folders)
    record = json.loads((tmp_path / "run/run.json").read_text())
    assert record["settings"]["batch_size"] == 8
    assert record["contents"].keys() == {"photo_dir"}


def test_other_settings_are_named(settings, folders):
    run_record.write(settings, folders)
    other = dataclasses.replace(settings, batch_size=3, seed=5)
    with pytest.raises(errors.InputError) as caught:
        run_record.check(other, folders)
    assert "`batch_size` was 8 and is 3" in str(caught.value)
    assert "`seed` was 0 and is 5" in str(caught.value)
    assert "filters" not in str(caught.value)


def test_other_pictures_are_noticed(settings, folders):
    run_record.write(settings, folders)
    fewer = {"photo_dir": folders["photo_dir"][1:]}
    with pytest.raises(errors.InputError, match="content of `photo_dir` was"):
        run_record.check(settings, fewer)
