"""TensorFlow Serving's REST protocol, as an ASGI application.

Paths, words and statuses are those of its `http_rest_api_handler`. Beside it
there are `/healthz`, `/livez`, the metrics, and what other modules add.
"""

import asyncio
import functools
from collections.abc import Sequence

import grpc
from google.protobuf import json_format
from starlette import applications
from starlette import requests
from starlette import responses
from starlette import routing

from serving import bodies
from serving import catalogs
from serving import json_answers
from serving import json_requests
from serving import metrics
from serving import model_messages
from serving import predictions
from serving import refusals
from serving import rest_targets

HEALTH = "/healthz"
LIFE = "/livez"

_PART = 2**18  # bytes of an answer that are sent at a time
_CORS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "POST, GET",
    "Access-Control-Allow-Headers": "Content-Type",
}
_EXAMPLES = {
    "classify": "classification signature method_name to be "
    "tensorflow/serving/classify",
    "regress": "regression signature method_name to be "
    "tensorflow/serving/regress",
}


class _Answer(responses.Response):
    """Sends its body in parts, so that it ends when it has been read.

    As a whole it would lie in the connection's buffer, where nobody counts it.
    """

    async def __call__(self, scope, receive, send):
        start = {"status": self.status_code, "headers": self.raw_headers}
        await send({"type": "http.response.start", **start})
        for place in range(0, len(self.body), _PART):
            part = bytes(self.body[place : place + _PART])
            await _send_part(send, part, more_body=True)
        await _send_part(send, b"", more_body=False)


def application(
    predictor: predictions.Predictor,
    catalog: catalogs.Catalog,
    reader: bodies.Bodies,
    meters: metrics.Metrics,
    *,
    cors: bool = False,
    more_routes: Sequence[routing.BaseRoute] = (),
) -> applications.Starlette:
    """Makes the application.

    Args:
        predictor: Answers `:predict`.
        catalog: Answers status and metadata.
        reader: Reads bodies.
        meters: Counts predictions.
        cors: Whether pages of other sites may ask.
        more_routes: Routes beside the protocol's.
    """

    def tell_ready(_):
        ready = catalog.ready()
        return responses.PlainTextResponse(
            "ok\n" if ready else "a model has no version\n",
            200 if ready else 503,
        )

    def tell_alive(_):
        return responses.PlainTextResponse("ok\n")

    def tell_metrics(_):
        return responses.Response(
            meters.page(), media_type=metrics.CONTENT_TYPE
        )

    rest = _Rest(predictor, catalog, reader, meters, _CORS if cors else {})
    return applications.Starlette(
        routes=[
            routing.Route(HEALTH, tell_ready),
            routing.Route(LIFE, tell_alive),
            routing.Route(metrics.PATH, tell_metrics),
            *more_routes,
            routing.Route("/{path:path}", rest),
        ]
    )


