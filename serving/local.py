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
import os
import pathlib
import socket
import sys
from typing import Any

from absl import app
from absl import flags

from serving import model_configs
from serving import server_settings
from serving import tflite_files
from serving import version_folders

FLAGS = flags.FLAGS
_DEFAULT = server_settings.Settings
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


def settings_from_flags() -> server_settings.Settings:
    """The settings that the flags give."""
    fields = dataclasses.fields(server_settings.Settings)
    values: dict[str, Any] = {f.name: FLAGS[f.name].value for f in fields}
    for name in ("model_dir", "model_config_file", "tflite"):
        if values[name]:
            values[name] = pathlib.Path(values[name])
    return server_settings.Settings(**values)


def listen(host: str, port: int, flag: str = "port") -> socket.socket:
    """Takes a port, before anything that takes time.

    Args:
        host: Name or address of this machine.
        port: The port, 0 for any.
        flag: The one that gave the port, for the message.

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
            f"--host={host} --{flag}={port}: {error.strerror}. Choose another "
            "port, or 0 for one that is free."
        ) from error
    return taken


def _serve(chosen):
    _check(chosen)
    socket_of_http = listen(chosen.host, chosen.port)
    if chosen.grpc_port is not None:
        listen(chosen.host, chosen.grpc_port, "grpc_port").close()
    models = _models(chosen)
    # Of TensorFlow's C++ only what ends the process is told, and some lines at
    # its start; the rest comes with each picture that is refused.
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    # TensorFlow takes seconds to load, which wrong flags need not wait for.
    from serving import json_logs
    from serving import servers

    json_logs.set_up(sys.stderr)
    port = socket_of_http.getsockname()[1]
    server = servers.Server(
        chosen,
        models,
        lambda grpc_port: _tell(chosen.host, port, grpc_port, models),
    )
    server.run([socket_of_http])


def _check(chosen):
    if bool(chosen.model_dir) == bool(chosen.model_config_file):
        raise ValueError(
            "Give --model_dir, the folder saved_model that export.py wrote, or "
            "--model_config_file."
        )
    if chosen.tflite:
        tflite_files.check(chosen.tflite)
    if not _is_loopback(chosen.host):
        print(
            f"--host={chosen.host}: whoever reaches this machine can use the "
            "server, and, over gRPC, change what it serves; it asks for no "
            "password.",
            file=sys.stderr,
        )


def _models(chosen):
    if chosen.model_config_file:
        models = model_configs.read(chosen.model_config_file)
    else:
        models = [model_configs.of_folder(chosen.model_name, chosen.model_dir)]
    for model in models:
        version_folders.check(model.base_path)
    return models


def _is_loopback(host):
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _tell(host, port, grpc_port, models):
    shown = f"[{host}]" if ":" in host else host
    for model in models:
        print(f"{model.name}: http://{shown}:{port}/v1/models/{model.name}")
    if grpc_port:
        print(f"gRPC: {shown}:{grpc_port}")
    print(f"Page: http://{shown}:{port}/", flush=True)


def _define_models():
    flags.DEFINE_string(
        "model_dir",
        None,
        "Folder of a model's versions, such as exported/storybook/saved_model.",
    )
    flags.DEFINE_string(
        "model_name", _DEFAULT.model_name, "What requests call that model."
    )
    flags.DEFINE_string(
        "model_config_file",
        None,
        "Several models, labels and policies, as a ModelServerConfig of "
        "TensorFlow Serving in protobuf's text format.",
    )
    flags.DEFINE_float(
        "model_config_file_poll_wait_seconds",
        _DEFAULT.model_config_file_poll_wait_seconds,
        "How often that file is read anew; 0 is never.",
        lower_bound=0,
    )
    flags.DEFINE_string(
        "tflite",
        None,
        "The .tflite file that browsers draw with by themselves, such as "
        "exported/storybook/cartoongan_float16.tflite.",
    )
    flags.DEFINE_float(
        "file_system_poll_wait_seconds",
        _DEFAULT.file_system_poll_wait_seconds,
        "How often new versions are looked for.",
        lower_bound=0.01,
    )


def _define_addresses():
    flags.DEFINE_string(
        "host",
        _DEFAULT.host,
        "Address to listen at; 0.0.0.0 is every network of this machine.",
    )
    flags.DEFINE_integer(
        "port",
        _DEFAULT.port,
        "Port of HTTP; 0 takes a free one.",
        0,
        _LARGEST_PORT,
    )
    flags.DEFINE_integer(
        "grpc_port",
        None,
        "Port of gRPC, 8500 in TensorFlow Serving; 0 takes a free one. Without "
        "it there is no gRPC.",
        0,
        _LARGEST_PORT,
    )
    flags.DEFINE_bool(
        "rest_api_enable_cors_support",
        _DEFAULT.rest_api_enable_cors_support,
        "Whether pages of other sites may ask.",
    )


def _define_limits():
    for name, least, text in (
        (
            "rest_api_timeout_in_ms",
            1,
            "Milliseconds after which a prediction is given up (504).",
        ),
        ("max_body_mb", 1, "The most megabytes of a request (413)."),
        (
            "max_bodies_mb",
            1,
            "The most megabytes of all requests under way (429).",
        ),
        (
            "max_enqueued_requests",
            1,
            "Predictions that may be there at a time (429).",
        ),
        ("max_connections", 1, "Connections at a time (503)."),
        (
            "drain_timeout_s",
            0,
            "Seconds that requests under way have at the end.",
        ),
    ):
        flags.DEFINE_integer(name, getattr(_DEFAULT, name), text, least)
    flags.DEFINE_float(
        "body_timeout_s",
        _DEFAULT.body_timeout_s,
        "Seconds that a request may pause before it comes (408); what has come "
        "buys more, at 16 KiB a second.",
        lower_bound=0.01,
    )


def _define_threads():
    for name, least, text in (
        ("max_batch_size", 1, "Pictures that are run together at most."),
        (
            "batch_timeout_micros",
            0,
            "Microseconds that a picture waits for others although a thread "
            "is free.",
        ),
        (
            "num_batch_threads",
            0,
            "Runs of models at a time; 0 is half of the CPUs, but two.",
        ),
        (
            "tensorflow_intra_op_parallelism",
            0,
            "Threads of one operation; 0 leaves it to TensorFlow.",
        ),
        (
            "tensorflow_inter_op_parallelism",
            0,
            "Operations at a time; 0 leaves it to TensorFlow.",
        ),
    ):
        flags.DEFINE_integer(name, getattr(_DEFAULT, name), text, least)


if __name__ == "__main__":
    define_flags()
    app.run(main)
