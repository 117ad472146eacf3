import dataclasses
import json
import os
import pathlib
import signal
import sys

import documented
import feature_maps
import keras
import numpy as np
import PIL.Image
import pytest
import run_states
import small_disk
import tensorflow as tf
from absl import flags
from absl.testing import flagsaver

from cartoongan_tf.commands import command_line
from cartoongan_tf.commands import exit
from cartoongan_tf.commands import train
from cartoongan_tf.core import choices
from cartoongan_tf.core import errors
from cartoongan_tf.core import folder_lock
from cartoongan_tf.data import crop_matching
from cartoongan_tf.inference import loading
from cartoongan_tf.losses import perceptual_features
from cartoongan_tf.nn import networks
from cartoongan_tf.training import callbacks
from cartoongan_tf.training import cartoongan
from cartoongan_tf.training import config
from cartoongan_tf.training import run_log
from cartoongan_tf.training import runs
from cartoongan_tf.training import trainer
from tools import calibrate_balance

TINY = run_states.TINY
LIGHT = run_states.LIGHT
ROOT = pathlib.Path(__file__).parents[2]


@pytest.fixture
def folders(make_folder, tmp_path):
    """Flags that name a folder of photos, one of cartoons, and a workdir."""
    return (
        f"--photo_dir={make_folder('photos', 5)}",
        f"--cartoon_dir={make_folder('cartoons', 4)}",
        f"--workdir={tmp_path / 'run'}",
    )


def run_here(*arguments):
    """Runs the command in this process; gives what it exits with."""
    with flagsaver.flagsaver():
        flags.FLAGS.unparse_flags()
        flags.FLAGS(["train.py", *arguments])
        try:
            with exit.with_message():
                train.main([])
        except SystemExit as stop:
            return stop.code
    return None


def settings_of(*arguments):
    with flagsaver.flagsaver():
        flags.FLAGS.unparse_flags()
        flags.FLAGS(["train.py", *command_line.resolve(arguments)])
        return train.config_from_flags()


def test_every_setting_has_a_flag_with_the_same_default():
    for field in dataclasses.fields(config.TrainConfig):
        flag = flags.FLAGS[field.name]
        if field.default is dataclasses.MISSING:
            assert flag.default is None, field.name
        else:
            assert flag.default == field.default, field.name
        assert len(flag.help) > 10, field.name


def test_recorded_flags_bring_back_the_run(folders, tmp_path):
    arguments = (
        *folders,
        *TINY,
        "--decay_start=3",
        "--nodeterministic",
    )
    with flagsaver.flagsaver():
        flags.FLAGS.unparse_flags()
        flags.FLAGS(["train.py", *arguments])
        expected = train.config_from_flags()
        train.record_flags(tmp_path)
    again = settings_of(f"--flagfile={tmp_path / 'train.flags'}")
    assert again == expected


