"""Models, policies and labels that change while a catalog is in use."""

import concurrent.futures
import logging
import os
import shutil
import threading

import pytest
from waiting import wait_until

from serving import catalogs
from serving import model_configs
from serving import refusals
from serving import version_folders
from serving import version_policies
from serving import version_states
from serving import watched_configs

State = version_states.State


@pytest.fixture
def base(words):
    """A folder with the versions 1 and 2."""
    shutil.copytree(words / "1", words / "2")
    return words


@pytest.fixture
def model(base):
    def model(*versions, name="m", folder=base, **labels):
        policy = version_policies.Specific(frozenset(versions))
        return model_configs.ModelConfig(name, folder, policy, labels)

    return model


@pytest.fixture
def make():
    made = []

    def make(*configs):
        made.append(catalogs.Catalog(configs))
        made[-1].refresh()
        return made[-1]

    yield make
    for catalog in made:
        catalog.close()


@pytest.fixture
def write(base, tmp_path):
    """Writes the config of one model to a file, which it gives."""
    path = tmp_path / "models.config"

    def write(*versions, name="m", folder=base, **labels):
        chosen = " ".join(f"versions: {number}" for number in versions)
        named = " ".join(
            f"version_labels {{ key: '{label}' value: {number} }}"
            for label, number in labels.items()
        )
        text = (
            f"model_config_list {{ config {{ name: '{name}' "
            f"base_path: '{folder}' model_platform: 'tensorflow' "
            f"model_version_policy {{ specific {{ {chosen} }} }} {named} }} }}"
        )
        written = path.with_suffix(".new")
        written.write_text(text)
        return written.replace(path)

    return write


@pytest.fixture
def follow(write, make):
    """A file, the catalog made of it, and what watches it, by hand."""

    def follow(*versions, **labels):
        models = model_configs.read(write(*versions, **labels))
        catalog = make(*models)
        path = write(*versions, **labels)
        watched = watched_configs.WatchedConfig(path, models, catalog, 0.01)
        return path, catalog, watched

    return follow


def states(catalog, name="m"):
    return {s.version: s.state for s in catalog.statuses(name)}


def number(catalog, label=None, name="m"):
    with catalog.lease(name, None, label) as lent:
        return lent.number


def refusal(function, *args):
    with pytest.raises(refusals.Refusal) as caught:
        function(*args)
    return caught.value.code.name, caught.value.message


def truncate(folder):
    file = folder / version_folders.MODEL_FILE
    file.write_bytes(file.read_bytes()[:1000])


def test_models_that_are_new_are_loaded_and_those_that_are_gone_end(
    make, model
):
    catalog = make(model(1, stable=1))
    catalog.reconfigure([model(1, name="n")])
    assert catalog.names == ["n"]
    assert number(catalog, name="n") == 1
    assert states(catalog) == {1: State.END}
    assert refusal(number, catalog) == (
        "NOT_FOUND",
        "Servable not found for request: Latest(m)",
    )
    assert refusal(number, catalog, "stable") == (
        "INVALID_ARGUMENT",
        "Unrecognized servable version label: stable",
    )
    assert catalog.ready()


def test_a_model_that_is_gone_drains_and_may_come_back(make, model):
    catalog = make(model(1))
    with catalog.lease("m"):
        catalog.reconfigure([model(1, name="n")])
        assert states(catalog) == {1: State.UNLOADING}
    catalog.refresh()
    assert states(catalog) == {1: State.END}
    catalog.reconfigure([model(1)])
    assert states(catalog) == {1: State.AVAILABLE}
    assert states(catalog, "n") == {1: State.END}


def test_policies_and_labels_change_together(make, model):
    catalog = make(model(1, stable=1))
    catalog.reconfigure([model(1, 2, stable=1)])
    assert states(catalog) == {2: State.AVAILABLE, 1: State.AVAILABLE}
    catalog.reconfigure([model(1, 2, stable=2, old=1)])
    assert (number(catalog, "stable"), number(catalog, "old")) == (2, 1)
    catalog.reconfigure([model(2, stable=2)])
    assert states(catalog) == {2: State.AVAILABLE, 1: State.END}
    assert refusal(number, catalog, "old")[0] == "INVALID_ARGUMENT"


