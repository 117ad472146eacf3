"""Cluster examples: examples/train_on_*.

No cluster is there to run them. The commands that set TF_CONFIG are run; the
manifest is read by the models of Kubeflow Trainer's API.
"""

import os
import pathlib
import re
import subprocess

import pytest
import yaml
from kubeflow_trainer_api import models

from cartoongan_tf.training import distribution

EXAMPLES = pathlib.Path(__file__).parents[2] / "examples"
MANIFEST = EXAMPLES / "train_on_kubernetes.yaml"


@pytest.fixture
def manifest():
    parts = yaml.safe_load_all(MANIFEST.read_text())
    return {each["kind"]: each for each in parts}


@pytest.fixture
def run_script(tmp_path, monkeypatch):
    """Runs a command with programs of ours in the place of a cluster's.

    The last, `cartoongan`, shows the variable that it was given.
    """

    def run(*command, programs=(), **variables):
        shown = {"cartoongan": 'echo "$TF_CONFIG"', **dict(programs)}
        for name, text in shown.items():
            program = tmp_path / name
            program.write_text(f"#!/bin/bash\n{text}\n")
            program.chmod(0o755)
        path = f"{tmp_path}:{os.environ['PATH']}"
        done = subprocess.run(
            command,
            capture_output=True,
            text=True,
            check=True,
            env=os.environ | variables | {"PATH": path},
        )
        monkeypatch.setenv("TF_CONFIG", done.stdout)
        return done.stdout

    return run


@pytest.mark.parametrize(
    ("kind", "model"),
    [
        ("TrainingRuntime", models.TrainerV1alpha1TrainingRuntime),
        ("TrainJob", models.TrainerV1alpha1TrainJob),
    ],
)
def test_kubeflow_trainer_knows_every_field(manifest, kind, model):
    """Fields that the models do not know would be lost on the way."""
    assert model.from_dict(manifest[kind]).to_dict() == manifest[kind]


def test_the_job_names_its_runtime_and_its_container(manifest):
    runtime, job = manifest["TrainingRuntime"], manifest["TrainJob"]
    reference = job["spec"]["runtimeRef"]
    assert reference["kind"] == runtime["kind"]
    assert reference["name"] == runtime["metadata"]["name"]
    (replicated,) = runtime["spec"]["template"]["spec"]["replicatedJobs"]
    pod = replicated["template"]["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    assert replicated["name"] == container["name"] == "node"
    volumes = {volume["name"] for volume in pod["volumes"]}
    assert {each["name"] for each in container["volumeMounts"]} == volumes


@pytest.mark.parametrize("index", [0, 1])
def test_a_pod_knows_which_worker_it_is(manifest, run_script, index):
    job = manifest["TrainJob"]
    trainer = job["spec"]["trainer"]
    variables = {each["name"]: each["value"] for each in trainer["env"]}
    assert variables["JOB"] == job["metadata"]["name"]
    assert variables["WORKERS"] == str(trainer["numNodes"])
    text = run_script(
        *trainer["command"], JOB_COMPLETION_INDEX=str(index), **variables
    )
    assert distribution.read_task() == (index, 2)
    # As JobSet names the pods of a job.
    hosts = ["storybook-node-0-0.storybook", "storybook-node-0-1.storybook"]
    assert re.findall(r'"([\w.-]+):2222"', text) == hosts


@pytest.mark.parametrize("index", [0, 1])
def test_a_slurm_task_knows_which_worker_it_is(run_script, index):
    text = run_script(
        "bash",
        str(EXAMPLES / "train_on_slurm.sh"),
        programs={
            "srun": 'shift; exec "$@"',
            "scontrol": '[ "$3" = "node[01-02]" ] && printf "node0%d\\n" 1 2',
        }.items(),
        SLURM_JOB_NODELIST="node[01-02]",
        SLURM_PROCID=str(index),
    )
    assert distribution.read_task() == (index, 2)
    assert re.findall(r'"(\w+):2222"', text) == ["node01", "node02"]