class _Rest:
    """Everything below `/v1/`, as an ASGI application."""

    def __init__(self, predictor, catalog, reader, meters, headers):
        self._predictor = predictor
        self._catalog = catalog
        self._reader = reader
        self._meters = meters
        self._headers = headers

    async def __call__(self, scope, receive, send):
        request = requests.Request(scope, receive)
        log = request.scope.setdefault("state", {}).setdefault("log", {})
        try:
            response = await self._answer(request, log)
        except requests.ClientDisconnect:
            response = _refusal(_left(), log)
        except refusals.Refusal as refusal:
            response = _refusal(refusal, log)
        try:
            with self._reader.hold(len(response.body)):
                await self._send(response, scope, receive, send)
        except refusals.Refusal as refusal:
            await self._send(_refusal(refusal, log), scope, receive, send)

    async def _send(self, response, *asgi):
        response.headers.update(self._headers)
        await response(*asgi)

    async def _answer(self, request, log):
        path = rest_targets.path_of(request)
        if not path.lower().startswith("/v1/"):
            return responses.HTMLResponse(
                "<HTML><HEAD><TITLE>404 Not Found</TITLE></HEAD>"
                "<BODY><H1>Not Found</H1></BODY></HTML>\n",
                404,
            )
        if request.method == "OPTIONS" and self._headers:
            return responses.Response()
        target = rest_targets.of_request(request.method, path)
        log["model"] = target.name
        if target.verb == "predict":
            return await self._predict(request, target, log)
        if target.verb in _EXAMPLES:
            return await self._refuse_examples(request, target)
        if not target.name:
            raise _bad("Missing model name in request.")
        if target.verb == "metadata":
            return self._tell_metadata(target)
        return self._tell_status(target)

    async def _predict(self, request, target, log):
        with self._meters.request(target.name, "REST"):
            async with self._reader.read(request) as body:
                document = await asyncio.to_thread(json_requests.parse, body)
                prediction = await self._run(request, target, document, log)
            self._meters.observe(target.name, prediction)
            log["version"] = prediction.version
            if json_requests.is_row_form(document):
                write = json_answers.row_form
            else:
                write = json_answers.columnar_form
            text = await asyncio.to_thread(write, prediction.outputs)
        return _json(text)

    async def _run(self, request, target, document, log):
        signature = json_requests.signature_name(document)
        log["signature"] = signature or "serving_default"
        spec = predictions.Spec(
            target.name, target.version, target.label, signature
        )
        decode = functools.partial(json_requests.tensors, document)
        return await _unless_left(
            request, self._predictor.predict(spec, decode)
        )

    async def _refuse_examples(self, request, target):
        """Models of ours have no signature that takes examples."""
        async with self._reader.read(request) as body:
            document = await asyncio.to_thread(json_requests.parse, body)
        name = json_requests.signature_name(document) or "serving_default"
        if not document.get("examples"):
            raise _bad(
                "When method is classify, key 'examples' is expected and was "
                "not found"
            )
        spec = target.name, target.version, target.label
        with self._catalog.lease(*spec) as version:
            definition = version.signatures.get(name)
        if definition is None:
            raise _bad(f"No signature was found with the name: {name}")
        raise _bad(
            f"Expected {_EXAMPLES[target.verb]}. Was: {definition.method_name}"
        )

    def _tell_status(self, target):
        answer = model_messages.status(self._catalog.statuses(*target[:3]))
        return _json(f"{_of_message(answer)}\n")

    def _tell_metadata(self, target):
        with self._catalog.lease(*target[:3]) as version:
            spec = model_messages.model_spec(target.name, version.number)
            definitions = model_messages.signatures(version)
        return _json(
            f'{{\n"model_spec":{_of_message(spec)},\n'
            f'"metadata": {{"signature_def": {_of_message(definitions)}}}\n}}\n'
        )


async def _send_part(send, part, more_body):
    await send(
        {"type": "http.response.body", "body": part, "more_body": more_body}
    )


async def _unless_left(request, work):
    """Waits for an answer as long as there is someone to give it to."""
    task = asyncio.ensure_future(work)
    leaving = asyncio.ensure_future(request.receive())
    try:
        await asyncio.wait({task, leaving}, return_when="FIRST_COMPLETED")
        if not task.done():
            raise _left()
        return task.result()
    finally:
        task.cancel()
        leaving.cancel()


def _left():
    return refusals.Refusal(grpc.StatusCode.CANCELLED, "The client has left.")


def _bad(message):
    return refusals.Refusal(grpc.StatusCode.INVALID_ARGUMENT, message)


def _refusal(refusal, log):
    log["error"] = refusal.message
    return _json(json_answers.error(refusal.message), refusal.http_status)


def _json(text, status=200):
    return _Answer(text, status, media_type="application/json")


def _of_message(message):
    return json_format.MessageToJson(
        message,
        indent=1,
        preserving_proto_field_name=True,
        always_print_fields_with_no_presence=True,
    )
