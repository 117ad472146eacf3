"""The program `cartoongan`: `cartoongan VERB [flags] [arguments]`.

    cartoongan photo.jpg            a photo into a cartoon
    cartoongan cartoonize ...       the same; also animations, videos, a camera
    cartoongan batch ...            millions of pictures, on a Ray cluster
    cartoongan train ...            a style, from photos and cartoon frames
    cartoongan prepare ...          frames of a film; a check of the folders
    cartoongan export ...           a trained style, for servers and phones
    cartoongan evaluate ...         how good styles are
    cartoongan serve ...            a server and a web page on this machine
    cartoongan styles               the styles that come with the program
    cartoongan publish ...          a style's folder for the Hugging Face Hub
    cartoongan import_weights ...   the authors' weights, into a .keras file
    cartoongan check_gpu ...        would Android's GPU take a .tflite file?
    cartoongan profile ...          time and memory of an exported file

`cartoongan VERB --help` says more. Flags may stand in a file, --flagfile=FILE;
those of configs/ come with the program. In arguments and in such files ~ and
$VAR stand for what a shell has them stand for.
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
    first = arguments[0] if arguments else None
    verb = str(first).replace("-", "_")
    if first is None or first in _HELP:
        print(__doc__)
    elif first == "--version":
        print(cartoongan_tf.__version__)
    elif first == _SERVE:
        serve.run(arguments[1:])
    elif verb in VERBS:
        run_verb(verb, arguments[1:])
    elif first.isidentifier() and not pathlib.Path(first).exists():
        sys.exit(
            f"error: {first} is no verb and no file; `cartoongan --help` "
            "lists the verbs."
        )
    else:
        run_verb(_CARTOONIZE, arguments)


def run_verb(verb: str, arguments: list[str]) -> None:
    """Runs a verb, and ends the process, unless it is asked for help.

    Its flags are read before its work is imported, which takes seconds.

    Args:
        verb: Name of a module of this package that has a `VERB_usage` beside
            it: help text, flags, and what it takes besides.
        arguments: What stands behind the verb.
    """
    usage = importlib.import_module(f"{__package__}.{verb}_usage")
    with exit.with_message():
        resolved = command_line.resolve(arguments)
    sys.argv = [f"cartoongan {verb}", *resolved]
    # Names of files may be in no encoding, or not in that of the output.
    if isinstance(sys.stdout, io.TextIOWrapper):
        if sys.stdout.errors == "strict":
            sys.stdout.reconfigure(errors="backslashreplace")
    # Where absl looks for the text and the flags of its help.
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
    # Of verbs that work on many inputs, of which none must end the others.
    if hasattr(usage, "is_isolated") and usage.is_isolated(arguments):
        crashes.supervise()
    if not native_stderr.is_wanted():
        # Errors of TensorFlow's C++ reach Python; what else it logs is noise.
        os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    with exit.with_message():
        with native_stderr.held(), _uncollected(), _without_pyplot():
            work = importlib.import_module(f"{__package__}.{verb}")
            _look_at_devices()
        _apply_keras_settings()
        # Pillow complains of broken EXIF in lines that do not name the file.
        warnings.filterwarnings(
            "ignore", category=UserWarning, module=r"PIL\.TiffImagePlugin"
        )
        work.main(arguments)


@contextlib.contextmanager
def _uncollected():
    """Lets modules be imported without a search for garbage.

    There is none among a million objects that stay; to look for it, then and
    when Python ends, took 1.5 seconds of the 5.5 of a first cartoon.
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
    """Hides Matplotlib from Keras, which would import pyplot where it is.

    That takes an eighth of Keras' own time; nothing here uses it.
    """
    sys.modules["matplotlib"] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        del sys.modules["matplotlib"]


def _look_at_devices():
    """Once, where the work uses TensorFlow: it complains the first time."""
    if "tensorflow" in sys.modules:
        from cartoongan_tf.core import devices

        devices.has_gpu()


def _apply_keras_settings():
    if "keras" in sys.modules:
        from cartoongan_tf.nn import keras_settings

        keras_settings.apply()
