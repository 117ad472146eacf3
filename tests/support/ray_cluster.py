"""A Ray cluster of several nodes on this machine, started as a user does."""

import os
import pathlib
import secrets
import signal
import subprocess
import sys

import free_port
import waiting

_RAY = pathlib.Path(sys.executable).with_name("ray")


class RayCluster:
    """Nodes, of which the first is the head; to be used in a `with` statement.

    Args:
        folder: Where Ray keeps its files; its path must be short.

    Attributes:
        variables: Of processes that are to find it, and may use it.
    """

    def __init__(self, folder):
        self._folder = folder
        self._port = free_port.find()
        self._nodes = []
        self.variables = {
            "RAY_ADDRESS": f"127.0.0.1:{self._port}",
            "RAY_AUTH_MODE": "token",
            "RAY_AUTH_TOKEN": secrets.token_hex(32),
        }

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        while self._nodes:
            self.kill_node(-1)

    def add_node(self, cpus):
        """Starts a node, and waits until the cluster has it."""
        if self._nodes:
            place = [f"--address=127.0.0.1:{self._port}"]
        else:
            place = [
                "--head",
                f"--port={self._port}",
                "--include-dashboard=false",
                f"--temp-dir={self._folder}",
            ]
        command = [
            _RAY,
            "start",
            "--block",
            "--disable-usage-stats",
            f"--num-cpus={cpus}",
            "--object-store-memory=200000000",
            *place,
        ]
        log = self._folder / f"{len(self._nodes)}.log"
        with log.open("w") as file:
            node = subprocess.Popen(
                command,
                stdout=file,
                stderr=file,
                start_new_session=True,
                env=os.environ | self.variables,
            )
        self._nodes.append(node)
        waiting.wait_until(
            lambda: "Ray runtime started" in log.read_text(), seconds=300
        )

    def kill_node(self, number):
        """Ends all processes of a node at once, as a power cut does."""
        node = self._nodes.pop(number)
        os.killpg(node.pid, signal.SIGKILL)
        node.wait()
