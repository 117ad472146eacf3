"""What a process takes of memory, on Linux."""

import pathlib
import re
import subprocess


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
    samples: list[tuple[float, float]] = []
    while True:
        try:
            process.wait(seconds)
            return samples
        except subprocess.TimeoutExpired:
            samples.append((_resident(process), also()))


def _resident(process):
    try:
        return of(process.pid)[0]
    except (OSError, KeyError):  # It has just ended.
        return 0.0
