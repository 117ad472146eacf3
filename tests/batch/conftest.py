import os
import pathlib
import subprocess
import sys
import tempfile

import pytest
import ray_cluster
import small_model

ROOT = pathlib.Path(__file__).parents[2]


@pytest.fixture(scope="session")
def model(tmp_path_factory):
    """A tiny network, in a file that any process can open."""
    return small_model.write(tmp_path_factory.mktemp("model"))


@pytest.fixture
def cluster():
    """Two nodes with a core each, started by `ray start`."""
    with (
        tempfile.TemporaryDirectory(
            prefix="ray-", ignore_cleanup_errors=True
        ) as folder,
        ray_cluster.RayCluster(pathlib.Path(folder)) as nodes,
    ):
        nodes.add_node(cpus=1)
        nodes.add_node(cpus=1)
        yield nodes


@pytest.fixture
def start_batch(model):
    """Starts the command in a subprocess, which is ended after the test."""
    started = []

    def start(source, target, *flags, **variables):
        command = [
            *(sys.executable, "-m", "cartoongan_tf", "batch"),
            f"--model={model}",
            f"--input={source}",
            f"--output={target}",
            *flags,
        ]
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=os.environ | variables,
            stderr=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.wait()
        process.stderr.close()


@pytest.fixture
def batch(start_batch):
    """Runs the command; returns exit status and lines of standard error."""

    def run(*arguments, **variables):
        process = start_batch(*arguments, **variables)
        _, text = process.communicate()
        lines = [x for x in text.splitlines() if not x.startswith("Cartooniz")]
        return process.returncode, lines

    return run
