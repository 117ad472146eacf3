"""`python -m serving.local` in a process of its own, at free ports."""

import contextlib
import pathlib
import subprocess
import sys
import tempfile
from typing import NamedTuple

ROOT = pathlib.Path(__file__).parents[2]


class Addresses(NamedTuple):
    """Where a server listens.

    Attributes:
        rest: Such as `http://127.0.0.1:40001`.
        grpc: Such as `grpc://127.0.0.1:40002`.
    """

    rest: str
    grpc: str


@contextlib.contextmanager
def serve(*flags):
    """Runs the server until the block ends; gives its addresses."""
    with started(*flags) as (addresses, process):
        yield addresses
    assert process.returncode == 0


@contextlib.contextmanager
def started(*flags):
    """The same for those who end it themselves; gives the process, too."""
    command = [sys.executable, "-m", "serving.local", "--port=0", *flags]
    with (
        tempfile.TemporaryFile("w+") as errors,
        subprocess.Popen(
            [*command, "--grpc_port=0"],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        ) as process,
    ):
        try:
            yield _addresses(process, errors), process
        finally:
            process.terminate()
            process.wait(60)


def _addresses(process, errors):
    told = {}
    for line in process.stdout:
        name, _, address = line.strip().partition(": ")
        told[name] = address.rstrip("/")
        if name == "Page":
            return Addresses(told["Page"], f"grpc://{told['gRPC']}")
    errors.seek(0)
    raise AssertionError(errors.read())
