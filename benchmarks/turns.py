"""Processes that work by turns: each does one thing when it is told to.

Needs nothing but Python, so that an environment without TensorFlow runs it.
"""

import subprocess
import sys
from collections.abc import Callable
from collections.abc import Sequence

READY = "ready"


def take_turns(work: Callable[[], object]) -> None:
    """Says that it is ready, works at each line that comes in, and answers.

    Args:
        work: Gives what to answer; it is called once before.
    """
    work()
    print(READY, flush=True)
    for _ in sys.stdin:
        print(work(), flush=True)


def start(command: Sequence[object]) -> subprocess.Popen:
    """Starts a process that takes turns."""
    return subprocess.Popen(
        [str(part) for part in command],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )


def take(process: subprocess.Popen) -> str:
    """Lets a process work once, and gives its answer."""
    assert process.stdin
    assert process.stdout
    process.stdin.write("\n")
    process.stdin.flush()
    answer = process.stdout.readline()
    if not answer:
        raise RuntimeError(f"{process.args!r} ended.")
    return answer