def test_a_label_that_is_new_may_name_a_version_that_comes_with_it(make, model):
    catalog = make(model(1, stable=1))
    catalog.reconfigure([model(1, 2, stable=1, canary=2)])
    assert number(catalog, "canary") == 2


def test_a_label_that_stays_may_name_a_version_that_is_not_loaded(make, model):
    catalog = make(model(1, next=3))
    catalog.reconfigure([model(1, 2, next=3)])
    assert number(catalog) == 2


def test_a_label_cannot_move_to_a_version_that_is_not_loaded(make, model):
    catalog = make(model(1, stable=1))
    both = [model(1, 2, stable=2, canary=1), model(1, name="n")]
    assert refusal(catalog.reconfigure, both) == (
        "FAILED_PRECONDITION",
        "Request to assign label to version 2 of model m, which is not "
        "currently available for inference",
    )
    assert catalog.names == ["m"]
    assert states(catalog) == {1: State.AVAILABLE}
    assert number(catalog, "stable") == 1
    assert refusal(number, catalog, "canary")[0] == "INVALID_ARGUMENT"
    catalog.refresh()
    assert states(catalog) == {1: State.AVAILABLE}


@pytest.mark.parametrize(
    ("versions", "folder", "sentence"),
    [
        ((1,), "gone", "Model n: .*gone is not a folder"),
        ((7,), "words", "Model n: the policy chooses no version of those in "),
        ((1,), "words/1", "Model n: .* is one version of a model"),
    ],
)
def test_a_model_with_nothing_to_serve_is_refused_with_the_others(
    make, model, tmp_path, versions, folder, sentence
):
    catalog = make(model(1))
    n = model(*versions, name="n", folder=tmp_path / folder)
    with pytest.raises(refusals.Refusal, match=sentence) as caught:
        catalog.reconfigure([model(2), n])
    assert caught.value.code.name == "FAILED_PRECONDITION"
    catalog.refresh()
    assert states(catalog) == {1: State.AVAILABLE}
    assert catalog.names == ["m"]


def test_a_policy_that_would_unload_a_model_is_refused(make, model):
    catalog = make(model(1))
    code, message = refusal(catalog.reconfigure, [model(7)])
    assert code == "FAILED_PRECONDITION"
    assert "the policy chooses no version" in message
    catalog.refresh()
    assert states(catalog) == {1: State.AVAILABLE}


def test_a_model_that_stays_may_have_its_folder_away(make, model, base):
    catalog = make(model(1, stable=1))
    other = shutil.copytree(base, base.with_name("other"))
    base.rename(base.with_name("away"))
    catalog.reconfigure([model(1, stable=1), model(1, name="n", folder=other)])
    assert states(catalog) == {1: State.AVAILABLE}
    assert number(catalog, name="n") == 1


def test_a_new_model_that_cannot_be_loaded_is_told(make, model, base):
    catalog = make(model(1))
    broken = shutil.copytree(base, base.with_name("broken"))
    truncate(broken / "1")
    configs = [model(1), model(1, name="n", folder=broken)]
    code, message = refusal(catalog.reconfigure, configs)
    assert code == "UNKNOWN"
    assert message.startswith("1 model(s) did not become available: n: 1: ")
    assert "saved_model.pb" in message
    assert states(catalog, "n") == {1: State.END}
    assert not catalog.ready()
    catalog.reconfigure([model(1)])
    assert catalog.ready()


def test_labels_move_while_a_version_is_being_loaded(make, model, monkeypatch):
    catalog = make(model(1, 2, stable=2))
    loads, goes_on = threading.Event(), threading.Event()
    load = catalogs.served_versions.ServedVersions.load

    def hold(served, version):
        loads.set()
        assert goes_on.wait(60)
        load(served, version)

    monkeypatch.setattr(catalogs.served_versions.ServedVersions, "load", hold)
    n = model(1, name="n")
    with concurrent.futures.ThreadPoolExecutor() as threads:
        loading = threads.submit(
            catalog.reconfigure, [model(1, 2, stable=2), n]
        )
        assert loads.wait(60)
        back = threads.submit(catalog.reconfigure, [model(1, 2, stable=1), n])
        try:
            wait_until(lambda: number(catalog, "stable") == 1)
            assert states(catalog, "n") == {1: State.LOADING}
        finally:
            goes_on.set()
        loading.result()
        back.result()


