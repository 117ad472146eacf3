import concurrent.futures
import shutil
import threading

import numpy as np
import pytest
from waiting import wait_until

from serving.local import errors
from serving.local import model
from serving.local import model_folders
from serving.local import versions

WORDS = np.array([b"a"], object)


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

    def make():
        catalog = versions.Catalog({"m": base})
        catalog.refresh()
        return catalog

    return make


def states(catalog):
    return {int(s["version"]): s["state"] for s in catalog.status("m")}


def error_of(function, *args):
    with pytest.raises(errors.RequestError) as caught:
        function(*args)
    assert caught.value.code == "NOT_FOUND"
    return caught.value.message


def truncate(folder):
    file = folder / model_folders.MODEL_FILE
    file.write_bytes(file.read_bytes()[:1000])


def test_the_latest_version_replaces_the_old_one(make, publish):
    catalog = make()
    assert states(catalog) == {1: "AVAILABLE"}
    publish(10)
    publish(9)
    catalog.refresh()
    assert states(catalog) == {10: "AVAILABLE", 1: "END"}
    assert catalog.find("m").number == 10
    assert catalog.status("m", 1) == [
        {
            "version": "1",
            "state": "END",
            "status": {"error_code": "OK", "error_message": ""},
        }
    ]


def test_the_old_version_serves_until_the_new_one_is_ready(
    make, publish, monkeypatch
):
    catalog = make()
    publish(2)
    seen = []
    warm_up = model.Model._warm_up

    def look(*args):
        seen.append((states(catalog), catalog.find("m").number))
        warm_up(*args)

    monkeypatch.setattr(model.Model, "_warm_up", look)
    catalog.refresh()
    assert seen == [({2: "LOADING", 1: "AVAILABLE"}, 1)]
    assert catalog.find("m").number == 2


def test_an_old_version_finishes_running_requests(make, publish):
    catalog = make()
    old = catalog.find("m")
    publish(2)
    catalog.refresh()
    assert states(catalog)[1] == "END"
    assert old.run("count", WORDS) == ("count", 1)


def test_versions_are_found_by_number(make, publish):
    publish(2)
    catalog = make()
    assert catalog.find("m").number == 2
    assert catalog.find("m", 2).number == 2
    assert error_of(catalog.find, "m", 1).endswith("Specific(m, 1)")


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        (("x",), "Servable not found for request: Latest(x)"),
        (("m", 3), "Servable not found for request: Specific(m, 3)"),
        (("x", 3), "Servable not found for request: Specific(x, 3)"),
    ],
)
def test_missing_versions_are_rejected(make, asked, message):
    assert error_of(make().find, *asked) == message


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        (("x",), "Could not find any versions of model x"),
        (("m", 3), "Could not find version 3 of model m"),
    ],
)
def test_statuses_of_unknown_versions_are_rejected(make, asked, message):
    assert error_of(make().status, *asked) == message


def test_a_broken_version_ends_and_the_old_one_stays(make, publish):
    catalog = make()
    publish(2, truncate)
    catalog.refresh()
    assert catalog.find("m").number == 1
    (ended,) = catalog.status("m", 2)
    assert ended["state"] == "END"
    assert ended["status"]["error_code"] == "NOT_FOUND"
    assert "saved_model.pb" in ended["status"]["error_message"]


def test_a_broken_version_is_loaded_when_its_files_change(
    make, publish, base, tmp_path, monkeypatch
):
    catalog = make()
    publish(2, truncate)
    catalog.refresh()
    with monkeypatch.context() as patch:
        patch.delattr(model, "Model")
        catalog.refresh()
    whole = tmp_path / "first" / model_folders.MODEL_FILE
    (base / "2" / model_folders.MODEL_FILE).write_bytes(whole.read_bytes())
    catalog.refresh()
    assert states(catalog) == {2: "AVAILABLE", 1: "END"}


def test_removing_the_latest_version_brings_back_the_one_before(
    make, publish, base
):
    publish(2)
    catalog = make()
    publish(3)
    catalog.refresh()
    shutil.rmtree(base / "3")
    catalog.refresh()
    assert states(catalog) == {3: "END", 2: "AVAILABLE"}


def test_removing_all_versions_unloads_them(make, base):
    catalog = make()
    shutil.rmtree(base / "1")
    catalog.refresh()
    assert states(catalog) == {1: "END"}


def test_a_removed_base_path_unloads_nothing(make, base):
    catalog = make()
    base.rename(base.with_name("away"))
    catalog.refresh()
    assert states(catalog) == {1: "AVAILABLE"}


def test_other_folders_are_ignored(make, base):
    for name in ("x", "2", "-3", "\u00b2", str(2**63)):
        (base / name).mkdir()
    for name in ("-3", "\u00b2", str(2**63)):
        shutil.copy(base / "1" / model_folders.MODEL_FILE, base / name)
    assert states(make()) == {1: "AVAILABLE"}


@pytest.mark.parametrize(
    ("folder", "message"),
    [
        ("words/1", r"is a single version .*; pass the folder .*words\."),
        ("gone", "is not a folder"),
        ("empty", "contains no model version"),
    ],
)
def test_a_folder_with_nothing_to_serve_is_reported(
    base, tmp_path, folder, message
):
    (tmp_path / "empty").mkdir()
    with pytest.raises(ValueError, match=message):
        model_folders.check(tmp_path / folder)


def test_an_older_version_serves_until_a_broken_one_is_repaired(
    make, publish, base, tmp_path
):
    publish(2)
    publish(3, truncate)
    publish(4, truncate)
    catalog = make()
    catalog.refresh()
    assert states(catalog) == {4: "END", 3: "END", 2: "AVAILABLE"}
    whole = tmp_path / "first" / model_folders.MODEL_FILE
    shutil.copy(whole, base / "4" / model_folders.MODEL_FILE)
    catalog.refresh()
    assert states(catalog) == {4: "AVAILABLE", 3: "END", 2: "END"}


def test_a_model_of_which_no_version_loads_stops_the_start(base, publish):
    truncate(base / "1")
    publish(4, truncate)
    with pytest.raises(ValueError, match=r"No version .*4: .*pb.* 1: .*pb"):
        versions.Catalog({"m": base}).start()


def test_no_request_fails_while_versions_change(base, publish):
    catalog = versions.Catalog({"m": base}, poll_seconds=0.01)
    catalog.start()
    done = threading.Event()

    def ask():
        seen = []
        while not done.is_set():
            version = catalog.find("m")
            version.run("count", WORDS)
            seen.append(version.number)
        return seen

    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        asked = [pool.submit(ask) for _ in range(4)]
        for new in (2, 3, 4):
            publish(new)
            wait_until(lambda new=new: catalog.find("m").number == new)
        done.set()
        seen = [asking.result() for asking in asked]
    catalog.close()
    assert states(catalog) == {4: "AVAILABLE", 3: "END", 2: "END", 1: "END"}
    assert all(numbers == sorted(numbers) for numbers in seen)
    assert any(numbers[0] == 1 for numbers in seen)
