"""What lies around the emulator; `make arm64` runs the emulator itself."""

import os
import sys

import keras
import numpy as np
import pytest
import tensorflow as tf

from benchmarks import arm64
from benchmarks import arm64_machine
from benchmarks import arm64_models
from benchmarks import arm64_probe
from cartoongan_tf.core import errors
from cartoongan_tf.core import model_interface

FLOAT_16X24 = arm64_models.Signature(
    "24x16", (24, 16), False, False, arm64_models.FLOAT, ["CONV_2D"]
)


@pytest.fixture(scope="module")
def network():
    keras.utils.set_random_seed(0)
    return keras.Sequential(
        [
            keras.Input((None, None, 3)),
            keras.layers.Conv2D(64, 3, padding="same", activation="relu"),
            keras.layers.Conv2D(3, 3, padding="same", activation="tanh"),
        ]
    )


@pytest.fixture
def convert(network, tmp_path):
    """Converts the network to a `.tflite` file of one signature."""

    def convert(name, shape, **settings):
        spec = tf.TensorSpec((1, *shape, 3), name=model_interface.IMAGE)
        archive = keras.export.ExportArchive()
        archive.add_endpoint(
            name,
            lambda image: {model_interface.CARTOON: network(image)},
            [spec],
        )
        archive.write_out(str(tmp_path / "saved"), verbose=False)
        converter = tf.lite.TFLiteConverter.from_saved_model(
            str(tmp_path / "saved"), signature_keys=[name]
        )
        for key, value in settings.items():
            setattr(converter, key, value)
        (tmp_path / "model.tflite").write_bytes(converter.convert())
        return str(tmp_path / "model.tflite")

    return convert


OPTIMIZED = {"optimizations": [tf.lite.Optimize.DEFAULT]}


@pytest.mark.parametrize(
    ("settings", "arithmetic"),
    [({}, arm64_models.FLOAT), (OPTIMIZED, arm64_models.DYNAMIC_RANGE)],
)
def test_a_file_tells_its_sizes_and_numbers(convert, settings, arithmetic):
    path = convert("24x16", (16, 24), **settings)
    (signature,) = arm64_models.read_signatures(path)
    assert signature.name == "24x16"
    assert signature.size == (24, 16)
    assert not signature.takes_pixels
    assert signature.arithmetic == arithmetic
    assert signature.operators.count("CONV_2D") == 2


@pytest.mark.filterwarnings("ignore")  # Of TensorFlow's own calibration.
def test_activations_of_8_bits_are_told_from_weights_of_8_bits(convert, random):
    images = random.uniform(-1, 1, (2, 1, 16, 24, 3)).astype("float32")
    path = convert(
        "24x16",
        (16, 24),
        **OPTIMIZED,
        representative_dataset=lambda: ([image] for image in images),
    )
    (signature,) = arm64_models.read_signatures(path)
    assert signature.arithmetic == arm64_models.INT8


def test_a_file_of_any_size_runs_at_the_size_that_is_asked_for(convert, random):
    path = convert(model_interface.ANY_SIZE, (None, None))
    (signature,) = arm64_models.read_signatures(path)
    assert signature.size is None
    images = arm64.photos(signature, (24, 16), 2)
    assert images.shape[1:] == (16, 24, 3)
    cartoons = arm64_probe.run(path, signature.name, images)
    assert cartoons.shape == images.shape
    assert cartoons.std() > 0.01


def test_the_smallest_size_is_chosen_unless_another_is_asked_for():
    large = FLOAT_16X24._replace(name="40x30", size=(40, 30))
    free = FLOAT_16X24._replace(name=model_interface.ANY_SIZE, size=None)
    choose = arm64_models.choose
    assert choose([large, FLOAT_16X24], (64, 48)) is FLOAT_16X24
    assert choose([FLOAT_16X24, large], (40, 30)) is large
    assert choose([large, free], (64, 48)) is free


