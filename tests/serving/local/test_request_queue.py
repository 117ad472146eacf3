import asyncio
import threading

import pytest
from starlette import requests

from serving.local import errors
from serving.local import request_queue

ASKING = requests.Request({"type": "http"}, lambda: asyncio.sleep(3600))


async def gone():
    return {"type": "http.disconnect"}


GONE = requests.Request({"type": "http"}, gone)


@pytest.fixture
def queue():
    queue = request_queue.RequestQueue(max_requests=2, threads=1)
    yield queue
    queue.close()


def test_a_full_queue_refuses_until_a_place_is_free(queue):
    with queue.place(), queue.place():
        assert queue.pending == 2
        with pytest.raises(errors.RequestError, match="is full") as caught:
            with queue.place():
                raise AssertionError
        assert caught.value.http_status == 503
    with queue.place():
        assert queue.pending == 1


def test_threads_limit_parallel_computations(queue):
    started, goes_on = threading.Semaphore(0), threading.Event()
    running = []

    def compute():
        running.append(1)
        started.release()
        assert goes_on.wait(60)
        return len(running)

    async def main():
        work = [
            asyncio.ensure_future(queue.compute(ASKING, compute))
            for _ in range(2)
        ]
        await asyncio.to_thread(started.acquire, timeout=60)
        assert len(running) == 1
        goes_on.set()
        return await asyncio.gather(*work)

    assert asyncio.run(main()) == [1, 2]


def test_nothing_is_computed_for_disconnected_clients(queue):
    def compute():
        raise AssertionError

    with pytest.raises(requests.ClientDisconnect):
        asyncio.run(queue.compute(GONE, compute))


def test_requests_that_wait_too_long_are_never_computed(queue):
    goes_on = threading.Event()
    computed = []

    async def main():
        first = asyncio.ensure_future(
            queue.compute(ASKING, lambda: goes_on.wait(60))
        )
        await asyncio.sleep(0)
        late = queue.compute(ASKING, lambda: computed.append(1))
        with pytest.raises(KeyError, match="late"):
            await request_queue.until(0.0, late, KeyError("late"))
        goes_on.set()
        assert await first
        await queue.compute(ASKING, lambda: None)

    asyncio.run(main())
    assert computed == []


def test_work_that_ends_in_time_gives_its_result():
    async def main():
        deadline = asyncio.get_running_loop().time() + 60
        work = asyncio.sleep(0, "done")
        return await request_queue.until(deadline, work, KeyError("late"))

    assert asyncio.run(main()) == "done"
