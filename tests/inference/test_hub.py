"""The Hub's protocol is spoken by a server of the tests; no part is a mock.

huggingface_hub reads its settings once, when it is imported: each test has a
process of its own.
"""

import hashlib
import pathlib
import sys

import hub_server
import numpy as np
import pytest
import small_disk
import small_model

from cartoongan_tf.images import pictures
from cartoongan_tf.inference import hub
from cartoongan_tf.inference import loading

FETCH = """
import sys
from cartoongan_tf.commands import exit
from cartoongan_tf.inference import hub
with exit.with_message():
    print(hub.fetch(sys.argv[1], "model"))
"""
CARTOONIZE_AND_TRAIN = """
import sys
from cartoongan_tf import Cartoonizer
from cartoongan_tf.training import config
from cartoongan_tf.training import trainer
address, photo, cartoon, network = sys.argv[1:]
Cartoonizer(address).file(photo, cartoon)
settings = config.TrainConfig(
    "photos",
    "cartoons",
    "run",
    init_from=address,
    generator="light",
    filters=4,
    blocks=1,
)
generator, _ = trainer.build_networks(settings)
generator.save(network)
"""

OLD, NEW = {"model.keras": b"old"}, {"model.keras": b"new", "README.md": b"#"}
COMMIT = hub_server.commit_of(OLD)
REPOSITORIES = {
    "a/model": {"main": NEW, "v1": OLD},
    "a/artifacts": {
        "main": {
            "b.tflite": b"tflite",
            "c.npz": b"npz",
            "c.bin": b"other",
            "deep/a.onnx": b"onnx",
        }
    },
    "a/many": {"main": {f"{n}.keras": b"%d" % n for n in range(7)}},
    "a/preset": {"main": {"config.json": b"", "model.weights.h5": b""}},
    "a/texts": {"main": {"README.md": b"", "model.safetensors": b""}},
    "a/hostile": {"main": {"../../../../stray.keras": b"stray"}},
    "a/gated": {"main": NEW},
    "a/private": {"main": NEW},
}
REFUSED = {"a/gated": "GatedRepo", "a/private": "RepoNotFound"}


@pytest.fixture
def endpoint():
    with hub_server.serve(REPOSITORIES, REFUSED) as running:
        yield running


@pytest.fixture
def fetch(endpoint, run_command, tmp_path):
    """Downloads an address in a subprocess, with its own cache folder."""

    def run(address, **settings):
        environment = endpoint.environment(tmp_path / "home", **settings)
        return run_command(
            sys.executable, "-c", FETCH, address, env=environment
        )

    return run


def fetched(done):
    """Name and content of the file that was fetched."""
    assert done.returncode == 0, done.stderr
    path = pathlib.Path(done.stdout.strip())
    return path.name, path.read_bytes()


def files_got(endpoint):
    return [line for line in endpoint.requests if line.startswith("GET /lfs")]


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("hf://a/model", ("model.keras", b"new")),
        ("hf://a/model/", ("model.keras", b"new")),
        ("hf://a/model@v1", ("model.keras", b"old")),
        (f"hf://a/model@{COMMIT}", ("model.keras", b"old")),
        ("hf://a/model@v1/model.keras", ("model.keras", b"old")),
        ("hf://a/artifacts", ("b.tflite", b"tflite")),
        ("hf://a/artifacts/c.npz", ("c.npz", b"npz")),
        ("hf://a/artifacts/deep/a.onnx", ("a.onnx", b"onnx")),
        ("hf://a/many/3.keras", ("3.keras", b"3")),
    ],
)
def test_one_file_is_fetched(fetch, endpoint, address, expected):
    assert fetched(fetch(address)) == expected
    assert len(files_got(endpoint)) == 1


@pytest.mark.parametrize(
    "address", ["hf://a/model", "hf://a/model/model.keras"]
)
def test_cached_files_are_not_downloaded_again(fetch, endpoint, address):
    assert fetched(fetch(address)) == fetched(fetch(address))
    assert len(files_got(endpoint)) == 1


@pytest.mark.parametrize(
    "address", ["hf://a/model", "hf://a/model/model.keras"]
)
def test_without_a_network_the_cache_is_used(fetch, endpoint, address):
    fetch(address)
    asked = len(endpoint.requests)
    offline = fetch(address, HF_HUB_OFFLINE="1")
    away = fetch(address, HF_ENDPOINT="http://127.0.0.1:9")
    assert fetched(offline) == fetched(away) == ("model.keras", b"new")
    assert offline.stderr == away.stderr == ""
    assert len(endpoint.requests) == asked


