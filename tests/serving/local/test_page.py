"""Files and headers that the server sends for its page."""

import contextlib
import http.client
import json
import pathlib
import re

import browsing
import pytest

from serving.local import page
from serving.local import versions

SITE = pathlib.Path(page.__file__).parents[1] / "page" / "site"


@pytest.fixture(scope="module")
def catalog(published):
    folders = {"ink": published, "away": published / "not"}
    catalog = versions.Catalog(folders)
    catalog.refresh()
    return catalog


@pytest.fixture(scope="module")
def tflite(tmp_path_factory):
    path = tmp_path_factory.mktemp("files") / "a.tflite"
    path.write_bytes(b"\x1c\0\0\0TFL3 and so on")
    return path


@pytest.fixture(scope="module")
def packages(tmp_path_factory):
    """LiteRT as npm lays it down, in small."""
    folder = tmp_path_factory.mktemp("@litertjs")
    core = folder / "core"
    utils = folder / "wasm-utils" / "dist"
    for part in (core / "dist", core / "wasm", utils):
        part.mkdir(parents=True)
    (core / "package.json").write_text(json.dumps({"version": "9.8.7"}))
    script = 'import {a} from "@litertjs/wasm-utils";'
    (core / "dist" / "index.js").write_text(script)
    (core / "wasm" / "b.wasm").write_bytes(b"\0asm")
    (utils / "index.js").write_text("export const a = 1;")
    return folder


class Client:
    """Asks for paths as they are written."""

    def __init__(self, port):
        self._port = port

    def get(self, path, headers=None, method="GET"):
        connection = http.client.HTTPConnection("127.0.0.1", self._port)
        with contextlib.closing(connection):
            connection.request(method, path, headers=headers or {})
            response = connection.getresponse()
            response.content = response.read()
            return response


@contextlib.contextmanager
def serve(*arguments):
    with browsing.serve_routes(page.routes(*arguments)) as port:
        yield Client(port)


@pytest.fixture(scope="module")
def client(catalog, tflite, packages):
    with serve(catalog, tflite, packages) as client:
        yield client


def models(client):
    return json.loads(client.get("/page/models.json").content)


def test_models_that_are_ready_may_be_chosen(client):
    told = models(client)
    assert {"app.js", "page.css", "icon.svg"} < set(told.pop("files"))
    assert told == {
        "models": [{"name": "ink"}],
        "browser": {
            "model": "page/model.tflite",
            "runtime": "page/litert-9.8.7/",
            "tiles": None,
        },
    }


def test_without_a_file_no_browser_draws(catalog, packages):
    with serve(catalog, None, packages) as client:
        assert models(client)["browser"] is None
        assert client.get("/page/model.tflite").status == 404
        assert client.get("/page/litert-9.8.7/core.js").status == 404


def test_without_npm_the_page_is_reported(catalog, tflite, tmp_path):
    with serve(catalog, tflite, tmp_path / "absent") as client:
        browser = models(client)["browser"]
    assert browser["model"] == "page/model.tflite"
    assert browser["runtime"] is None


@pytest.mark.parametrize(
    ("report", "expected"),
    [
        ('{"artifacts": [{"file": "a.tflite", "tiles": {"margin": 50}}]}', 50),
        ('{"artifacts": [{"file": "a.tflite", "tiles": null}]}', None),
        ('{"artifacts": [{"file": "b.tflite", "tiles": {"margin": 5}}]}', None),
        ('{"artifacts": [{"file": "a.tflite"}]}', None),
        (
            '{"artifacts": [{"file": "of an older release"}, '
            '{"file": "a.tflite", "tiles": {"margin": 50}}]}',
            50,
        ),
        ("[]", None),
        ("{", None),
    ],
)
def test_tile_layout_is_read_from_the_report_beside_the_file(
    catalog, packages, tmp_path, report, expected
):
    path = tmp_path / "a.tflite"
    path.write_bytes(b"")
    (tmp_path / "report.json").write_text(report)
    with serve(catalog, path, packages) as client:
        tiles = models(client)["browser"]["tiles"]
    assert (tiles and tiles["margin"]) == expected


def test_litert_is_served_without_bare_names(client):
    script = client.get("/page/litert-9.8.7/core.js")
    assert script.content == b'import {a} from "./wasm-utils.js";'
    utils = client.get("/page/litert-9.8.7/wasm-utils.js")
    assert utils.content == b"export const a = 1;"


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/", "text/html"),
        ("/service_worker.js", "text/javascript"),
        ("/page/app.js", "text/javascript"),
        ("/page/page.css", "text/css"),
        ("/page/icon.svg", "image/svg+xml"),
        ("/page/models.json", "application/json"),
        ("/page/model.tflite", "application/octet-stream"),
        ("/page/litert-9.8.7/core.js", "text/javascript"),
        ("/page/litert-9.8.7/wasm/b.wasm", "application/wasm"),
    ],
)
def test_every_part_has_its_type_and_keeps_the_page_isolated(
    client, path, kind
):
    headers = client.get(path).headers
    assert headers["content-type"].split(";")[0] == kind
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert headers["cross-origin-embedder-policy"] == "require-corp"
    assert headers["referrer-policy"] == "no-referrer"
    policy = headers["content-security-policy"].split("; ")
    assert "default-src 'none'" in policy
    assert "connect-src 'self'" in policy
    assert "unsafe-inline" not in headers["content-security-policy"]


@pytest.mark.parametrize("path", ["/", "/page/app.js", "/page/model.tflite"])
def test_changeable_files_are_revalidated(client, path):
    first = client.get(path)
    assert first.headers["cache-control"] == "no-cache"
    again = client.get(path, headers={"If-None-Match": first.headers["etag"]})
    assert again.status == 304
    assert not again.content


def test_litert_is_kept_by_browsers(client):
    response = client.get("/page/litert-9.8.7/wasm/b.wasm")
    assert "immutable" in response.headers["cache-control"]


@pytest.mark.parametrize(
    "path",
    [
        "/page/../local/page.py",
        "/page/%2e%2e/%2e%2e/local/page.py",
        "/page/..%2fpackage.json",
        "/page//etc/passwd",
        "/page/litert-9.8.7/wasm/..%2fpackage.json",
        "/page/node_modules/@litertjs/core/package.json",
        "/page/absent.js",
    ],
)
def test_nothing_else_is_served(client, path):
    assert client.get(path).status == 404


def test_pages_take_no_posts(client):
    assert client.get("/", method="POST").status == 405
    assert client.get("/page/app.js", method="POST").status == 405


def test_the_page_has_no_script_or_style_inline_and_no_address():
    for path in SITE.iterdir():
        text = path.read_text().replace(
            'xmlns="http://www.w3.org/2000/svg"', ""
        )
        assert not re.search(r"https?://|\bon\w+=\"|\bstyle=", text), path
        assert "<script>" not in text
        assert len(text.splitlines()) <= 300
