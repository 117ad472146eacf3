import concurrent.futures
import shutil
import threading
import time

import grpc
import numpy as np
import pytest
from tensorflow_serving.apis import get_model_status_pb2

from serving import catalogs
from serving import model_configs
from serving import refusals
from serving import version_folders
from serving import version_policies
from serving import version_states

State = version_states.State
LATEST = version_policies.Latest()
ALL = version_policies.All()
WORDS = {"words": np.array([b"a"], object)}


@pytest.fixture
def base(words):
    return words


@pytest.fixture
def publish(base, tmp_path):
    """Publishes version 1 under other numbers, by a rename."""
    first = shutil.copytree(base / "1", tmp_path / "first")

    def publish(number, damage=lambda folder: None):
        copy = shutil.copytree(first, base / "unfinished")
        damage(copy)
        copy.rename(base / str(number))

    return publish


@pytest.fixture
def make(base):
    """Makes catalogs of `base` that are refreshed by hand."""
    made = []

    def make(policy=LATEST, labels=(), **settings):
        config = model_configs.ModelConfig("m", base, policy, dict(labels))
        made.append(catalogs.Catalog([config], **settings))
        made[-1].refresh()
        return made[-1]

    yield make
    for catalog in made:
        catalog.close()


def states(catalog):
    return {s.version: s.state for s in catalog.statuses("m")}


def number(catalog, version=None, label=None, name="m"):
    with catalog.lease(name, version, label) as lent:
        return lent.number


def refusal(function, *args):
    with pytest.raises(refusals.Refusal) as caught:
        function(*args)
    return caught.value


def truncate(folder):
    model = folder / version_folders.MODEL_FILE
    model.write_bytes(model.read_bytes()[:1000])


def test_states_are_those_of_tensorflow_serving():
    theirs = dict(get_model_status_pb2.ModelVersionStatus.State.items())
    assert {state.name: state.value for state in State} == {
        name: value for name, value in theirs.items() if name != "UNKNOWN"
    }


def test_the_latest_version_takes_the_old_ones_place(make, publish):
    catalog = make()
    assert states(catalog) == {1: State.AVAILABLE}
    publish(10)
    publish(9)
    catalog.refresh()
    assert states(catalog) == {10: State.AVAILABLE, 1: State.END}
    assert number(catalog) == 10
    assert catalog.statuses("m")[1].code is grpc.StatusCode.OK


def test_the_old_version_answers_until_the_new_one_is_ready(
    make, publish, monkeypatch
):
    catalog = make()
    publish(2)
    seen = []
    load = catalogs.served_versions.ServedVersions.load

    def look(model, version):
        seen.append((states(catalog), number(catalog)))
        load(model, version)

    monkeypatch.setattr(catalogs.served_versions.ServedVersions, "load", look)
    catalog.refresh()
    assert seen == [({2: State.LOADING, 1: State.AVAILABLE}, 1)]
    assert number(catalog) == 2


def test_an_old_version_drains_before_it_is_closed(make, publish):
    catalog = make()
    with catalog.lease("m") as old:
        publish(2)
        catalog.refresh()
        assert states(catalog)[1] is State.UNLOADING
        assert number(catalog) == 2
        catalog.refresh()
        assert old.run("unique", WORDS)
    catalog.refresh()
    assert states(catalog)[1] is State.END


def test_versions_can_be_asked_for_by_number_and_label(make, publish):
    publish(2)
    catalog = make(ALL, {"stable": 1, "canary": 2, "next": 3})
    assert number(catalog) == 2
    assert number(catalog, 1) == 1
    assert number(catalog, None, "stable") == 1
    assert number(catalog, None, "canary") == 2


@pytest.mark.parametrize(
    ("request_", "code", "message"),
    [
        (
            (None, None, "x"),
            "NOT_FOUND",
            "Servable not found for request: Latest(x)",
        ),
        (
            (3,),
            "NOT_FOUND",
            "Servable not found for request: Specific(m, 3)",
        ),
        (
            (None, "x"),
            "INVALID_ARGUMENT",
            "Unrecognized servable version label: x",
        ),
        (
            (None, "next"),
            "INVALID_ARGUMENT",
            "Unrecognized servable version label: next",
        ),
        (
            (None, None, ""),
            "INVALID_ARGUMENT",
            "ModelSpec has no name specified.",
        ),
    ],
)
def test_versions_that_are_not_there_are_refused(make, request_, code, message):
    answer = refusal(number, make(labels={"next": 3}), *request_)
    assert (answer.code.name, answer.message) == (code, message)


def test_statuses_of_what_never_was_are_refused(make):
    catalog = make()
    answer = refusal(catalog.statuses, "x")
    assert answer.code is grpc.StatusCode.NOT_FOUND
    assert answer.message == "Could not find any versions of model x"
    answer = refusal(catalog.statuses, "m", 3)
    assert answer.message == "Could not find version 3 of model m"
    answer = refusal(catalog.statuses, "")
    assert answer.message == "ModelSpec has no name specified."


def test_status_by_label_tells_of_all_versions(make, publish):
    publish(2)
    found = make(ALL, {"stable": 1}).statuses("m", label="stable")
    assert [status.version for status in found] == [2, 1]


def test_a_broken_version_ends_and_the_old_one_stays(make, publish):
    catalog = make(retry_seconds=0, retries=2)
    publish(2, truncate)
    catalog.refresh()
    assert number(catalog) == 1
    ended, _ = catalog.statuses("m")
    assert ended.state is State.END
    assert ended.code is grpc.StatusCode.NOT_FOUND
    assert "saved_model.pb" in ended.message


