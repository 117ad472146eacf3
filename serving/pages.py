"""The web page at `/`: its files, LiteRT's, and what the page may choose from.

The page asks for nothing that is not here, and its headers keep it so. They
also isolate it, without which browsers lend its WebAssembly one thread only.
"""

import json
import mimetypes
import pathlib

from starlette import datastructures
from starlette import middleware
from starlette import responses
from starlette import routing
from starlette import staticfiles
from starlette import types

from serving import catalogs
from serving import refusals
from serving import tflite_files
from serving import version_states

_PAGE = pathlib.Path(__file__).parent / "page"
_SITE = _PAGE / "site"
# Filled by `npm ci --prefix serving/page`.
_PACKAGES = _PAGE / "node_modules" / "@litertjs"
_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; "
        "style-src 'self'; img-src 'self'; connect-src 'self'; "
        "worker-src 'self'; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
# Browsers keep a copy, and ask each time whether it is still right.
_ASK = "no-cache"
# The addresses of LiteRT's files hold its version.
_KEEP = "public, max-age=31536000, immutable"

# Windows' registry may call scripts plain text, which `nosniff` then forbids.
mimetypes.add_type("text/javascript", ".js")


def routes(
    catalog: catalogs.Catalog,
    tflite: pathlib.Path | None = None,
    packages: pathlib.Path = _PACKAGES,
) -> list[routing.BaseRoute]:
    """The page and all that it loads.

    Args:
        catalog: Whose models the page offers as styles.
        tflite: A file of fixed sizes that takes and gives float32, for
            browsers that draw by themselves. Without it none is asked to.
        packages: Where npm put LiteRT. The page works without, on the server.

    Raises:
        ValueError: If `tflite` is not readable, or no such file.
    """
    site = staticfiles.StaticFiles(directory=_SITE)
    runtime = _runtime(packages)
    browser = None
    parts: list[routing.BaseRoute] = []
    if tflite:
        tflite_files.check(tflite)
        parts = [_file("/model.tflite", tflite.resolve()), *runtime]
        browser = {
            "model": "page/model.tflite",
            "runtime": f"page{runtime[0].path}/" if runtime else None,
        }

    def models(_):
        return responses.JSONResponse(
            {"models": _ready(catalog), "browser": browser}
        )

    parts += [routing.Route("/models.json", models)]
    parts += [routing.Mount("/", site)]
    headers = [middleware.Middleware(_Headers, _HEADERS, _ASK)]
    return [
        _file("/", _SITE / "index.html", headers),
        routing.Mount("/page", routes=parts, middleware=headers),
    ]


class _Headers:
    """Adds headers to answers, and how long they may be kept unless they say.

    Starlette's own middleware has no such part.
    """

    def __init__(
        self, app: types.ASGIApp, headers: dict[str, str], cache: str
    ) -> None:
        self._app = app
        self._headers = headers
        self._cache = cache

    async def __call__(
        self, scope: types.Scope, receive: types.Receive, send: types.Send
    ) -> None:
        async def send_more(message):
            if message["type"] == "http.response.start":
                headers = datastructures.MutableHeaders(scope=message)
                headers.update(self._headers)
                headers.setdefault("Cache-Control", self._cache)
            await send(message)

        await self._app(scope, receive, send_more)


def _ready(catalog):
    """Names and versions, the latest first, of the models that are ready."""
    found = ((name, _versions(catalog, name)) for name in catalog.names)
    return [
        {"name": name, "versions": versions}
        for name, versions in found
        if versions
    ]


def _versions(catalog, name):
    try:
        statuses = catalog.statuses(name)
    except refusals.Refusal:
        return []  # none has ever been there
    available = version_states.State.AVAILABLE
    return [status.version for status in statuses if status.state is available]


def _file(path, file, headers=()):
    """One file; browsers that have it are told so."""
    folder = staticfiles.StaticFiles(directory=file.parent)

    async def answer(request):
        return await folder.get_response(file.name, request.scope)

    return routing.Route(path, answer, middleware=headers)


def _runtime(packages):
    """LiteRT's files under its version, or nothing where npm has not run."""
    core = packages / "core"
    if not core.is_dir():
        return []
    version = json.loads((core / "package.json").read_text())["version"]
    # Workers have no import maps, so that the one bare name is spelled out.
    script = (core / "dist" / "index.js").read_text()
    script = script.replace('"@litertjs/wasm-utils"', '"./wasm-utils.js"')

    def index(_):
        return responses.Response(script, media_type="text/javascript")

    parts = [
        routing.Route("/core.js", index),
        _file("/wasm-utils.js", packages / "wasm-utils" / "dist" / "index.js"),
        routing.Mount(
            "/wasm", staticfiles.StaticFiles(directory=core / "wasm")
        ),
    ]
    keep = middleware.Middleware(_Headers, {}, _KEEP)
    folder = f"/litert-{version}"
    return [routing.Mount(folder, routes=parts, middleware=[keep])]
