"""Web page at `/`: its files, LiteRT's files, and the list of models.

The page loads nothing from other hosts, which its headers enforce. They also
enable cross-origin isolation, without which WebAssembly gets one thread only.
"""

import json
import mimetypes
import pathlib

from starlette import middleware
from starlette import responses
from starlette import routing
from starlette import staticfiles
from starlette.middleware import base

from . import versions

_PAGE = pathlib.Path(__file__).parents[1] / "page"
_SITE = _PAGE / "site"
# Filled by `npm ci --prefix serving/page`.
_PACKAGES = _PAGE / "node_modules" / "@litertjs"
_SERVICE_WORKER = "service_worker.js"
_REPORT = "report.json"  # of `export.py`, beside its files
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
# Browsers cache a copy and revalidate it on each request.
_REVALIDATE = "no-cache"
# URLs of LiteRT's files contain its version.
_KEEP = "public, max-age=31536000, immutable"

# The Windows registry may map .js to plain text, which `nosniff` then blocks.
mimetypes.add_type("text/javascript", ".js")


def routes(
    catalog: versions.Catalog,
    tflite: pathlib.Path | None = None,
    packages: pathlib.Path = _PACKAGES,
) -> list[routing.BaseRoute]:
    """Returns routes of the page and all the files it loads.

    Args:
        catalog: Models that the page offers as styles.
        tflite: Model file with fixed sizes and float32 input and output, for
            inference in the browser. None for inference on the server only.
        packages: npm packages of LiteRT. Without them the page uses the server.
    """
    runtime = _runtime(packages)
    browser = None
    parts: list[routing.BaseRoute] = []
    if tflite:
        parts = [_file("/model.tflite", tflite.resolve()), *runtime]
        browser = {
            "model": "page/model.tflite",
            "runtime": f"page{runtime[0].path}/" if runtime else None,
            "tiles": _tiles(tflite),
        }

    async def choices(_):
        ready = [{"name": n} for n, m in catalog.models.items() if m.ready]
        return responses.JSONResponse(
            {"models": ready, "browser": browser, "files": _files()}
        )

    parts += [
        routing.Route("/models.json", choices),
        routing.Mount("/", staticfiles.StaticFiles(directory=_SITE)),
    ]
    headers = [_headers(_HEADERS, _REVALIDATE)]
    return [
        _file("/", _SITE / "index.html", headers),
        # At the root, as a service worker controls only paths below its own.
        _file(f"/{_SERVICE_WORKER}", _SITE / _SERVICE_WORKER, headers),
        routing.Mount("/page", routes=parts, middleware=headers),
    ]


def _files():
    """Returns the names of the page's files, except those at the root."""
    root_files = "index.html", _SERVICE_WORKER
    names = (path.name for path in _SITE.iterdir() if path.is_file())
    return sorted(name for name in names if name not in root_files)


def _tiles(tflite):
    """Returns the tile layout from the report of `export.py`, or None."""
    try:
        text = tflite.with_name(_REPORT).read_text("utf-8")
        report = json.loads(text)
        tiles = {
            entry["file"]: entry.get("tiles") for entry in report["artifacts"]
        }
        return tiles.get(tflite.name)
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _headers(headers, cache):
    """Returns middleware that adds headers and a default Cache-Control."""

    async def dispatch(request, call_next):
        response = await call_next(request)
        response.headers.update(headers)
        response.headers.setdefault("Cache-Control", cache)
        return response

    return middleware.Middleware(base.BaseHTTPMiddleware, dispatch=dispatch)


def _file(path, file, headers=()):
    """Returns a route for one file, with support for revalidation."""
    folder = staticfiles.StaticFiles(directory=file.parent)

    async def respond(request):
        return await folder.get_response(file.name, request.scope)

    return routing.Route(path, respond, middleware=headers)


def _runtime(packages):
    """Returns routes of LiteRT's files by version; empty if not installed."""
    core = packages / "core"
    if not core.is_dir():
        return []
    version = json.loads((core / "package.json").read_text())["version"]
    # Workers do not support import maps, so resolve the one bare specifier.
    script = (core / "dist" / "index.js").read_text()
    script = script.replace('"@litertjs/wasm-utils"', '"./wasm-utils.js"')

    async def index(_):
        return responses.Response(script, media_type="text/javascript")

    wasm = staticfiles.StaticFiles(directory=core / "wasm")
    parts = [
        routing.Route("/core.js", index),
        _file("/wasm-utils.js", packages / "wasm-utils" / "dist" / "index.js"),
        routing.Mount("/wasm", wasm),
    ]
    keep = _headers({}, _KEEP)
    return [
        routing.Mount(f"/litert-{version}", routes=parts, middleware=[keep])
    ]
