import json

import pytest

from cartoongan_tf.core import errors
from cartoongan_tf.training import config
from cartoongan_tf.training import distribution

WORKERS = {"worker": ["host0:2222", "host1:2222"]}


def settings_of(strategy, **changes):
    return config.TrainConfig("p", "c", "w", strategy=strategy, **changes)


def test_the_default_is_one_device():
    cluster = distribution.join(settings_of("none"))
    assert (cluster.replicas, cluster.workers) == (1, 1)
    assert cluster.is_chief
    assert cluster.total(3) == 3


@pytest.mark.parametrize(
    ("cluster", "role", "index", "expected"),
    [
        (WORKERS, "worker", 0, (0, 2)),
        (WORKERS, "worker", 1, (1, 2)),
        ({**WORKERS, "chief": ["host2:2222"]}, "chief", 0, (0, 3)),
        ({**WORKERS, "chief": ["host2:2222"]}, "worker", 0, (1, 3)),
    ],
)
def test_the_worker_is_read_from_tf_config(
    monkeypatch, cluster, role, index, expected
):
    described = {"cluster": cluster, "task": {"type": role, "index": index}}
    monkeypatch.setenv("TF_CONFIG", json.dumps(described))
    assert distribution.read_task() == expected


@pytest.mark.parametrize(
    "text",
    [
        "worker 0",
        "[]",
        json.dumps({"cluster": WORKERS}),
        json.dumps({"cluster": WORKERS, "task": {"type": "worker"}}),
        json.dumps(
            {"cluster": WORKERS, "task": {"type": "worker", "index": 2}}
        ),
        json.dumps({"cluster": WORKERS, "task": {"type": "ps", "index": 0}}),
    ],
)
def test_an_invalid_tf_config_is_reported(monkeypatch, text):
    monkeypatch.setenv("TF_CONFIG", text)
    with pytest.raises(errors.InputError, match="TF_CONFIG") as caught:
        distribution.join(settings_of("multi_worker"))
    assert str(caught.value).endswith(f"received {text}.")


def test_a_missing_tf_config_is_reported(monkeypatch):
    monkeypatch.delenv("TF_CONFIG", raising=False)
    with pytest.raises(errors.InputError, match="it is not set"):
        distribution.join(settings_of("multi_worker"))