def test_photos_come_as_the_file_takes_them():
    pixels = arm64.photos(FLOAT_16X24._replace(takes_pixels=True), (64, 48), 2)
    images = arm64.photos(FLOAT_16X24, (64, 48), 2)
    assert pixels.dtype == np.uint8
    assert pixels.shape == (2, 16, 24, 3)
    np.testing.assert_allclose(images, pixels / 127.5 - 1, atol=1e-6)


def test_differences_are_counted_in_levels_of_255(random):
    pixels = random.integers(0, 250, (2, 16, 24, 3), "uint8")
    others = pixels.copy()
    others[0, 0, 0, 0] += 3
    result = arm64.compare(pixels, others)
    assert result.largest == 3
    assert result.mean == pytest.approx(3 / pixels.size)
    assert result.psnr == pytest.approx(10 * np.log10(255**2 * pixels.size / 9))
    images = pixels.astype("float32") / 127.5 - 1
    other_images = others.astype("float32") / 127.5 - 1
    again = arm64.compare(images, other_images)
    assert again == pytest.approx(result, rel=1e-4)


def report(first, second, **changes):
    signature = FLOAT_16X24._replace(**changes)
    result = arm64.compare(first, second)
    return arm64.report({"a.tflite": signature}, {"a.tflite": result})


def test_agreement_and_disagreement_are_told_apart(random, capsys):
    images = random.uniform(-0.9, 0.9, (1, 16, 24, 3)).astype("float32")
    one_off = images.copy()
    one_off[0, 0, 0, 0] += 2e-4
    assert report(images, images)
    assert not report(images, one_off)
    assert "DIFFERS" in capsys.readouterr().out
    for arithmetic in (arm64_models.INT8, arm64_models.DYNAMIC_RANGE):
        assert report(images, one_off, arithmetic=arithmetic)
        assert not report(images, -images, arithmetic=arithmetic)
        assert not report(images, images * np.nan, arithmetic=arithmetic)


def test_small_differences_everywhere_are_too_much():
    images = np.zeros((1, 16, 24, 3), "float32")
    assert not report(
        images, images + 5 / 127.5, arithmetic=arm64_models.DYNAMIC_RANGE
    )


def test_a_float_file_that_gives_pixels_may_round_either_way(random):
    pixels = random.integers(0, 250, (1, 16, 24, 3), "uint8")
    one_off, two_off = pixels.copy(), pixels.copy()
    one_off[0, 0, 0, 0] += 1
    two_off[0, 0, 0, 0] += 2
    assert report(pixels, one_off, gives_pixels=True)
    assert not report(pixels, two_off, gives_pixels=True)


def test_foreign_files_are_named(tmp_path):
    (tmp_path / "text.tflite").write_text("no model")
    for name in ("text.tflite", "gone.tflite"):
        with pytest.raises(errors.InputError, match=f"{name} is not a .tfl"):
            arm64_models.read_signatures(tmp_path / name)


@pytest.mark.slow
def test_without_the_emulator_the_command_says_how_to_install_it(
    convert, run_command, tmp_path
):
    done = run_command(
        sys.executable,
        *("-m", "benchmarks.arm64", convert("24x16", (16, 24))),
        env={**os.environ, "PATH": str(tmp_path)},
    )
    assert done.returncode == 1
    assert "error: qemu-aarch64-static is missing" in done.stderr
    assert arm64_machine.INSTALL in done.stderr


def test_a_fetch_that_fails_leaves_nothing_behind(tmp_path, monkeypatch):
    for name in (arm64_machine.QEMU, arm64_machine.DEBOOTSTRAP):
        program = tmp_path / "bin" / name
        program.parent.mkdir(exist_ok=True)
        # The last argument is the folder to write.
        program.write_text(
            "#!/bin/sh\nfor folder; do :; done\n"
            '/bin/mkdir "$folder"\necho E: no route >&2\nexit 1\n'
        )
        program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    with pytest.raises(errors.InputError, match="takes a network: E: no route"):
        arm64_machine.Machine(tmp_path / "cache")
    assert list((tmp_path / "cache").iterdir()) == []
