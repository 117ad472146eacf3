"""Times of several functions that run in turn.

What else the machine does then slows all of them down: of times on a busy
machine trust the ratio of the fastest.
"""

import time
from collections.abc import Callable
from collections.abc import Mapping


def measure(
    functions: Mapping[str, Callable], repeats: int
) -> dict[str, list[float]]:
    """Milliseconds of each call, by the function's name."""
    times: dict[str, list[float]] = {name: [] for name in functions}
    for function in functions.values():
        function()  # The first time LiteRT packs the weights.
    for _ in range(repeats):
        for name, function in functions.items():
            begin = time.perf_counter()
            function()
            times[name].append(1000 * (time.perf_counter() - begin))
    return times
