"""The steps of docs/serving.md, on the command, while requests go on."""

import concurrent.futures
import contextlib
import pathlib
import shutil
import threading

import grpc
import local_process
import pytest
import requests
from tensorflow_serving.apis import model_management_pb2
from tensorflow_serving.apis import model_service_pb2_grpc
from waiting import wait_until

CONFIG = pathlib.Path(__file__).parents[2] / "serving" / "models.config"
CANARY = "version_labels { key: 'canary' value: 2 }"
SECONDS = 60


@pytest.fixture
def text(words):
    """The shipped file, for the model of words."""
    return CONFIG.read_text().replace("/models/cartoongan", str(words))


@pytest.fixture
def write(tmp_path):
    def write(text):
        new = tmp_path / "models.new"
        new.write_text(text)
        return new.replace(tmp_path / "models.config")

    return write


def both(text, *labels, stable=1):
    """The file with version 2 in it, and further labels."""
    text = text.replace("versions: 1\n", "versions: 1 versions: 2\n")
    text = text.replace('"stable"\n      value: 1', f"'stable' value: {stable}")
    assert f"value: {stable}" in text
    head, brace, tail = text.rpartition("}\n}")
    return f"{head}{' '.join(labels)}{brace}{tail}"


@contextlib.contextmanager
def asking(url):
    """Clients that ask `stable` all the while; gives their statuses."""
    done = threading.Event()

    def ask(statuses):
        with requests.Session() as session:
            while not done.is_set():
                answer = session.post(
                    f"{url}/labels/stable:predict",
                    json={"instances": ["a"]},
                    timeout=SECONDS,
                )
                statuses.append(answer.status_code)

    seen = [[], []]
    with concurrent.futures.ThreadPoolExecutor() as threads:
        asked = [threads.submit(ask, statuses) for statuses in seen]
        try:
            yield seen
        finally:
            done.set()
        for each in asked:
            each.result()


def states(url):
    told = requests.get(url, timeout=SECONDS).json()["model_version_status"]
    return {each["version"]: each["state"] for each in told}


def version(url, label):
    """Which version a label stands for; None if for none."""
    answer = requests.get(f"{url}/labels/{label}/metadata", timeout=SECONDS)
    if answer.status_code == 400:
        return None
    return answer.json()["model_spec"]["version"]


def test_a_version_is_rolled_out_and_back(words, text, write):
    path = write(text)
    with local_process.serve(
        f"--model_config_file={path}",
        "--model_config_file_poll_wait_seconds=0.1",
    ) as server:
        url = f"{server.rest}/v1/models/cartoongan"
        with asking(url) as seen:
            shutil.copytree(words / "1", words / "new")
            (words / "new").rename(words / "2")
            write(both(text))
            wait_until(lambda: states(url) == dict.fromkeys("12", "AVAILABLE"))
            write(both(text, CANARY))
            wait_until(lambda: version(url, "canary") == "2")
            assert version(url, "stable") == "1"
            write(both(text, stable=2))
            wait_until(lambda: version(url, "stable") == "2")
            assert version(url, "canary") is None
            write(both(text))
            wait_until(lambda: version(url, "stable") == "1")
            write(text)
            wait_until(lambda: states(url) == {"1": "AVAILABLE", "2": "END"})
            assert version(url, "stable") == "1"
    assert all(statuses and set(statuses) == {200} for statuses in seen)


def test_models_that_come_over_grpc_are_on_the_page_and_counted(words):
    with local_process.serve(f"--model_dir={words}") as server:
        reload(server, "b", words)
        page = requests.get(f"{server.rest}/page/models.json", timeout=SECONDS)
        assert page.json()["models"] == [{"name": "b", "versions": [1]}]
        answer = requests.post(
            f"{server.rest}/v1/models/b:predict",
            json={"instances": ["a"]},
            timeout=SECONDS,
        )
        assert answer.status_code == 200
        metrics = requests.get(
            f"{server.rest}/monitoring/prometheus/metrics", timeout=SECONDS
        ).text
        assert 'request_count{model_name="b",status="OK"} 1.0' in metrics
        assert 'version_state{model_name="b",version="1"} 30.0' in metrics


def reload(server, name, folder):
    request = model_management_pb2.ReloadConfigRequest()
    request.config.model_config_list.config.add(
        name=name, base_path=str(folder), model_platform="tensorflow"
    )
    target = server.grpc.removeprefix("grpc://")
    with grpc.insecure_channel(target) as channel:
        stub = model_service_pb2_grpc.ModelServiceStub(channel)
        stub.HandleReloadConfigRequest(request, timeout=SECONDS)