def test_no_request_fails_while_labels_go_to_and_fro(make, model):
    catalog = make(model(1, 2, stable=1))
    done = threading.Event()

    def ask():
        seen = set()
        while not done.is_set():
            seen.add(number(catalog, "stable"))
        return seen

    with concurrent.futures.ThreadPoolExecutor(4) as threads:
        asked = [threads.submit(ask) for _ in range(4)]
        try:
            for turn in range(20):
                catalog.reconfigure(
                    [model(1, 2, stable=2 - turn % 2), model(1, name="n")]
                )
                catalog.reconfigure([model(1, 2, stable=2 - turn % 2)])
        finally:
            done.set()
        assert set.union(*(asking.result() for asking in asked)) == {1, 2}


def test_a_file_that_changes_is_followed(follow, write):
    _, catalog, watched = follow(1, stable=1)
    write(1, 2, stable=1, canary=2)
    watched.look()
    assert number(catalog, "canary") == 2
    write(1, stable=1)
    watched.look()
    assert states(catalog) == {2: State.END, 1: State.AVAILABLE}
    write(1, name="n")
    watched.look()
    assert catalog.names == ["n"]


def test_a_thread_follows_the_file_until_it_is_closed(follow, write):
    _, catalog, watched = follow(1)
    watched.start()
    (thread,) = (t for t in threading.enumerate() if t.name == "model config")
    write(2)
    wait_until(lambda: states(catalog) == {2: State.AVAILABLE, 1: State.END})
    watched.close()
    thread.join(60)
    assert not thread.is_alive()


def test_a_file_that_has_not_changed_leaves_other_configs_alone(
    follow, write, model
):
    _, catalog, watched = follow(1)
    catalog.reconfigure([model(2)])
    write(1)
    watched.look()
    assert number(catalog) == 2


def test_a_wrong_file_is_told_once_and_leaves_all_as_it_was(
    follow, write, caplog
):
    path, catalog, watched = follow(1)
    for text in ("model_config_list {", "model_config_list { config { x", ""):
        path.write_text(text)
        watched.look()
        watched.look()
    path.unlink()
    watched.look()
    watched.look()
    told = [r for r in caplog.records if r.name == watched_configs.__name__]
    assert [record.levelno for record in told] == [logging.ERROR] * 4
    assert all(str(path) in record.getMessage() for record in told)
    assert states(catalog) == {1: State.AVAILABLE}
    write(2)
    watched.look()
    assert number(catalog) == 2


def test_the_same_mistake_in_a_changed_file_is_told_again(follow, caplog):
    path, _, watched = follow(1)
    for second in (1, 2):
        path.write_text("x")
        os.utime(path, (second, second))
        watched.look()
    wrong = [r for r in caplog.records if r.levelno == logging.ERROR]
    assert len(wrong) == 2


def test_a_file_that_goes_twice_is_told_of_twice(follow, write, caplog):
    path, _, watched = follow(1)
    for _ in range(2):
        path.unlink()
        watched.look()
        write(1)
        watched.look()
    wrong = [r for r in caplog.records if r.levelno == logging.ERROR]
    assert len(wrong) == 2


def test_a_file_that_is_refused_is_followed_when_it_can_be(
    follow, write, base, caplog
):
    path, catalog, watched = follow(1)
    write(3)
    watched.look()
    watched.look()
    (wrong,) = (r for r in caplog.records if r.levelno == logging.ERROR)
    message = wrong.getMessage()
    assert message.startswith(f"{path}: Model m: the policy chooses no version")
    assert number(catalog) == 1
    shutil.copytree(base / "1", base / "unfinished")
    (base / "unfinished").rename(base / "3")
    watched.look()
    assert number(catalog) == 3
