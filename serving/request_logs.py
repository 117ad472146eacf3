"""One log record for each request, without what was sent or answered."""

import logging
import time
from collections.abc import Collection
from typing import Any

_LOGGER = logging.getLogger(__name__)
_SHOWN = 200  # characters of a path or a message


class RequestLog:
    """Wraps an ASGI application.

    Handlers add to the dictionary `log` of a request's state: the model, the
    version, the signature, the error.

    Args:
        app: The application.
        quiet: Paths whose successes are not told, such as probes'.
    """

    def __init__(self, app: Any, quiet: Collection[str] = ()) -> None:
        self._app = app
        self._quiet = quiet

    async def __call__(self, scope, receive, send):
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        tally = _Tally(receive, send)
        log = scope.setdefault("state", {}).setdefault("log", {})
        try:
            await self._app(scope, tally.receive, tally.send)
        finally:
            if tally.status >= 400 or scope["path"] not in self._quiet:
                _LOGGER.info(
                    "request", extra={"fields": tally.tell(scope, log)}
                )


class _Tally:
    """Counts what passes between an application and its server."""

    def __init__(self, receive, send):
        self._receive = receive
        self._send = send
        self._start = time.perf_counter()
        self._bytes_in = 0
        self._bytes_out = 0
        self.status = 500  # until the application has answered

    async def receive(self):
        message = await self._receive()
        self._bytes_in += len(message.get("body", b""))
        return message

    async def send(self, message):
        self.status = message.get("status", self.status)
        self._bytes_out += len(message.get("body", b""))
        await self._send(message)

    def tell(self, scope, log):
        told = {
            "method": scope["method"],
            "path": scope["path"],
            "status": self.status,
            "ms": round(1000 * (time.perf_counter() - self._start), 1),
            "bytes_in": self._bytes_in,
            "bytes_out": self._bytes_out,
            **log,
        }
        return {
            key: value[:_SHOWN] if isinstance(value, str) else value
            for key, value in told.items()
        }