@pytest.mark.parametrize(
    ("address", "message"),
    [
        ("hf://a/absent", "a/absent is not there, or private: look at"),
        ("hf://a/private", "set HF_TOKEN"),
        ("hf://a/gated", "is gated, or not for this token: accept its terms"),
        ("hf://a/gated/model.keras", "is gated, or not for this token"),
        ("hf://a/model@v2", "a/model@v2 has no such revision"),
        ("hf://a/model/other.keras", "other.keras has no such file"),
        (
            "hf://a/many",
            "holds 7 .keras files; name one, as in hf://a/many/0.keras. There "
            "are 0.keras, 1.keras, 2.keras, 3.keras, 4.keras and others.",
        ),
        ("hf://a/preset", "a preset of KerasHub (config.json and model.wei"),
        ("hf://a/texts", "holds no .keras, .tflite, .onnx or .npz file"),
        ("hf://a/texts/model.safetensors", "is no .keras, .tflite, .onnx or"),
        ("hf://a/hostile", "cannot contain a '..' path segment"),
        ("hf://a/model/../stray.keras", "cannot contain a '..' path segment"),
        ("hf://datasets/a/model", "cannot be fetched (it names a dataset)"),
        ("hf://model", "its form is hf://OWNER/NAME[@REVISION]"),
        ("kaggle://a/model/keras/base", "names a preset of KerasHub"),
    ],
)
def test_download_errors_name_the_address(
    fetch, endpoint, tmp_path, address, message
):
    done = fetch(address)
    assert done.returncode == 1
    assert done.stderr.startswith(f"error: `model`={address} ")
    assert message in done.stderr
    assert not files_got(endpoint)
    assert not list(tmp_path.rglob("stray.keras"))


@pytest.mark.parametrize("token", [hub_server.OTHER_TOKEN, "hf_invalid"])
@pytest.mark.parametrize("repository", REFUSED)
def test_a_token_without_access_is_reported(fetch, repository, token):
    done = fetch(f"hf://{repository}", HF_TOKEN=token)
    assert done.returncode == 1
    assert f"/{repository} is gated, or not for this token" in done.stderr


@pytest.mark.parametrize("repository", REFUSED)
def test_a_token_opens_private_repositories(fetch, repository):
    done = fetch(f"hf://{repository}", HF_TOKEN=hub_server.TOKEN)
    assert fetched(done) == ("model.keras", b"new")


@pytest.mark.parametrize(
    ("address", "settings", "reason"),
    [
        (
            "hf://a/model",
            {"HF_ENDPOINT": "http://127.0.0.1:9"},
            "Connection refused",
        ),
        ("hf://a/model", {"HF_HUB_OFFLINE": "1"}, "offline mode is enabled"),
        (
            "hf://a/model/model.keras",
            {"HF_HUB_OFFLINE": "1"},
            "offline mode is enabled",
        ),
    ],
)
def test_without_a_network_uncached_files_are_reported(
    fetch, address, settings, reason
):
    done = fetch(address, **settings)
    assert done.returncode == 1
    assert f"={address} is not in the cache, and the Hub cann" in done.stderr
    assert reason in done.stderr


def test_a_damaged_file_is_named_and_fetched_again_once_removed(fetch):
    link = pathlib.Path(fetch("hf://a/model").stdout.strip())
    blob = link.resolve()
    assert blob.name == hashlib.sha256(b"new").hexdigest()
    blob.write_bytes(b"nEw")
    done = fetch("hf://a/model")
    assert done.returncode == 1
    assert f"SHA-256 of {blob} is not the Hub's; remove" in done.stderr
    blob.unlink()
    assert fetched(fetch("hf://a/model")) == ("model.keras", b"new")


def test_a_cache_that_cannot_be_written_is_named(fetch, tmp_path):
    with small_disk.mounted(tmp_path / "disk", "ro") as disk:
        done = fetch("hf://a/model", HF_HOME=str(disk))
    assert done.returncode == 1
    assert f"error: {disk}" in done.stderr
    assert "cannot be opened or changed (Read-only" in done.stderr


@pytest.mark.parametrize("content", ["raise ImportError", "__version__ = '1'"])
def test_a_package_that_is_missing_or_old_is_named(fetch, tmp_path, content):
    (tmp_path / "huggingface_hub.py").write_text(content)
    done = fetch("hf://a/model", PYTHONPATH=str(tmp_path))
    assert done.returncode == 1
    assert "run `pip install '.[hub]'` in CartoonGAN's checkout." in done.stderr


def test_addresses_are_distinguished_from_files():
    assert hub.is_address("hf://owner/name")
    assert not hub.is_address("hf/owner/name.keras")
    assert not hub.is_address(pathlib.Path("storybook"))


@pytest.mark.slow
def test_a_model_of_the_hub_is_one_like_any_other(
    run_command, make_folder, tmp_path
):
    model = small_model.write(tmp_path)
    (photo,) = make_folder("photos", 1).iterdir()
    by_class, by_command = tmp_path / "class.png", tmp_path / "command.png"
    begun = tmp_path / "begun.keras"
    files = {"main": {"model.keras": model.read_bytes()}}
    with hub_server.serve({"a/style": files}) as running:
        environment = running.environment(tmp_path / "home")
        done = run_command(
            sys.executable,
            *("-c", CARTOONIZE_AND_TRAIN, "hf://a/style"),
            *(photo, by_class, begun),
            env=environment,
        )
        assert done.returncode == 0, done.stderr
    done = run_command(
        sys.executable,
        *("cartoonize.py", "--model=hf://a/style", photo),
        f"--output={by_command}",
        env=environment,
    )
    assert done.returncode == 0, done.stderr
    pixels = pictures.read_picture(photo)
    expected = loading.open_model(model, "model")(pixels)
    for path in (by_class, by_command):
        assert np.array_equal(pictures.read_picture(path), expected)
    assert np.array_equal(loading.open_model(begun, "model")(pixels), expected)
