"""What a process takes of memory, on Linux."""

import pathlib
import re
import subprocess
import threading


def of(pid: int) -> tuple[float, float]:
    """Megabytes that are resident now, and that were at most."""
    status = pathlib.Path(f"/proc/{pid}/status").read_text()
    found = dict(re.findall(r"^(VmRSS|VmHWM):\s+(\d+) kB", status, re.M))
    return int(found["VmRSS"]) / 1024, int(found["VmHWM"]) / 1024


def watch(
    process: subprocess.Popen, seconds: float, also=lambda: 0
) -> list[tuple[float, float]]:
    """Waits for the end of a process.

    Args:
        process: The process.
        seconds: Between two samples.
        also: Function whose value belongs to a sample.

    Returns:
        Samples of megabytes that were resident, and of that value.
    """
    samples = []
    ended = threading.Event()
    waiting = threading.Thread(target=lambda: (process.wait(), ended.set()))
    waiting.start()
    while not ended.wait(seconds):
        try:
            samples.append((of(process.pid)[0], also()))
        except (OSError, KeyError):  # It ends, and has no memory any more.
            break
    waiting.join()
    return samples
