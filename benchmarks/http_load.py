"""Connections that send the same requests over and over, and count answers.

    python -m benchmarks.http_load PORT PATH CONNECTIONS SECONDS RATE BODY...

Each connection is a thread that keeps its socket, sends the bodies in an order
of its own, and waits for each answer before it asks again. With a RATE above 0
so many requests a second come at random times, whether or not others have been
answered, each on a connection of its own, CONNECTIONS at a time; how long they
waited for one counts. Prints one line of JSON: answers by status, requests a
second, and milliseconds that answers took, of what was asked after the first
tenth of the time.
"""

import collections
import concurrent.futures
import http.client
import itertools
import json
import pathlib
import random
import sys
import threading
import time

_WARMING = 0.1  # of the time: not counted


def load(
    port: int,
    path: str,
    connections: int,
    seconds: float,
    bodies: list[bytes],
    rate: float = 0.0,
) -> dict:
    """Asks for some time on several connections at once.

    Returns:
        `statuses`, a count by status; `rate`, answers a second; `p50`, `p99`
        and `most`, milliseconds.
    """
    begin = time.perf_counter() + _WARMING * seconds
    end = begin + (1 - _WARMING) * seconds
    found: list[tuple[int, float, float]] = []
    arrivals = _Arrivals(rate)
    with concurrent.futures.ThreadPoolExecutor(connections) as threads:
        asking = [
            threads.submit(
                _ask_until,
                *(arrivals, end, port, path, _shuffled(bodies, n), found),
            )
            for n in range(connections)
        ]
    for each in asking:
        each.result()  # Raises what went wrong.
    return _summary(found, begin, end)


def _shuffled(bodies, seed):
    return random.Random(seed).sample(bodies, len(bodies))


class _Arrivals:
    """When requests come: at once, or at random times of a rate."""

    def __init__(self, rate):
        self.rate = rate
        self._random = random.Random(0)
        self._lock = threading.Lock()
        self._last = time.perf_counter()

    def wait(self, end):
        """Waits for the next one, and tells when it came."""
        if not self.rate:
            return time.perf_counter()
        with self._lock:
            self._last += self._random.expovariate(self.rate)
            start = self._last
        time.sleep(max(0, min(start, end) - time.perf_counter()))
        return start


def _ask_until(arrivals, end, port, path, bodies, found):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=600)
    headers = {"Content-Type": "application/json"}
    for body in itertools.cycle(bodies):
        start = arrivals.wait(end)
        if start >= end:
            break
        connection.request("POST", path, body, headers)
        answer = connection.getresponse()
        answer.read()
        found.append((answer.status, start, time.perf_counter()))
        if arrivals.rate:  # Or the server would close it, idle for seconds.
            connection.close()
    connection.close()


def _summary(found, begin, end):
    """Answers count where they came; latencies where requests began."""
    answered = sum(begin <= stop < end for _, _, stop in found)
    took = sorted(1000 * (b - a) for _, a, b in found if a >= begin)
    return {
        "statuses": dict(collections.Counter(status for status, _, _ in found)),
        "rate": answered / (end - begin),
        "p50": took[len(took) // 2] if took else None,
        "p99": took[int(0.99 * len(took))] if took else None,
        "most": took[-1] if took else None,
    }


def main():
    port, path, *numbers = sys.argv[1:6]
    connections, seconds, rate = map(float, numbers)
    bodies = [pathlib.Path(file).read_bytes() for file in sys.argv[6:]]
    found = load(int(port), path, int(connections), seconds, bodies, rate)
    print(json.dumps(found))


if __name__ == "__main__":
    main()
