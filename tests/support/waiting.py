"""Waiting for what another thread or process does."""

import time


def wait_until(reached, seconds=60):
    """Asks until it is so; fails after some time."""
    end = time.monotonic() + seconds
    while not reached():
        assert time.monotonic() < end
        time.sleep(0.02)
