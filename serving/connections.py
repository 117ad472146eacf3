"""Connections that do not wait for ever.

Uvicorn limits how long a connection may be idle between requests, not how
long the headers of a request may take to come, how large they may get, nor
how long a client may take to read an answer.
"""

import asyncio

from uvicorn.protocols.http import httptools_impl

HEADER_SECONDS = 10.0
_MAX_HEADER_BYTES = 64 * 2**10
READ_SECONDS = 30.0  # in which a client must read what it was sent last


class Connection(httptools_impl.HttpToolsProtocol):
    """Uvicorn's connection, with limits.

    It is closed when the headers of a request, or the rest of a body that has
    been refused, have not come within ten seconds, and when a part of an answer
    has not been read within thirty.
    """

    _timer: asyncio.TimerHandle | None = None
    _reading: asyncio.TimerHandle | None = None
    _in_headers = False
    _header_bytes = 0

    def connection_made(self, transport):
        super().connection_made(transport)
        self._start_timer()

    def connection_lost(self, exc):
        self._stop_timer()
        super().connection_lost(exc)

    def data_received(self, data):
        if self.cycle is None or self.cycle.response_complete:
            self._start_timer()
        super().data_received(data)
        self._header_bytes += len(data)
        if self._in_headers and self._header_bytes > _MAX_HEADER_BYTES:
            self.send_400_response("The headers are too large.")

    def on_message_begin(self):
        self._in_headers = True
        self._header_bytes = 0
        super().on_message_begin()

    def on_headers_complete(self):
        self._in_headers = False
        self._stop_timer()
        super().on_headers_complete()

    def pause_writing(self):
        super().pause_writing()
        self._reading = self.loop.call_later(READ_SECONDS, self.transport.abort)

    def resume_writing(self):
        super().resume_writing()
        if self._reading is not None:
            self._reading.cancel()

    def _start_timer(self):
        if self._timer is None:
            self._timer = self.loop.call_later(
                HEADER_SECONDS, self.transport.close
            )

    def _stop_timer(self):
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
