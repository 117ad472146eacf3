"""The manifest for KubeRay: its pods against the schemas of Kubernetes.

KubeRay's own schema is in no package; the fields below are those that its
sources list (apis/ray/v1, `rayjob_types.go` and `raycluster_types.go`), as far
as the manifest has them.
"""

import pathlib
import re
import subprocess
import sys

import pytest

yaml = pytest.importorskip("yaml")
kubernetes_validate = pytest.importorskip("kubernetes_validate")

ROOT = pathlib.Path(__file__).parents[2]
MANIFEST = ROOT / "examples" / "ray-job.yaml"

JOB = {
    "backoffLimit": int,
    "entrypoint": str,
    "rayClusterSpec": dict,
    "shutdownAfterJobFinishes": bool,
    "ttlSecondsAfterFinished": int,
}
CLUSTER = {
    "enableInTreeAutoscaling": bool,
    "headGroupSpec": dict,
    "rayVersion": str,
    "workerGroupSpecs": list,
}
GROUP = {"rayStartParams": dict, "template": dict}
WORKERS = GROUP | {"groupName": str, "minReplicas": int, "maxReplicas": int}


@pytest.fixture
def job():
    return yaml.safe_load(MANIFEST.read_text())


@pytest.fixture
def groups(job):
    cluster = job["spec"]["rayClusterSpec"]
    return [cluster["headGroupSpec"], *cluster["workerGroupSpecs"]]


def types_of(fields):
    return {name: type(value) for name, value in fields.items()}


def test_kuberay_knows_every_field(job, groups):
    assert (job["apiVersion"], job["kind"]) == ("ray.io/v1", "RayJob")
    assert types_of(job["spec"]) == JOB
    assert types_of(job["spec"]["rayClusterSpec"]) == CLUSTER
    head, *workers = groups
    assert types_of(head) == GROUP
    assert [types_of(group) for group in workers] == [WORKERS] * len(workers)
    for group in groups:
        values = group["rayStartParams"].values()
        assert all(isinstance(value, str) for value in values)


@pytest.mark.parametrize("version", ["1.30", "1.34", "1.37"])
def test_kubernetes_knows_every_field_of_the_pods(groups, version):
    for group in groups:
        pod = {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {"name": "any"},
            **group["template"],
        }
        kubernetes_validate.validate(pod, version, strict=True)


def test_the_version_is_that_of_the_requirements(job):
    text = (ROOT / "requirements-scale.txt").read_text()
    required = re.search(r"^ray\[data\]==(.*)\.\*$", text, re.M)[1]
    version = job["spec"]["rayClusterSpec"]["rayVersion"]
    assert version.rpartition(".")[0] == required


def test_the_command_is_one(job):
    program, verb, *flags = job["spec"]["entrypoint"].split()
    assert (program, verb) == ("cartoongan", "batch")
    command = [sys.executable, "-m", "cartoongan_tf", "batch", "--help"]
    text = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    for flag in flags:
        assert f"  {flag.partition('=')[0]}:" in text


def test_a_core_of_each_worker_is_left_for_reading(groups):
    for group in groups[1:]:
        (container,) = group["template"]["spec"]["containers"]
        cores = int(container["resources"]["requests"]["cpu"])
        assert int(group["rayStartParams"]["num-cpus"]) == cores - 1
