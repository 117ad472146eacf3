"""`python -m serving.local` in a process of its own, at a free port."""

import contextlib
import pathlib
import re
import subprocess
import sys
import tempfile

import foreign_lines

ROOT = pathlib.Path(__file__).parents[2]


@contextlib.contextmanager
def serve(*flags):
    """Runs the server until the block ends; gives its address."""
    with started(*flags) as (address, process):
        yield address
    assert process.returncode == 0


@contextlib.contextmanager
def started(*flags, cwd=ROOT, stderr=None):
    """The same for those who end it themselves; gives the process, too."""
    with (
        tempfile.TemporaryFile("w+") as errors,
        subprocess.Popen(
            [sys.executable, "-m", "serving.local", "--port=0", *flags],
            cwd=cwd,
            env={**foreign_lines.environment(), "PYTHONPATH": str(ROOT)},
            stdout=subprocess.PIPE,
            stderr=stderr or errors,
            text=True,
        ) as process,
    ):
        try:
            yield _address(process, errors), process
        finally:
            process.terminate()
            process.wait(60)


def _address(process, errors):
    for line in process.stdout:
        if page := re.fullmatch(r"Page: (\S+)/\n", line):
            return page[1]
    errors.seek(0)
    raise AssertionError(errors.read())
