r"""Serves exported models on this machine, without Docker.

    python -m serving.local --model_dir=exported/storybook/saved_model

or, if the program is installed, `cartoongan serve` with the same flags, serves
TensorFlow Serving's REST API on port 8501 and a web page at
http://127.0.0.1:8501/. New model versions go live when `export.py` writes them.
A SavedModel is a program: serve only those from sources you trust.
Ctrl-C finishes pending requests and exits; a second Ctrl-C exits immediately.

The server has no authentication and no TLS, and listens on this machine only,
unless --host is set. It logs one line per request to standard error; pictures
are never stored.
"""

import dataclasses
import pathlib
import socket
import sys
from typing import Any

from absl import app
from absl import flags

from .. import addresses
from .. import command_line
from .. import tensorflow_import
from . import model_folders
from . import settings

FLAGS = flags.FLAGS
_DEFAULT_NAME = "cartoongan"
_TFLITE_IDENTIFIER = b"TFL3"  # of the flatbuffer, after the root offset


def define_flags():
    """Defines a flag per setting, on call so that imports define none."""
    for field in dataclasses.fields(settings.Settings):
        name, help_text = field.name, field.metadata["help"]
        minimum = field.metadata["minimum"]
        maximum = field.metadata["maximum"]
        default: Any = field.default
        match default:
            case bool():
                flags.DEFINE_bool(name, default, help_text)
            case int():
                flags.DEFINE_integer(name, default, help_text, minimum, maximum)
            case float():
                flags.DEFINE_float(name, default, help_text, minimum)
            case ():
                flags.DEFINE_multi_string(name, default, help_text)
            case _:
                flags.DEFINE_string(name, default, help_text)


def main(argv):
    if len(argv) > 1:
        raise app.UsageError(f"Unexpected arguments: {argv[1:]}")
    fields = dataclasses.fields(settings.Settings)
    values: dict[str, Any] = {f.name: FLAGS[f.name].value for f in fields}
    chosen = settings.Settings(**values)
    try:
        _serve(chosen)
    except (OSError, ValueError) as error:
        sys.exit(str(error))


def listen(host: str, port: int) -> socket.socket:
    """Binds the port before slow startup work; early clients wait.

    Args:
        host: Host name or address of this machine.
        port: Port, or 0 for any free port.

    Raises:
        ValueError: If the port is not available.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except OSError as error:
        raise ValueError(
            f"--host={host} --port={port}: {error.strerror}. Choose another "
            "port, or 0 for any free one."
        ) from error


def _serve(chosen):
    folders = _folders(chosen.model_dir)
    if chosen.tflite:
        _check_tflite(pathlib.Path(chosen.tflite))
    if not addresses.is_loopback(chosen.host):
        print(
            f"--host={chosen.host}: anyone who can reach this machine can use "
            "the server; it has no authentication.",
            file=sys.stderr,
        )
    listening = listen(chosen.host, chosen.port)
    # Imported after checking flags, as TensorFlow takes seconds to load.
    tensorflow_import.load()
    from . import server

    running = server.Server(chosen, folders)
    host = f"[{chosen.host}]" if ":" in chosen.host else chosen.host
    address = f"http://{host}:{listening.getsockname()[1]}"
    for name in folders:
        print(f"{name}: {address}/v1/models/{name}")
    print(f"Page: {address}/", flush=True)
    running.run([listening])


def _folders(values):
    folders = {}
    for value in values:
        name, _, folder = value.rpartition("=")
        name = name or _DEFAULT_NAME
        if name in folders:
            raise ValueError(
                f"--model_dir: two models are named {name}; pass NAME=FOLDER."
            )
        folders[name] = pathlib.Path(folder)
        model_folders.check(folders[name])
    if not folders:
        raise ValueError(
            "Pass --model_dir, the saved_model folder written by export.py."
        )
    return folders


def _check_tflite(path):
    if not path.is_file():
        raise ValueError(f"--tflite: {path} does not exist.")
    with path.open("rb") as file:
        if file.read(8)[4:] != _TFLITE_IDENTIFIER:
            raise ValueError(
                f"--tflite: {path} is not a .tflite file; pass the "
                "cartoongan_float16.tflite written by export.py."
            )


if __name__ == "__main__":
    define_flags()
    command_line.run(main)