def test_recorded_flags_hold_in_any_folder(folders, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    places = ("--photo_dir=photos", "--cartoon_dir=cartoons", "--workdir=run")
    arguments = (*places, "--cache=cache", *TINY, "--warmup_steps=0")
    assert run_here(*arguments, "--steps=1") is None
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    assert run_here("--flagfile=../run/train.flags", "--steps=2") is None
    assert len(run_log.read_table(tmp_path / "run")) == 2
    assert not any(pathlib.Path().iterdir())
    found = settings_of("--flagfile=../run/train.flags")
    assert found.vgg19_weights == "imagenet"
    assert found.cache == str(tmp_path / "cache")


def test_a_run_goes_on_after_its_data_moved(folders, tmp_path):
    arguments = (*TINY, "--warmup_steps=0")
    assert run_here(*folders, *arguments, "--steps=1") is None
    for name in ("photos", "cartoons", "run"):
        (tmp_path / name).rename(tmp_path / f"{name}_moved")
    moved = [f"{flag}_moved" for flag in folders]
    assert run_here(*moved, *arguments, "--steps=2") is None
    assert len(run_log.read_table(tmp_path / "run_moved")) == 2


def test_two_runs_do_not_share_a_folder(folders, tmp_path):
    """The second would write over the checkpoints of the first."""
    with folder_lock.held("workdir", tmp_path / "run"):
        message = run_here(*folders, *TINY, "--warmup_steps=0", "--steps=1")
    assert f"--workdir={tmp_path / 'run'} is in use" in message
    assert not any((tmp_path / "run").iterdir())


CONFIGS = ROOT / "cartoongan_tf/configs"


@pytest.mark.parametrize("path", sorted(CONFIGS.iterdir()))
def test_flagfiles_are_settings(path):
    text = path.read_text()
    assert text.startswith("#")
    assert f"--flagfile={path.parent.name}/{path.name}" in text
    given = [line for line in text.splitlines() if not line.startswith("#")]
    needed = [
        f"--{name}=x"
        for name in ("photo_dir", "people_dir", "cartoon_dir", "workdir")
        if not any(line.startswith(f"--{name}=") for line in given)
    ]
    settings_of(f"--flagfile={path}", *needed)


def test_the_papers_recipe_has_no_extras():
    """Every setting that is no part of the paper is off, or at its default."""
    data = ("--photo_dir=p", "--cartoon_dir=c", "--workdir=w")
    found = settings_of(f"--flagfile={CONFIGS / 'paper.flags'}", *data)
    expected = config.TrainConfig(
        "p",
        "c",
        "w",
        content_features="vgg19",
        content_target="photo",
        content_weight=6.2e-4,  # 10 / 127.5^2
        color_weight=0.0,
        variation_weight=0.0,
        luminance_weight=0.0,
        flat_weight=0.0,
        palette_weight=0.0,
        pixel_weight=0.0,
        gradient_penalty_weight=0.0,
        discriminator="patch",
        patch_weight=1.0,
        features_every=1,
        feature_shift=0,
        gray_share=0.0,
        adversarial_loss="lsgan",
        generator="cartoongan",
        filters=64,
        blocks=8,
        discriminator_filters=32,
        denoise_cartoons=0.0,
        people_dir=None,
        teacher=None,
        match_crops=False,
        stray_share=0.0,
        image_size=256,
        smallest_crop=1.0,
        largest_crop=1.0,
        horizontal_flip=True,
        smoothing="gaussian",
        batch_size=8,
        warmup_steps=13_500,
        warmup_learning_rate=2e-4,
        steps=135_000,
        decay_start=67_500,
        generator_learning_rate=1e-5,
        discriminator_learning_rate=1e-5,
        image_pool=50,
        ema_momentum=0.0,
        init_from=None,
    )
    assert dataclasses.asdict(found) == dataclasses.asdict(expected)


def test_a_run_leaves_all_that_it_promises(folders, tmp_path):
    code = run_here(*folders, *TINY, "--warmup_steps=2", "--steps=3")
    assert code is None
    run = tmp_path / "run"
    generator = loading.load_generator(run, "--model")
    assert generator.filters == 4
    discriminator = keras.saving.load_model(run / "discriminator.keras")
    assert isinstance(discriminator, networks.Discriminator)
    phases = [row["phase"] for row in run_log.read_table(run)]
    assert phases == ["warm_up"] * 2 + ["adversarial"] * 3
    grids = {path.name for path in (run / "results").iterdir()}
    assert {"step_00000000_fixed.png", "step_00000005_random.png"} <= grids
    for name in ("losses.png", "train.flags", "run.json"):
        assert (run / name).stat().st_size > 0
    assert any((run / "tensorboard").iterdir())
    leftovers = [p for p in run.rglob(".*") if p.name != ".DS_Store"]
    assert leftovers == []


def test_a_light_run_minimizes_the_selected_losses(folders, tmp_path):
    arguments = (
        *folders,
        *TINY,
        *LIGHT,
        "--warmup_steps=1",
        "--steps=3",
    )
    assert run_here(*arguments) is None
    rows = run_log.read_table(tmp_path / "run")
    for row in rows:
        values = {
            name: float(value or 0)
            for name, value in row.items()
            if name.endswith(("_loss", "_grad_norm"))
        }
        total = (
            values["adversarial_loss"]
            + 1e-3 * values["content_loss"]
            + 5 * values["color_loss"]
            + 0.1 * values["variation_loss"]
        )
        assert values["total_loss"] == pytest.approx(total, rel=1e-5)
        there = {name for name, value in values.items() if value}
        reconstruction_terms = {"content_loss", "color_loss", "total_loss"}
        reconstruction_terms |= {"content_grad_norm", "color_grad_norm"}
        if row["phase"] == "warm_up":
            assert there == reconstruction_terms
        else:
            assert there == reconstruction_terms | {
                "adversarial_loss",
                "adversarial_grad_norm",
                "discriminator_loss",
                "variation_loss",
                "variation_grad_norm",
            }
    generator = loading.load_generator(tmp_path / "run", "--model")
    assert isinstance(generator, networks.GENERATORS["light"])


def test_a_run_with_itself_as_teacher_has_nothing_to_learn(folders, tmp_path):
    networks.new_generator("light", 4, 1).save(tmp_path / "teacher.keras")
    arguments = (
        *folders,
        *TINY,
        *LIGHT,
        "--content_target=teacher",
        f"--teacher={tmp_path / 'teacher.keras'}",
        f"--init_from={tmp_path / 'teacher.keras'}",
        "--warmup_loss=pixels",
        "--pixel_weight=1",
        "--warmup_steps=1",
        "--steps=1",
    )
    assert run_here(*arguments) is None
    first, second = run_log.read_table(tmp_path / "run")
    assert float(first["pixel_loss"]) < 1e-6
    assert float(second["pixel_loss"]) < 0.01  # After a step of Adam.


def test_the_moving_average_is_kept(folders, tmp_path):
    """The checkpoint has both; the weights that train come first."""
    arguments = (*folders, *TINY, "--warmup_steps=0", "--steps=3")
    assert run_here(*arguments, "--ema_momentum=0.9") is None
    generator = loading.load_generator(tmp_path / "run", "--model")
    kept = generator.get_weights()
    arrays = run_states.checkpoint(tmp_path / "run", "adversarial")
    newest, rest = arrays[: len(kept)], arrays[len(kept) :]
    assert not np.array_equal(kept[0], newest[0])
    assert all(any(np.array_equal(k, a) for a in rest) for k in kept)


def test_both_phases_train(folders, tmp_path):
    """Each leaves other weights than it began with."""
    weights = []
    for warmup_steps, steps in ((0, 0), (1, 0), (1, 1)):
        workdir = tmp_path / f"{warmup_steps}_{steps}"
        code = run_here(
            *folders[:2],
            f"--workdir={workdir}",
            *TINY,
            f"--warmup_steps={warmup_steps}",
            f"--steps={steps}",
        )
        assert code is None
        generator = loading.load_generator(workdir, "--model")
        weights.append(generator.get_weights()[0])
    assert not np.array_equal(weights[0], weights[1])
    assert not np.array_equal(weights[1], weights[2])


def test_weights_begin_as_the_seed_says(folders, tmp_path):
    weights = {}
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        flags_of_run = (
            *folders[:2],
            f"--workdir={tmp_path / name}",
            *TINY,
        )
        steps = ("--warmup_steps=0", "--steps=0", f"--seed={seed}")
        assert run_here(*flags_of_run, *steps) is None
        generator = loading.load_generator(tmp_path / name, "--model")
        weights[name] = generator.get_weights()[0]
    np.testing.assert_array_equal(weights["a"], weights["b"])
    assert not np.array_equal(weights["a"], weights["c"])


def test_a_finished_run_can_be_made_longer(folders, tmp_path):
    short = (*folders, *TINY, "--warmup_steps=2")
    assert run_here(*short, "--steps=3") is None
    before = run_states.contents(tmp_path / "run", "checkpoints/*")
    assert run_here(*short, "--steps=3") is None
    assert run_states.contents(tmp_path / "run", "checkpoints/*") == before
    assert run_here(*short, "--steps=6", "--sample_every=1") is None
    steps = [int(r["step"]) for r in run_log.read_table(tmp_path / "run")]
    assert steps == list(range(1, 9))


def test_other_settings_do_not_go_on(folders, tmp_path):
    arguments = (*folders, *TINY, "--warmup_steps=1", "--steps=1")
    assert run_here(*arguments) is None
    before = run_states.contents(tmp_path / "run", "*.flags")
    message = run_here(*arguments, "--seed=5")
    assert "--seed was 0 and is 5" in message
    assert run_states.contents(tmp_path / "run", "*.flags") == before


def test_a_style_can_be_fine_tuned(folders, tmp_path):
    assert run_here(*folders, *TINY, "--warmup_steps=1", "--steps=2") is None
    again = (
        *folders[:2],
        f"--workdir={tmp_path / 'second'}",
        f"--init_from={tmp_path / 'run'}",
        *TINY,
        "--warmup_steps=0",
    )
    assert run_here(*again, "--steps=0") is None
    for name in ("generator.keras", "discriminator.keras"):
        first = keras.saving.load_model(tmp_path / "run" / name)
        second = keras.saving.load_model(tmp_path / "second" / name)
        for a, b in zip(first.get_weights(), second.get_weights(), strict=True):
            np.testing.assert_array_equal(a, b)


NETWORKS = ("generator", "discriminator", "feature_discriminator")


def networks_of(run):
    return {n: keras.saving.load_model(run / f"{n}.keras") for n in NETWORKS}


def assert_same(networks, others):
    for name, network in networks.items():
        pairs = zip(network.weights, others[name].weights, strict=True)
        for weight, other in pairs:
            np.testing.assert_array_equal(weight, other, err_msg=name)


@pytest.mark.slow
def test_two_discriminators_train_go_on_and_are_fine_tuned(
    folders, tmp_path, monkeypatch
):
    """Stopped half-way and gone on with, a run ends with the same bits.

    In mixed precision, for float32 is in `test_two_discriminators.py`.
    """
    maps = feature_maps.make(perceptual_features.MAP_CHANNELS)
    monkeypatch.setattr(perceptual_features, "load_vgg19_maps", lambda *_: maps)
    both = (
        *TINY,
        *LIGHT,
        "--content_features=vgg19",
        "--discriminator=both",
        "--content_target=smoothed",
        "--features_every=2",
        "--feature_shift=4",
        "--gray_share=0.5",
        "--flat_weight=1",
        "--luminance_weight=1",
        "--palette_weight=1",
        "--pixel_weight=1",
        "--warmup_steps=0",
        "--mixed_precision=all",
    )
    whole, parts, tuned = (tmp_path / name for name in ("a", "b", "c"))
    four = (*folders[:2], *both, "--steps=4")
    assert run_here(*four, f"--workdir={whole}") is None
    expected = networks_of(whole)
    assert expected["feature_discriminator"].is_adapted

    with monkeypatch.context() as patch:
        patch.setattr(callbacks.LossLog, "on_train_batch_end", stop_at(2))
        assert run_here(*four, f"--workdir={parts}") == 130
    stopped = networks_of(parts)["feature_discriminator"]
    with pytest.raises(AssertionError):
        assert_same({"feature_discriminator": stopped}, expected)
    assert run_here(*four, f"--workdir={parts}") is None
    assert_same(expected, networks_of(parts))
    assert run_states.contents(whole, "log.csv") == run_states.contents(
        parts, "log.csv"
    )
    rows = run_log.read_table(whole)
    looked = [bool(row["content_loss"]) for row in rows]
    assert looked == [True, False, True, False]
    pairs = zip(
        run_states.checkpoint(whole, "adversarial"),
        run_states.checkpoint(parts, "adversarial"),
        strict=True,
    )
    for array, other in pairs:
        np.testing.assert_array_equal(array, other)
    for row in rows[::2]:
        others = ("people_content_loss", "pixel_loss")
        losses = [name for name in run_log.LOSSES if name not in others]
        assert all(row[name] for name in (*losses, "features_grad_norm"))

    none = (*folders[:2], *both, "--steps=0", f"--init_from={whole}")
    assert run_here(*none, f"--workdir={tuned}") is None
    assert_same(expected, networks_of(tuned))


@pytest.mark.parametrize(
    ("precision", "compute_dtype", "dtype"),
    [
        ("none", "float16", "float32"),
        ("vgg19", "float16", "float32"),
        ("all", "bfloat16", "bfloat16"),
        ("all", "float16", "float16"),
    ],
)
def test_networks_are_trained_in_the_selected_precision(
    precision, compute_dtype, dtype
):
    settings = config.TrainConfig(
        *("p", "c", "w"),
        filters=4,
        blocks=1,
        discriminator="both",
        discriminator_filters=4,
        mixed_precision=precision,
        compute_dtype=compute_dtype,
    )
    generator, discriminators = trainer.build_networks(settings)
    for network in (generator, *discriminators):
        kinds = {
            layer.compute_dtype
            for layer in network._flatten_layers()
            if isinstance(layer, keras.layers.Conv2D)
        }
        assert kinds == {dtype}


def test_vgg19_computes_in_the_selected_precision(monkeypatch):
    calls = []
    monkeypatch.setattr(
        perceptual_features, "load_vgg19", lambda *both: calls.append(both)
    )
    for name in choices.MIXED_PRECISIONS:
        for dtype in choices.COMPUTE_DTYPES:
            train.content_features(
                config.TrainConfig(
                    *("p", "c", "w"), mixed_precision=name, compute_dtype=dtype
                )
            )
    assert [precision for _, precision in calls] == [
        *("float32", "float32"),
        *choices.COMPUTE_DTYPES,
        *choices.COMPUTE_DTYPES,
    ]


def stop_at(step):
    """`LossLog`, and Ctrl-C after a step."""
    log = callbacks.LossLog.on_train_batch_end

    def on_train_batch_end(self, batch, logs=None):
        log(self, batch, logs)
        if int(self.model.step) == step:
            signal.raise_signal(signal.SIGINT)

    return on_train_batch_end


def bad_input(tmp_path, folders):
    photos = folders[0].removeprefix("--photo_dir=")
    (tmp_path / "empty").mkdir()
    (tmp_path / "text").mkdir()
    (tmp_path / "text/note.jpg").write_text("hello")
    networks.Generator(filters=2, blocks=0).save(tmp_path / "other.keras")
    networks.new_generator("light", 4, 1).save(tmp_path / "light.keras")
    return {
        "--photo_dir=/none": "--photo_dir=/none is not a folder",
        f"--cartoon_dir={tmp_path / 'empty'}": "holds no picture",
        f"--photo_dir={tmp_path / 'text'}": "note.jpg is not a picture",
        "--cartoon_dir=sample:none": "the samples are sample:photos and",
        f"--workdir={photos}/0.png": "cannot be a folder",
        "--init_from=/none": "/none does not exist",
        f"--init_from={tmp_path / 'other.keras'}": "pass --filters=2",
        f"--init_from={tmp_path / 'light.keras'}": "pass --generator=light",
        "--content_target=teacher --teacher=/no": "--teacher: /no does not",
        "--batch_size=0": "--batch_size must be at least 1",
        "--image_pool=1": "--image_pool=1 must hold at least one batch",
        "--smoothing_kernel=4": "--smoothing_kernel must be odd",
        f"--cache={photos}/0.png": "cannot be a folder",
        "--content_features=vgg19 --vgg19_weights=/none.h5": "/none.h5 does",
    }


@pytest.mark.parametrize("number", range(13))
def test_bad_input_ends_in_one_message_before_training(
    folders, tmp_path, number
):
    argument, message = list(bad_input(tmp_path, folders).items())[number]
    arguments = (*folders, *TINY, *argument.split())
    code = run_here(*arguments, "--warmup_steps=1", "--steps=1")
    assert message in str(code)
    assert str(code).startswith("error: ")
    assert not (tmp_path / "run/log.csv").exists()


def test_a_full_disk_is_noticed_before_training(folders, tmp_path):
    """No disk holds the checkpoints of a generator of this width."""
    code = run_here(*folders, *TINY, "--image_pool=100000000", "--steps=1")
    assert "MB free, and checkpoints need" in code


def test_a_disk_that_is_not_written_to_is_named(folders, tmp_path):
    with small_disk.mounted(tmp_path / "disk", "ro") as disk:
        code = run_here(*folders[:2], *TINY, f"--workdir={disk}", "--steps=1")
    assert f"{disk}/" in code
    assert "Read-only file system" in code


def test_a_damaged_picture_is_named_or_skipped(folders, tmp_path):
    path = tmp_path / "cartoons/1.png"
    path.write_bytes(path.read_bytes()[:300])
    arguments = (*folders, *TINY, "--warmup_steps=0", "--steps=1")
    assert "cartoons/1.png is damaged" in run_here(*arguments)
    assert run_here(*arguments, "--bad_images=skip") is None
    record = json.loads((tmp_path / "run/run.json").read_text())
    assert "3 pictures" in record["contents"]["cartoon_dir"]


def test_a_picture_that_breaks_while_training_is_named(folders, tmp_path):
    arguments = (*folders, *TINY, "--warmup_steps=1", "--steps=5")
    run = runs.open_run(settings_of(*arguments))
    path = tmp_path / "cartoons/1.png"
    path.write_bytes(path.read_bytes()[:300])
    with pytest.raises(errors.InputError, match=r"cartoons/1\.png is damaged"):
        trainer.train(run, perceptual_features.pyramid)


def test_memory_that_runs_out_late_keeps_the_warm_up(
    folders, tmp_path, monkeypatch
):
    def exhaust(*_):
        raise tf.errors.ResourceExhaustedError(None, None, "OOM")

    arguments = (*folders, *TINY, "--warmup_steps=2")
    with monkeypatch.context() as patch:
        patch.setattr(cartoongan.CartoonGAN, "train_step", exhaust)
        message = run_here(*arguments, "--steps=2")
    run = tmp_path / "run"
    assert f"--init_from={run} --warmup_steps=0" in message
    smaller = (*folders[:2], f"--workdir={tmp_path / 'smaller'}", *TINY)
    assert (
        run_here(
            *smaller, f"--init_from={run}", "--warmup_steps=0", "--steps=1"
        )
        is None
    )


def test_crops_that_are_all_white_are_refused_before_training(kinds, tmp_path):
    white = tmp_path / "white"
    white.mkdir()
    for number in range(4):
        PIL.Image.new("RGB", (64, 64), "white").save(white / f"{number}.png")
    message = run_here(
        f"--photo_dir={kinds[0]}",
        f"--cartoon_dir={white}",
        f"--workdir={tmp_path / 'run'}",
        *TINY,
        "--nocheck_data",
        "--match_crops",
        "--most_white=0.3",
        "--warmup_steps=1",
        "--steps=1",
    )
    assert "--most_white=0.3 leaves no crop of --cartoon_dir" in message
    assert not (tmp_path / "run/log.csv").exists()


def test_swapped_folders_are_refused_before_training(kinds, tmp_path, capsys):
    real, drawn = kinds
    workdir = f"--workdir={tmp_path / 'run'}"
    none = (*TINY, "--warmup_steps=0", "--steps=0")
    swapped = (f"--photo_dir={drawn}", f"--cartoon_dir={real}", workdir)
    message = run_here(*swapped, *none)
    assert "swap --photo_dir and --cartoon_dir" in message
    assert "--check_data=false" in message
    right = (f"--photo_dir={real}", f"--cartoon_dir={drawn}", workdir)
    assert run_here(*right, *none) is None
    assert "warning: `photo_dir` contains 6" in capsys.readouterr().err
    assert run_here(*swapped, *none, "--nocheck_data") is None


def test_a_sample_is_not_checked(kinds, tmp_path, capsys):
    """It is what it is: few photos."""
    arguments = (
        f"--workdir={tmp_path / 'run'}",
        *TINY,
        "--warmup_steps=0",
    )
    folders = ("--photo_dir=sample:photos", f"--cartoon_dir={kinds[1]}")
    assert run_here(*folders, *arguments, "--steps=0") is None
    assert "warning" not in capsys.readouterr().err


def test_numbers_that_run_away_keep_the_last_checkpoint(folders, tmp_path):
    arguments = (*folders, *TINY, "--warmup_steps=0", "--steps=9")
    code = run_here(
        *arguments,
        "--discriminator_learning_rate=1e30",
        "--checkpoint_every=1",
    )
    assert "became" in code
    assert "lower learning rates" in code
    run = tmp_path / "run"
    assert f"--init_from={run}" in code
    with np.load(run / "checkpoints/adversarial.npz") as checkpoint:
        assert all(np.isfinite(checkpoint[name]).all() for name in checkpoint)
    for name in ("generator.keras", "discriminator.keras"):
        network = keras.saving.load_model(run / name)
        assert all(np.isfinite(w).all() for w in network.get_weights())


def test_a_run_that_fails_before_its_first_checkpoint_saves_nothing(
    folders, tmp_path
):
    code = run_here(
        *folders,
        *TINY,
        "--warmup_steps=0",
        "--steps=9",
        "--discriminator_learning_rate=1e30",
        "--checkpoint_every=9",
    )
    assert "became" in code
    assert "--init_from" not in code
    assert not (tmp_path / "run" / "generator.keras").exists()


def test_photos_held_back_are_listed_and_not_trained_on(folders, tmp_path):
    code = run_here(
        *folders,
        *TINY,
        "--warmup_steps=1",
        "--steps=1",
        "--holdout=2",
    )
    assert code is None
    listed = (tmp_path / "run" / "holdout.txt").read_text().splitlines()
    assert len(listed) == 2
    opened = runs.open_run(
        config.TrainConfig(
            str(tmp_path / "photos"),
            str(tmp_path / "cartoons"),
            str(tmp_path / "other"),
            holdout=2,
        )
    )
    trained_on = {str(path.resolve()) for path in opened.photos.paths}
    assert len(trained_on) == 3
    assert not trained_on & set(listed)


def people(make_folder):
    return (f"--people_dir={make_folder('people')}", "--people_share=0.5")


def test_all_that_batches_may_have_trains(
    folders, make_folder, tmp_path, monkeypatch, capsys
):
    monkeypatch.setattr(crop_matching, "_MIN_WINDOWS", 60)
    code = run_here(
        *folders,
        *TINY,
        *people(make_folder),
        "--match_crops",
        "--stray_share=0.5",
        "--denoise_cartoons=4",
        "--warmup_steps=1",
        "--steps=2",
    )
    assert code is None
    assert "5 photos, 3 of people, 4 cartoons" in capsys.readouterr().out
    run = tmp_path / "run"
    assert (run / "windows.npz").exists()
    assert len(list((run / "denoised").iterdir())) == 4


def test_people_that_break_while_training_are_named(
    folders, make_folder, tmp_path
):
    arguments = (
        *folders,
        *TINY,
        *people(make_folder),
        "--warmup_steps=9",
    )
    run = runs.open_run(settings_of(*arguments))
    for path in run.people.paths:
        path.write_bytes(path.read_bytes()[:300])
    with pytest.raises(errors.InputError, match=r"people/0\.png is damaged"):
        trainer.train(run, perceptual_features.pyramid)


@pytest.mark.shared
def test_evaluations_are_logged_and_the_best_generator_kept(
    make_folder, tmp_path, shared
):
    weights = shared / "inception2015" / "inception2015_to_mixed7_fp16.npz"
    code = run_here(
        f"--photo_dir={make_folder('photos', 21)}",
        f"--cartoon_dir={make_folder('cartoons', 4)}",
        f"--workdir={tmp_path / 'run'}",
        *TINY,
        "--warmup_steps=1",
        "--steps=4",
        "--holdout=10",
        "--evaluate_every=2",
        f"--inception_weights={weights}",
    )
    assert code is None
    rows = run_log.read_table(tmp_path / "run")
    steps = [int(row["step"]) for row in rows if row["KID-768"]]
    assert steps == [2, 4, 5]
    loading.load_generator(tmp_path / "run" / "best_generator.keras", "--x")


@pytest.mark.slow
def test_failed_downloads_of_weights_report_a_remedy(
    folders, tmp_path, run_command
):
    offline = {"KERAS_HOME": str(tmp_path), "https_proxy": "127.0.0.1:9"}
    done = run_command(
        sys.executable, "train.py", *folders, env=os.environ | offline
    )
    assert done.returncode == 1
    assert "--vgg19_weights=FILE" in done.stderr
    assert "--content_features=pyramid" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.slow
def test_an_unknown_flag_is_named_with_a_likely_one(run_command):
    done = run_command(sys.executable, "train.py", "--photo_dri=photos")
    assert done.returncode == 1
    assert "photo_dri" in done.stderr
    assert "photo_dir" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        arguments
        for program, arguments in documented.invocations()
        if program == "train.py" and "configs/" in str(arguments)
    ],
    ids=str,
)
def test_documented_settings_go_together(arguments, monkeypatch):
    monkeypatch.chdir(ROOT)
    arguments = command_line.resolve(arguments)
    folders = [f"--{n}=x" for n in ("photo_dir", "cartoon_dir", "workdir")]
    arguments = [a for a in arguments if a.startswith("--")]
    assert settings_of(*folders, *arguments)


@pytest.mark.parametrize("name", calibrate_balance.SETTINGS)
def test_settings_of_the_ablation_go_together(name):
    folders = [f"--{n}=x" for n in ("photo_dir", "cartoon_dir", "workdir")]
    recipe = ["--flagfile=configs/storybook.flags", "--people_dir=x"]
    settings = calibrate_balance.SETTINGS[name]
    assert settings_of(*folders, *recipe, *settings)
