"""How a process takes training steps by turns with others.

Needs nothing but Python, so that an environment without TensorFlow runs it.
"""

import subprocess
import sys
from collections.abc import Callable


def take_turns(step: Callable) -> None:
    """Takes a step, says so, and takes one for each line that comes in."""
    step()
    print("ready", flush=True)
    for _ in sys.stdin:
        step()
        print("done", flush=True)


def take(process: subprocess.Popen) -> None:
    """Lets another process take a step, and waits for its end."""
    assert process.stdin
    assert process.stdout
    process.stdin.write("\n")
    process.stdin.flush()
    if not process.stdout.readline():
        raise RuntimeError(f"{process.args!r} ended.")
