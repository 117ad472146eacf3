import dataclasses
import json
import os

import pytest

from cartoongan_tf.core import errors
from cartoongan_tf.inference import styles
from cartoongan_tf.training import config
from cartoongan_tf.training import run_record


@pytest.fixture
def settings(tmp_path):
    workdir = str(tmp_path / "run")
    return config.TrainConfig("photos", "cartoons", workdir, holdout=10)


def with_weights(settings, name, value):
    target = "teacher" if name == "teacher" else "photo"
    return dataclasses.replace(
        settings, content_target=target, **{name: str(value)}
    )


@pytest.fixture
def folders(make_folder):
    return {"photo_dir": sorted(make_folder("photos").iterdir())}


def test_the_same_run_may_resume(settings, folders):
    run_record.write(settings, folders)
    run_record.check(settings, folders)


def test_a_folder_with_a_record_is_that_of_a_run(settings, folders, tmp_path):
    assert not run_record.exists(str(tmp_path / "run"))
    run_record.write(settings, folders)
    assert run_record.exists(str(tmp_path / "run"))


def test_records_of_earlier_versions_hold(settings, tmp_path):
    """What is in them of pictures and weights has to stay what it was."""
    photo, weights = tmp_path / "a.png", tmp_path / "vgg19.h5"
    photo.write_bytes(b"a photo")
    weights.write_bytes(b"weights")
    settings = with_weights(settings, "vgg19_weights", weights)
    folders = {"photo_dir": [photo]}
    run_record.write(settings, folders)
    path = tmp_path / "run/run.json"
    record = json.loads(path.read_text())
    record["contents"] = {
        "photo_dir": "1 pictures (bcf038f8d2d3)",
        "vgg19_weights": "9a129038d9a0",
    }
    path.write_text(json.dumps(record))
    run_record.check(settings, folders)


def test_checkpoints_without_a_record_are_not_resumed(settings, folders):
    with pytest.raises(errors.InputError, match=r"no readable run\.json"):
        run_record.check(settings, folders)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"settings": 5}', "\0"])
def test_a_damaged_record_is_named(settings, folders, tmp_path, text):
    run_record.write(settings, folders)
    (tmp_path / "run/run.json").write_text(text)
    with pytest.raises(errors.InputError, match="restore it"):
        run_record.check(settings, folders)


@pytest.mark.parametrize("name", config.CHANGEABLE[1:])
def test_the_number_of_steps_may_change(settings, folders, name):
    run_record.write(settings, folders)
    run_record.check(dataclasses.replace(settings, **{name: 7}), folders)


def test_a_missing_setting_has_its_default(settings, folders, tmp_path):
    run_record.write(settings, folders)
    path = tmp_path / "run/run.json"
    record = json.loads(path.read_text())
    del record["settings"]["compute_dtype"]
    path.write_text(json.dumps(record))
    run_record.check(settings, folders)
    other = dataclasses.replace(settings, compute_dtype="float16")
    with pytest.raises(errors.InputError, match="was bfloat16 and is float16"):
        run_record.check(other, folders)


def test_file_names_may_be_invalid_utf8(settings, folders, tmp_path):
    name = os.fsencode(tmp_path) + b"/photos/caf\xe9.png"
    os.rename(folders["photo_dir"].pop(), name)
    folders["photo_dir"].append(tmp_path / os.fsdecode(name))
    run_record.write(settings, folders)
    run_record.check(settings, folders)


def test_arguments_are_recorded_by_their_names(settings, folders, tmp_path):
    run_record.write(settings, folders)
    record = json.loads((tmp_path / "run/run.json").read_text())
    assert record["settings"]["batch_size"] == 8
    assert record["contents"].keys() == {"photo_dir"}


def test_changed_settings_are_named(settings, folders):
    run_record.write(settings, folders)
    other = dataclasses.replace(settings, batch_size=3, seed=5)
    with pytest.raises(errors.InputError) as caught:
        run_record.check(other, folders)
    assert "`batch_size` was 8 and is 3" in str(caught.value)
    assert "`seed` was 0 and is 5" in str(caught.value)
    assert "filters" not in str(caught.value)


def test_folders_may_move_with_their_pictures(settings, folders, tmp_path):
    run_record.write(settings, folders)
    (tmp_path / "photos").rename(tmp_path / "moved")
    moved = dataclasses.replace(settings, photo_dir=str(tmp_path / "moved"))
    there = {"photo_dir": sorted((tmp_path / "moved").iterdir())}
    run_record.check(moved, there)
    other = dataclasses.replace(moved, cartoon_dir="moved, not looked at")
    with pytest.raises(errors.InputError, match="`cartoon_dir` was cartoons"):
        run_record.check(other, there)


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("vgg19_weights", "vgg19.h5"),
        ("inception_weights", "inception.h5"),
        ("teacher", "style.keras"),
        ("teacher", "run/generator.keras"),
        ("init_from", "style.keras"),
        ("init_from", "run/generator.keras"),
    ],
)
def test_weights_may_move_if_they_are_the_same(
    name, file, settings, folders, tmp_path
):
    def at(place, content):
        path = tmp_path / place / file
        path.parent.mkdir(parents=True)
        path.write_text(content)
        value = tmp_path / place / file.partition("/")[0]
        return with_weights(settings, name, value)

    run_record.write(at("old", "weights"), folders)
    run_record.check(at("new", "weights"), folders)
    with pytest.raises(errors.InputError, match=f"`{name}` was"):
        run_record.check(at("other", "others"), folders)


@pytest.mark.parametrize(
    "name", ["teacher", "vgg19_weights", "inception_weights"]
)
def test_changed_weights_are_noticed(name, settings, folders, tmp_path):
    path = tmp_path / "weights.h5"
    path.write_text("weights")
    settings = with_weights(settings, name, path)
    run_record.write(settings, folders)
    path.write_text("others")
    with pytest.raises(errors.InputError, match=f"content of `{name}` was"):
        run_record.check(settings, folders)


def test_a_teacher_may_be_a_style_name_or_a_file(settings, folders):
    run_record.write(with_weights(settings, "teacher", "comic"), folders)
    path = styles.find("comic")
    run_record.check(with_weights(settings, "teacher", path), folders)
    with pytest.raises(errors.InputError, match="`teacher` was comic and is"):
        run_record.check(with_weights(settings, "teacher", "ink"), folders)


def test_initial_weights_may_change(settings, folders, tmp_path):
    path = tmp_path / "generator.keras"
    path.write_text("weights")
    settings = dataclasses.replace(settings, init_from=str(path))
    run_record.write(settings, folders)
    path.write_text("others")
    run_record.check(settings, folders)


def test_changed_pictures_are_noticed(settings, folders):
    run_record.write(settings, folders)
    fewer = {"photo_dir": folders["photo_dir"][1:]}
    noticed = pytest.raises(
        errors.InputError, match="content of `photo_dir` was"
    )
    with noticed:
        run_record.check(settings, fewer)
    first, *others = folders["photo_dir"]
    moved = first.rename(first.with_stem("another"))
    with noticed:
        run_record.check(settings, {"photo_dir": [moved, *others]})
    moved.rename(first)
    run_record.check(settings, folders)
    first.write_bytes(first.read_bytes() + b" ")
    with noticed:
        run_record.check(settings, folders)
