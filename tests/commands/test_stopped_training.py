"""Runs that end before their time: killed, stopped, out of disk."""

import functools
import os
import pathlib
import random
import resource
import signal
import subprocess
import sys
import time

import keras
import numpy as np
import pytest
import run_states

from cartoongan_tf.images import pictures
from cartoongan_tf.inference import loading

ROOT = pathlib.Path(__file__).parents[2]
KILLS = int(os.environ.get("CARTOONGAN_KILLS", "4"))
STEPS = 3 * KILLS  # Of each phase: kills fall into both.
LONG = (
    *run_states.TINY,
    f"--warmup_steps={STEPS}",
    f"--steps={STEPS}",
    "--checkpoint_every=3",
    "--sample_every=5",
)
CACHES = ("none", "memory", "{folder}")


def start(*arguments):
    return subprocess.Popen(
        [sys.executable, "train.py", *arguments],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env=os.environ | {"PYTHONUNBUFFERED": "1"},
    )


def finish(*arguments):
    process = start(*arguments)
    output, _ = process.communicate()
    assert process.returncode == 0, output
    return output


def wait_until(process, is_there):
    """Whether something came while the process ran."""
    while process.poll() is None:
        if is_there():
            return True
        time.sleep(0.0005)
    return False


def steps_of(workdir):
    log = workdir / "log.csv"
    return log.read_bytes().count(b"\n") - 1 if log.exists() else 0


def is_writing(folder):
    return any(folder.glob(".tmp-*"))


def wait_for(moment, process, workdir, seed):
    """Waits until a process is where it is to be killed."""
    draw = random.Random(seed)
    if moment == "start":
        time.sleep(draw.uniform(0, 8))
        return process.poll() is None
    if moment == "step":
        steps = steps_of(workdir) + draw.randint(1, 6)
        return wait_until(process, lambda: steps_of(workdir) >= steps)
    return wait_until(process, lambda: is_writing(workdir / moment))


@pytest.fixture(scope="module")
def uninterrupted(tmp_path_factory):
    """Gives a run that nothing stopped: its folder, and its flags but that."""

    @functools.cache
    def uninterrupted(*changes):
        parent = tmp_path_factory.mktemp("uninterrupted")
        noise = np.random.default_rng(0)
        for kind in ("photos", "cartoons"):
            for number in range(5):
                pixels = noise.integers(0, 256, (40, 56, 3), "uint8")
                pictures.write_png(parent / kind / f"{number}.png", pixels)
        data = (
            f"--photo_dir={parent / 'photos'}",
            f"--cartoon_dir={parent / 'cartoons'}",
        )
        flags_of_run = (*data, *LONG, *changes)
        finish(*flags_of_run, f"--workdir={parent / 'run'}")
        return parent / "run", flags_of_run

    return uninterrupted


def assert_same_run(workdir, expected):
    """Weights, log, grids and checkpoints: the same bits."""
    for pattern in ("log.csv", "results/*"):
        assert run_states.contents(workdir, pattern) == run_states.contents(
            expected, pattern
        )
    run_states.assert_same_bits(workdir, expected)
    for name in ("generator.keras", "discriminator.keras"):
        a = keras.saving.load_model(expected / name).get_weights()
        b = keras.saving.load_model(workdir / name).get_weights()
        for array, other in zip(a, b, strict=True):
            np.testing.assert_array_equal(array, other)


@pytest.mark.slow
@pytest.mark.parametrize("changes", [(), run_states.LIGHT], ids=str)
def test_a_run_killed_again_and_again_ends_as_if_nothing_had_happened(
    uninterrupted, tmp_path, changes
):
    """$CARTOONGAN_KILLS times, each time with another cache."""
    expected, flags_of_run = uninterrupted(*changes)
    workdir = tmp_path / "run"
    command = (*flags_of_run, f"--workdir={workdir}")
    in_the_middle = 0
    for number in range(KILLS):
        cache = CACHES[number % 3].format(folder=tmp_path / "cached")
        process = start(*command, f"--cache={cache}")
        moment = ("step", "checkpoints", "results", "start")[number % 4]
        if not wait_for(moment, process, workdir, number):
            output, _ = process.communicate()
            assert process.returncode == 0, output
            break
        process.kill()
        process.communicate()
        in_the_middle += is_writing(workdir / moment)
    print(f"Killed {number + 1} times, {in_the_middle} in a file's writing.")
    finish(*command)
    assert_same_run(workdir, expected)
    assert not list(workdir.rglob(".tmp-*"))


@pytest.mark.slow
def test_ctrl_c_ends_a_run_that_can_go_on(uninterrupted, tmp_path):
    expected, flags_of_run = uninterrupted()
    workdir = tmp_path / "run"
    command = (*flags_of_run, f"--workdir={workdir}")
    process = start(*command)
    assert wait_until(process, lambda: steps_of(workdir) > STEPS)
    process.send_signal(signal.SIGINT)
    output, _ = process.communicate()
    assert process.returncode == 130
    assert "Run the same command again to resume." in output
    loading.load_generator(workdir, "--model")
    finish(*command)
    assert_same_run(workdir, expected)


@pytest.mark.slow
def test_a_failed_write_leaves_the_last_checkpoint(make_folder, tmp_path):
    """A limit on the size of files stands for a disk that fills up."""

    def limit():
        resource.setrlimit(resource.RLIMIT_FSIZE, (150_000, 150_000))

    arguments = (
        f"--photo_dir={make_folder('photos', 5)}",
        f"--cartoon_dir={make_folder('cartoons', 4)}",
        f"--workdir={tmp_path / 'run'}",
        *run_states.TINY,
        "--warmup_steps=0",
    )
    finish(*arguments, "--steps=2")
    before = run_states.contents(tmp_path / "run", "checkpoints/*")
    done = subprocess.run(
        [sys.executable, "train.py", *arguments, "--steps=4"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        preexec_fn=limit,
    )
    assert "no space left to write" in done.stderr
    assert "Traceback" not in done.stderr
    assert run_states.contents(tmp_path / "run", "checkpoints/*") == before
    finish(*arguments, "--steps=4")
