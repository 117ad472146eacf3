import asyncio

import pytest
from starlette import requests

from serving.local import errors
from serving.local import request_body


def request(*chunks, is_complete=True):
    """A request that sends `chunks`, then stalls unless it is complete."""
    left = list(chunks)

    async def receive():
        if not left:
            await asyncio.sleep(3600)
        body = left.pop(0)
        more = bool(left) or not is_complete
        return {"type": "http.request", "body": body, "more_body": more}

    return requests.Request({"type": "http", "headers": []}, receive)


def test_bodies_being_read_are_limited_together():
    reader = request_body.BodyReader(max_bytes=8, max_total=10)

    async def main():
        endless = reader.read(request(b"1234567", is_complete=False))
        stalled = asyncio.ensure_future(endless)
        await asyncio.sleep(0)
        assert await reader.read(request(b"ab", b"c")) == b"abc"
        with pytest.raises(errors.RequestError) as caught:
            await reader.read(request(b"ab", b"cd"))
        assert caught.value.http_status == 503
        stalled.cancel()
        with pytest.raises(asyncio.CancelledError):
            await stalled
        assert await reader.read(request(b"ab", b"cd")) == b"abcd"

    asyncio.run(main())
