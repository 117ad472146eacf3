r"""Serves exported models on this machine, without Docker.

    python -m serving.local --model_dir=exported/storybook/saved_model

speaks TensorFlow Serving's REST protocol at port 8501, and with --grpc_port
its gRPC, too; a web page is at http://127.0.0.1:8501/. New versions appear
when `export.py` publishes them. Ctrl-C ends it when what is under way is done;
a second one at once.

It asks for no password and speaks no TLS, and so listens to this machine only,
unless --host says otherwise. One line of JSON for each request goes to the
standard error; pictures are never written anywhere.
"""

import dataclasses
import ipaddress
import pathlib
import socket
import sys

from absl import app
from absl import flags

from serving import settings

FLAGS = flags.FLAGS
_DEFAULT = settings.Settings
_LARGEST_PORT = 65_535


def define_flags():
    """Defines them when this is the command, beside others when it is not."""
    _define_models()
    _define_addresses()
    _define_limits()
    _define_threads()


def main(argv):
    if len(argv) > 1:
        raise app.UsageError(f"Unexpected arguments: {argv[1:]}")
    chosen = settings_from_flags()
    try:
        _serve(chosen)
    except (OSError, RuntimeError, ValueError) as error:
        sys.exit(str(error))


def settings_from_flags() -> settings.Settings:
    """The settings that the flags give."""
    fields = dataclasses.fields(settings.Settings)
    values = {field.name: FLAGS[field.name].value for field in fields}
    for name in ("model_dir", "model_config_file", "tflite"):
        values[name] = pathlib.Path(values[name]) if values[name] else None
    return settings.Settings(**values)


def listen(host: str, port: int) -> socket.socket:
    """Takes a port, before anything that takes time.

    Raises:
        ValueError: If it cannot be had.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM
        )[0]
        taken = socket.socket(family, kind, protocol)
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind(address)
    except OSError as error:
        raise ValueError(
            f"--host={host} --port={port}: {error.strerror}. Choose another "
            "--port, or 0 for one that is free."
        ) from error
    return taken