def test_one_old_version_stays_when_several_new_ones_are_broken(make, publish):
    publish(2)
    catalog = make(version_policies.Latest(2))
    publish(3, truncate)
    publish(4, truncate)
    catalog.refresh()
    assert states(catalog) == {
        4: State.END,
        3: State.END,
        2: State.AVAILABLE,
        1: State.END,
    }


def test_a_broken_version_is_tried_again_some_times(make, publish, monkeypatch):
    tries = []
    load = catalogs.served_versions.ServedVersions.load

    def count(model, version):
        tries.append(version.number)
        load(model, version)

    monkeypatch.setattr(catalogs.served_versions.ServedVersions, "load", count)
    publish(2, truncate)
    make(retry_seconds=0, retries=2).refresh()
    assert tries == [2, 2, 2]
    tries.clear()
    make(retry_seconds=3600).refresh()
    assert tries == [2]


def test_a_broken_version_that_is_replaced_is_loaded(make, publish, base):
    publish(2, truncate)
    catalog = make(retries=0)
    assert states(catalog) == {2: State.END}
    assert not catalog.ready()
    shutil.rmtree(base / "2")
    publish(2)
    catalog.refresh()
    assert states(catalog) == {2: State.AVAILABLE}
    assert catalog.ready()


def test_removing_the_latest_version_brings_back_the_one_before(
    make, publish, base
):
    publish(2)
    catalog = make()
    publish(3)
    catalog.refresh()
    shutil.rmtree(base / "3")
    catalog.refresh()
    assert states(catalog) == {
        3: State.END,
        2: State.AVAILABLE,
    }


def test_removing_all_versions_unloads_them(make, base):
    catalog = make()
    shutil.rmtree(base / "1")
    catalog.refresh()
    assert states(catalog) == {1: State.END}


def test_a_base_path_that_goes_unloads_nothing(make, base):
    catalog = make()
    base.rename(base.with_name("away"))
    catalog.refresh()
    assert states(catalog) == {1: State.AVAILABLE}
    base.with_name("away").rename(base)


def test_folders_that_are_no_versions_are_not_looked_at(make, base):
    for name in ("x", "2", "-3", "²", str(2**63)):
        (base / name).mkdir()
    for name in ("-3", "²", str(2**63)):
        shutil.copy(base / "1" / version_folders.MODEL_FILE, base / name)
    assert states(make(ALL)) == {1: State.AVAILABLE}


@pytest.mark.parametrize(
    ("folder", "sentence"),
    [
        ("words/1", r"is one version of a model; give the folder .*words\."),
        ("gone", "is not a folder"),
        ("empty", "holds no version of a model"),
        ("broken", r"No version of m in .* could be loaded\. 4: .*pb"),
    ],
)
def test_a_folder_with_nothing_to_serve_is_refused_at_the_start(
    base, publish, tmp_path, folder, sentence
):
    (tmp_path / "empty").mkdir()
    publish(4, truncate)
    (tmp_path / "broken").mkdir()
    (base / "4").rename(tmp_path / "broken" / "4")
    config = model_configs.of_folder("m", tmp_path / folder)
    with pytest.raises(ValueError, match=sentence):
        catalogs.Catalog([config]).start()


def wait_for(condition):
    end = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)


def test_no_request_fails_while_versions_come_and_go(base, publish):
    config = model_configs.of_folder("m", base)
    catalog = catalogs.Catalog([config], poll_seconds=0.01)
    catalog.start()
    done = threading.Event()

    def ask():
        seen = []
        while not done.is_set():
            with catalog.lease("m") as version:
                version.run("unique", WORDS)
                seen.append(version.number)
        return seen

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        asked = [pool.submit(ask) for _ in range(8)]
        for new in (2, 3, 4):
            publish(new)
            wait_for(lambda new=new: states(catalog).get(new) == 30)
        done.set()
        seen = [asking.result() for asking in asked]
    wait_for(lambda: states(catalog)[1] is State.END)
    catalog.close()
    assert states(catalog) == dict.fromkeys((1, 2, 3, 4), State.END)
    assert all(numbers == sorted(numbers) for numbers in seen)
    assert any(numbers[0] == 1 for numbers in seen)


def test_closing_waits_for_what_is_lent(make):
    catalog = make()
    closing = threading.Thread(target=catalog.close)
    with catalog.lease("m") as version:
        closing.start()
        wait_for(lambda: states(catalog) == {1: State.UNLOADING})
        assert version.run("unique", WORDS)
    closing.join()
    assert states(catalog) == {1: State.END}


def test_closing_waits_no_longer_than_told(make):
    catalog = make()
    with catalog.lease("m"):
        catalog.close(drain_seconds=0)
    assert states(catalog) == {1: State.UNLOADING}


def test_closing_does_not_wait_for_what_is_loaded_for_ever(
    make, publish, monkeypatch
):
    catalog = make()
    publish(2)
    loads, goes_on = threading.Event(), threading.Event()

    def hold(model, version):
        loads.set()
        assert goes_on.wait(60)

    monkeypatch.setattr(catalogs.served_versions.ServedVersions, "load", hold)
    refreshing = threading.Thread(target=catalog.refresh)
    refreshing.start()
    loads.wait()
    catalog.close(drain_seconds=0)
    assert states(catalog) == {2: State.LOADING, 1: State.AVAILABLE}
    goes_on.set()
    refreshing.join()
