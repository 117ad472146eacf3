"""`serving.local` in a process of its own, and what it takes of memory."""

import contextlib
import http.client
import pathlib
import socket
import subprocess
import sys
import time
from collections.abc import Iterator

from benchmarks import process_memory


class ServerProcess:
    """A server that runs.

    Attributes:
        port: Of its REST protocol, on this machine.
        process: The process.
    """

    def __init__(self, port: int, process: subprocess.Popen) -> None:
        self.port = port
        self.process = process

    def memory(self) -> tuple[float, float]:
        """Megabytes that are resident now, and that were at most."""
        return process_memory.of(self.process.pid)

    def is_healthy(self) -> bool:
        """Whether it says that it is ready."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, 5)
        try:
            connection.request("GET", "/healthz")
            return connection.getresponse().status == 200
        except OSError:
            return False
        finally:
            connection.close()


@contextlib.contextmanager
def serve(
    model_dir: pathlib.Path, log: pathlib.Path, *settings: str
) -> Iterator[ServerProcess]:
    """Runs a server on a free port, and ends it.

    Args:
        model_dir: Folder of versions.
        log: File for what it writes.
        *settings: Further flags.

    Raises:
        RuntimeError: If it ends at once, or is not ready after two minutes.
    """
    port = _free_port()
    command = [sys.executable, "-m", "serving.local", f"--port={port}"]
    with log.open("wb") as stream:
        process = subprocess.Popen(
            [*command, f"--model_dir={model_dir}", *settings],
            stdout=stream,
            stderr=stream,
        )
    server = ServerProcess(port, process)
    try:
        _wait(server, log)
        yield server
    finally:
        process.terminate()
        process.wait(60)


def _free_port():
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


def _wait(server, log):
    for _ in range(240):
        if server.process.poll() is not None:
            break
        if server.is_healthy():
            return
        time.sleep(0.5)
    raise RuntimeError(f"The server is not ready: {log.read_text()[-2000:]}")
