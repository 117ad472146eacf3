"""TensorFlow Serving's REST API as an ASGI application.

Paths, messages and status codes follow its `http_rest_api_handler`. The
application also serves `/healthz`, metrics, and the web page.
"""

import functools
import re
import time
from collections.abc import Sequence
from typing import NamedTuple

from google.protobuf import json_format
from starlette import applications
from starlette import exceptions
from starlette import middleware
from starlette import requests
from starlette import responses
from starlette import routing
from starlette.middleware import cors

from . import errors
from . import metrics
from . import model
from . import request_body
from . import request_json
from . import request_queue
from . import response_json
from . import settings
from . import versions

HEALTH_PATH = "/healthz"

_METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
_TARGET = re.compile(
    r"(?i:/v1/models)(?:/([^/:]+)(?i:/versions/([0-9]+))?)?"
    r"(:predict|/metadata)?"
)
_MAX_CHARACTERS = 200  # of a path in a message
_MAX_VERSION = 2**63 - 1
_RETRY_SECONDS = 1
_CORS = middleware.Middleware(
    cors.CORSMiddleware,
    allow_origins=["*"],
    allow_methods=["GET", "POST"],
    allow_headers=["Content-Type"],
)


class _Target(NamedTuple):
    """Parsed request path; `verb` is `:predict`, `/metadata` or empty."""

    name: str
    version: int | None
    verb: str


def create(
    catalog: versions.Catalog,
    queue: request_queue.RequestQueue,
    meters: metrics.Metrics,
    pages: Sequence[routing.BaseRoute],
    chosen: settings.Settings,
) -> applications.Starlette:
    """Creates the application.

    Args:
        catalog: Models to serve.
        queue: Queue that computes predictions.
        meters: Metrics to update.
        pages: Additional routes.
        chosen: Settings; the limits and CORS are used.
    """
    seconds = chosen.rest_api_timeout_in_ms / 1000
    max_bytes = chosen.max_body_mb * 2**20
    bodies = request_body.BodyReader(
        max_bytes, max_bytes * chosen.max_enqueued_requests
    )
    rest = _Rest(catalog, queue, meters, seconds, bodies)
    return applications.Starlette(
        routes=[
            routing.Route(HEALTH_PATH, functools.partial(_health, catalog)),
            routing.Route(metrics.PATH, functools.partial(_metrics, meters)),
            routing.Route("/v1/{path:path}", rest.respond, methods=_METHODS),
            *pages,
        ],
        middleware=[_CORS] if chosen.rest_api_enable_cors_support else [],
        exception_handlers={
            errors.RequestError: _request_error,
            exceptions.HTTPException: _http_error,
            requests.ClientDisconnect: _disconnected,
        },
    )


class _Rest:
    """Request handler for `/v1/`."""

    def __init__(self, catalog, queue, meters, timeout_seconds, bodies):
        self._catalog = catalog
        self._queue = queue
        self._meters = meters
        self._timeout_seconds = timeout_seconds
        self._bodies = bodies

    async def respond(self, request: requests.Request) -> responses.Response:
        target = _target(request)
        if target.verb == ":predict":
            with self._meters.request(target.name):
                return await self._predict(request, target)
        if not target.name:
            raise errors.RequestError("Missing model name in request.")
        if target.verb:
            found = self._catalog.find(target.name, target.version)
            return _metadata(target.name, found)
        status = self._catalog.status(target.name, target.version)
        return responses.JSONResponse({"model_version_status": status})

    async def _predict(self, request, target):
        found = self._catalog.find(target.name, target.version)
        encoding = request.headers.get("content-encoding", "identity")
        if encoding not in request_body.ENCODINGS:
            raise exceptions.HTTPException(
                415,
                f"Content-Encoding {encoding[:20]} is not supported; use gzip "
                "or none.",
            )
        seconds = self._timeout_seconds
        message = f"There was no response within {seconds:g} seconds."
        deadline = time.monotonic() + seconds
        self._queue.check()  # Without receiving the body.
        body = await request_queue.until(
            deadline,
            self._bodies.read(request),
            exceptions.HTTPException(408, "The body came too slowly."),
        )
        decompress = functools.partial(
            request_body.decompress, body, encoding, self._bodies.max_bytes
        )
        compute = functools.partial(
            self._compute, target.name, found, decompress, deadline
        )
        # Only now, so that slow uploads keep nobody out.
        with self._queue.place():
            text = await request_queue.until(
                deadline,
                self._queue.compute(request, compute),
                errors.RequestError(message, "DEADLINE_EXCEEDED"),
            )
        return responses.Response(text, media_type="application/json")

    def _compute(self, name, found, decompress, deadline):
        document = request_json.parse(decompress())
        signature = document.get("signature_name") or model.DEFAULT_SIGNATURE
        inputs = request_json.tensor(document, found.signature(signature))
        with self._meters.run(name):
            output = found.run(signature, inputs, deadline - time.monotonic())
        if "instances" in document:
            return response_json.rows(*output)
        return response_json.columns(*output)


def _target(request):
    path = f"/v1/{request.path_params['path']}"
    match = _TARGET.fullmatch(path)
    name, version, verb = match.groups("") if match else [""] * 3
    method = "POST" if verb == ":predict" else "GET"
    if not match or request.method != method or (verb and not name):
        raise errors.RequestError(
            f"Malformed request: {request.method} {path[:_MAX_CHARACTERS]}"
        )
    # `int` raises for strings of thousands of digits.
    if len(version) > _MAX_CHARACTERS or int(version or 0) > _MAX_VERSION:
        raise errors.RequestError(
            f"Failed to convert version: {version[:_MAX_CHARACTERS]} to "
            "numeric."
        )
    return _Target(name, int(version) if version else None, verb)


def _metadata(name, found):
    definitions = {
        signature: json_format.MessageToDict(
            definition,
            preserving_proto_field_name=True,
            always_print_fields_with_no_presence=True,
        )
        for signature, definition in found.signatures.items()
    }
    spec = {
        "name": name,
        "signature_name": "",
        "version": str(found.number),
    }
    metadata = {"signature_def": {"signature_def": definitions}}
    return responses.JSONResponse({"model_spec": spec, "metadata": metadata})


async def _health(catalog, _):
    is_ready = all(served.ready for served in catalog.models.values())
    return responses.PlainTextResponse(
        "ok\n" if is_ready else "a model has no version\n",
        200 if is_ready else 503,
    )


async def _metrics(meters, _):
    return responses.Response(meters.page(), media_type=metrics.CONTENT_TYPE)


async def _request_error(_, error):
    headers = {"Retry-After": str(_RETRY_SECONDS)}
    # May quote a lone surrogate, which cannot be encoded.
    message = error.message.encode("utf-8", "backslashreplace").decode()
    return responses.JSONResponse(
        {"error": message},
        error.http_status,
        headers if error.http_status == 503 else None,
    )


async def _http_error(_, error):
    return responses.JSONResponse(
        {"error": error.detail}, error.status_code, error.headers
    )


async def _disconnected(_, __):
    return responses.Response(status_code=499)  # for the log only
