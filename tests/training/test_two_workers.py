"""Runs of two processes on this machine, as two workers of a cluster."""

import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import time

import numpy as np
import pytest
import run_states

from cartoongan_tf.images import pictures

ROOT = pathlib.Path(__file__).parents[2]
TINY = (
    *run_states.SLOWLY,
    *run_states.SMALL,
    "--content_features=pyramid",
    "--batch_size=4",
    "--image_pool=5",
    "--people_content=3",
    "--palette_weight=20",
    "--match_crops",
    "--warmup_loss=pixels",
    "--warmup_steps=150",
    "--steps=2",
    "--sample_every=1000",
    "--checkpoint_every=20",
)
KILL_AT = 45  # Between two checkpoints.

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    """Flags that name folders of noise."""
    parent = tmp_path_factory.mktemp("data")
    random = np.random.default_rng(0)
    for name in ("photo", "people", "cartoon"):
        for number in range(5):
            pixels = random.integers(0, 256, (40, 56, 3), "uint8")
            pictures.write_png(parent / name / f"{number}.png", pixels)
    return [f"--{n}_dir={parent / n}" for n in ("photo", "people", "cartoon")]


@pytest.fixture(scope="module")
def start(folders):
    """Starts a worker, or a run of its own; all are ended with the test."""
    processes = []

    def start(workdir, *arguments, **variables):
        command = (*folders, f"--workdir={workdir}", *TINY, *arguments)
        process = subprocess.Popen(
            [sys.executable, "train.py", *command],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=os.environ | variables,
        )
        processes.append(process)
        return process

    yield start
    for process in processes:
        with process:  # Which closes its pipes.
            process.kill()


@pytest.fixture(scope="module")
def start_two(start):
    def start_two(*workdirs):
        addresses = [f"127.0.0.1:{port}" for port in free_ports(2)]
        return [
            start(
                workdir,
                "--strategy=multi_worker",
                TF_CONFIG=json.dumps(
                    {
                        "cluster": {"worker": addresses},
                        "task": {"type": "worker", "index": index},
                    }
                ),
            )
            for index, workdir in enumerate(workdirs)
        ]

    return start_two


@pytest.fixture(scope="module")
def whole(start_two, tmp_path_factory):
    """Folder of a run of two workers, and what they wrote on stdout."""
    workdir = tmp_path_factory.mktemp("whole") / "run"
    outputs = finish(start_two(workdir, workdir))
    return workdir, outputs


def free_ports(count):
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


def finish(processes):
    outputs = []
    for process in processes:
        output, error = process.communicate()
        assert process.returncode == 0, error
        outputs.append(output)
    return outputs


def wait_for_step(process, workdir, step):
    log = workdir / "log.csv"
    while not log.exists() or len(log.read_text().splitlines()) <= step:
        assert process.poll() is None, process.communicate()
        time.sleep(0.02)


def state_of(folder):
    return {
        path: (path.stat().st_mtime_ns, path.stat().st_ino)
        for path in [folder, *folder.rglob("*")]
    }


def test_two_workers_train_like_one(whole, start, tmp_path):
    workdir, (chief, other) = whole
    finish([start(tmp_path / "one")])
    # Adam soon forgets in the warm-up: rounding errors grow in its moments. On
    # CPUs with AMX they reach 0.12 there, 0.001 in the discriminator's weights
    # and 0.004 in its gradient.
    run_states.assert_close(
        tmp_path / "one", workdir, tolerance=0.003, moments=0.2, log=0.02
    )
    assert "2 replicas on 2 workers, 2 images each." in chief
    assert "Phase adversarial: 0 of 2 steps done." in chief
    assert other == (
        "Worker 1 of 2 is waiting for the others; worker 0 writes all files "
        "and shows the progress.\n"
    )


@pytest.mark.distributed
@pytest.mark.parametrize("victim", [0, 1])
def test_a_run_resumes_after_a_killed_worker(
    whole, start_two, tmp_path, victim
):
    """The others say so; started again, they end with the same bits."""
    run, copy = tmp_path / "run", tmp_path / "copy"
    workers = start_two(run, run)
    wait_for_step(workers[0], run, KILL_AT)
    workers[victim].kill()
    _, error = workers[1 - victim].communicate()
    assert workers[1 - victim].returncode == 1
    assert error.splitlines()[-1] == (
        f"error: worker {1 - victim} of 2 lost another worker, whose "
        "output says why it ended. Start all of them again with the same "
        "commands to resume from the last checkpoint."
    )
    rows = (run / "log.csv").read_text().splitlines()
    assert KILL_AT < len(rows) < 150
    # One folder for each, to see who writes into it.
    shutil.copytree(run, copy)
    shutil.copy(whole[0] / "windows.npz", copy)  # Which the chief will write.
    before = state_of(copy)
    finish(start_two(run, copy))
    run_states.assert_same_bits(run, whole[0])
    assert state_of(copy) == before


def test_a_signal_to_one_worker_stops_both_after_the_same_step(
    start_two, tmp_path
):
    workers = start_two(tmp_path / "run", tmp_path / "run")
    wait_for_step(workers[0], tmp_path / "run", KILL_AT)
    workers[1].send_signal(signal.SIGTERM)
    for worker in workers:
        _, error = worker.communicate()
        assert worker.returncode == 130
        assert "Run the same command again to resume." in error
    rows = (tmp_path / "run" / "log.csv").read_text().splitlines()
    state = run_states.checkpoint(tmp_path / "run", "warm_up")
    steps = [int(array) for array in state if array.dtype.kind in "iu"]
    assert steps[0] == len(rows) - 1 < 150


def test_a_port_in_use_is_reported(start):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        described = {
            "cluster": {"worker": [f"127.0.0.1:{port}"]},
            "task": {"type": "worker", "index": 0},
        }
        worker = start(
            "unused", "--strategy=multi_worker", TF_CONFIG=json.dumps(described)
        )
        _, error = worker.communicate()
    assert worker.returncode == 1
    assert "worker 0 cannot listen on its port in TF_CONFIG" in error


def test_workers_must_share_the_folder(start_two, tmp_path):
    chief, other = start_two(tmp_path / "run", tmp_path / "elsewhere")
    _, error = other.communicate()
    assert other.returncode == 1
    assert "elsewhere does not hold the run that the chief st" in error
    chief.communicate()
    assert chief.returncode == 1
    assert not (tmp_path / "elsewhere").exists()
