r"""Serves exported models on this machine, without Docker.

    python -m serving.local --model_dir=exported/storybook/saved_model

or, where the program is installed, `cartoongan serve` with the same flags,
speaks TensorFlow Serving's REST protocol at port 8501; a web page is at
http://127.0.0.1:8501/. New versions appear when `export.py` publishes them.
A SavedModel is a program: serve only those whose source you trust.
Ctrl-C ends it when what is under way is done; a second one at once.

It asks for no password and speaks no TLS, and so listens to this machine only,
unless --host says otherwise. One line for each request goes to the standard
error; pictures are never written anywhere.
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
_NAME = "cartoongan"  # of a model that has no other
_TFLITE_IDENTIFIER = b"TFL3"  # of a flatbuffer, behind its first offset


def define_flags():
    """Defines them when this is the command, beside others when it is not."""
    for field in dataclasses.fields(settings.Settings):
        text = field.metadata["text"]
        lowest, highest = field.metadata["lowest"], field.metadata["highest"]
        default: Any = field.default
        match default:
            case bool():
                flags.DEFINE_bool(field.name, default, text)
            case int():
                flags.DEFINE_integer(field.name, default, text, lowest, highest)
            case float():
                flags.DEFINE_float(field.name, default, text, lowest)
            case ():
                flags.DEFINE_multi_string(field.name, default, text)
            case _:
                flags.DEFINE_string(field.name, default, text)


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
    """Takes a port before anything that takes time; who comes early waits.

    Args:
        host: Name or address of this machine.
        port: The port, 0 for any.

    Raises:
        ValueError: If it cannot be had.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except OSError as error:
        raise ValueError(
            f"--host={host} --port={port}: {error.strerror}. Choose another "
            "port, or 0 for one that is free."
        ) from error


def _serve(chosen):
    folders = _folders(chosen.model_dir)
    if chosen.tflite:
        _check_tflite(pathlib.Path(chosen.tflite))
    if not addresses.is_loopback(chosen.host):
        print(
            f"--host={chosen.host}: whoever reaches this machine can use the "
            "server; it asks for no password.",
            file=sys.stderr,
        )
    listening = listen(chosen.host, chosen.port)
    # TensorFlow takes seconds to load, which wrong flags need not wait for.
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
        name = name or _NAME
        if name in folders:
            raise ValueError(
                f"--model_dir: two models are called {name}; give NAME=FOLDER."
            )
        folders[name] = pathlib.Path(folder)
        model_folders.check(folders[name])
    if not folders:
        raise ValueError(
            "Give --model_dir, the folder saved_model that export.py wrote."
        )
    return folders


def _check_tflite(path):
    if not path.is_file():
        raise ValueError(f"--tflite: there is no file {path}.")
    with path.open("rb") as file:
        if file.read(8)[4:] != _TFLITE_IDENTIFIER:
            raise ValueError(
                f"--tflite: {path} is no .tflite file; give the "
                "cartoongan_float16.tflite that export.py wrote."
            )


if __name__ == "__main__":
    define_flags()
    command_line.run(main)
