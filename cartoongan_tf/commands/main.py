"""The program `cartoongan`: `cartoongan VERB [flags] [arguments]`.

    cartoongan photo.jpg            cartoonize a photo
    cartoongan cartoonize ...       the same; also animations, videos, cameras
    cartoongan batch ...            cartoonize millions of pictures, with Ray
    cartoongan train ...            train a style on photos and cartoon frames
    cartoongan prepare ...          extract frames from videos; check folders
    cartoongan export ...           export a style for servers and phones
    cartoongan evaluate ...         measure the quality of styles
    cartoongan serve ...            run a local server with a web page
    cartoongan styles               list the shipped styles
    cartoongan publish ...          write a folder for the Hugging Face Hub
    cartoongan import_weights ...   convert the authors' weights to .keras
    cartoongan check_gpu ...        check a .tflite file for Android's GPU
    cartoongan profile ...          measure latency and memory of an export

`cartoongan VERB --help` lists the flags of a verb. Flags may be read from a
file with --flagfile=FILE; those in configs/ come with the program. ~ and $VAR
are expanded in arguments and in flag files, as in a shell.
"""

import atexit
import contextlib
import functools
import gc
import importlib
import io
import os
import pathlib
import sys
import warnings

from absl import app

import cartoongan_tf
from cartoongan_tf.commands import command_line
from cartoongan_tf.commands import exit
from cartoongan_tf.commands import serve
from cartoongan_tf.core import crashes
from cartoongan_tf.core import native_stderr

_HELP = frozenset({"--help", "-h"})
_CARTOONIZE = "cartoonize"
_SERVE = "serve"
VERBS = (
    _CARTOONIZE,
    "batch",
    "train",
    "prepare",
    "export",
    "evaluate",
    "styles",
    "publish",
    "import_weights",
    "check_gpu",
    "profile",
)


def run() -> None:
    """Runs the program on the arguments of this process."""
    arguments = sys.argv[1:]
    first = arguments[0] if arguments else "--help"
    verb = first.replace("-", "_")
    if first in _HELP:
        print(__doc__)
    elif first == "--version":
        print(cartoongan_tf.__version__)
    elif first == _SERVE:
        serve.run(arguments[1:])
    elif verb in VERBS:
        run_verb(verb, arguments[1:])
    elif first.isidentifier() and not pathlib.Path(first).exists():
        sys.exit(
            f"error: {first} is neither a verb nor a file; `cartoongan --help` "
            "lists the verbs."
        )
    else:
        run_verb(_CARTOONIZE, arguments)


def run_verb(verb: str, arguments: list[str]) -> None:
    """Runs a verb and exits the process; returns after `--help`.

    Parses flags before importing the implementation, which takes seconds.

    Args:
        verb: Name of a module in this package, next to its `VERB_usage` with
            help text, flags and a description of positional arguments.
        arguments: Command-line arguments after the verb.
    """
    usage = importlib.import_module(f"{__package__}.{verb}_usage")
    with exit.with_message():
        resolved = command_line.resolve(arguments)
    sys.argv = [f"cartoongan {verb}", *resolved]
    # File names may be undecodable, or not encodable in the output's encoding.
    if isinstance(sys.stdout, io.TextIOWrapper):
        if sys.stdout.errors == "strict":
            sys.stdout.reconfigure(errors="backslashreplace")
    # absl takes the text and the flags of its help from here.
    sys.modules["__main__"].__doc__ = usage.__doc__
    for flag in usage.FLAGS.get_key_flags_for_module(usage):
        usage.FLAGS.register_key_flag_for_module(sys.argv[0], flag)
    if _HELP.intersection(arguments):
        app.usage(shorthelp=True, writeto_stdout=True)
        return
    app.run(functools.partial(_start, verb, usage))


def _start(verb, usage, argv):
    arguments = argv[1:]
    if arguments and not usage.ARGUMENTS:
        raise app.UsageError(f"Unexpected arguments: {' '.join(arguments)}")
    if usage.ARGUMENTS and not arguments:
        raise app.UsageError(f"Name {usage.ARGUMENTS}.")
    # For verbs with many inputs: a crash on one must not end the others.
    if hasattr(usage, "is_isolated") and usage.is_isolated(arguments):
        crashes.supervise()
    if not native_stderr.is_wanted():
        # TensorFlow's C++ errors reach Python; the rest of its log is noise.
        os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    with exit.with_message():
        with native_stderr.held(), _uncollected(), _without_pyplot():
            work = importlib.import_module(f"{__package__}.{verb}")
            _initialize_devices()
        _apply_keras_settings()
        # Pillow's warnings about broken EXIF do not name the file.
        warnings.filterwarnings(
            "ignore", category=UserWarning, module=r"PIL\.TiffImagePlugin"
        )
        work.main(arguments)


@contextlib.contextmanager
def _uncollected():
    """Disables garbage collection during imports.

    Imports create a million objects that stay alive; searching them for
    garbage, then and at exit, took 1.5 of the 5.5 seconds of a first cartoon.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()
        atexit.register(gc.freeze)


@contextlib.contextmanager
def _without_pyplot():
    """Hides Matplotlib from Keras, which would import pyplot if installed.

    That takes an eighth of Keras' import time, and nothing here uses it.
    """
    sys.modules["matplotlib"] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        del sys.modules["matplotlib"]


def _initialize_devices():
    """Initializes TensorFlow's devices while its log output is held."""
    if "tensorflow" in sys.modules:
        from cartoongan_tf.core import devices

        devices.has_gpu()


def _apply_keras_settings():
    if "keras" in sys.modules:
        from cartoongan_tf.nn import keras_settings

        keras_settings.apply()
