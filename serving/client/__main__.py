r"""Sends photos to a server and writes the cartoons that come back.

    python -m serving.client photo.jpg holidays/
    python -m serving.client --url=http://host:8501 --output=mine *.jpg
    python -m serving.client --url=grpc://host:8500 --label=canary photo.jpg

The server is TensorFlow Serving, or `python -m serving.local`. Cartoons go
into --output, cartoons/ by default. What is there already is left alone, so
that the same command goes on where it stopped. Photos that became no cartoon
are named, the rest goes on, and the exit code is 1.

Folders are searched with their sub-folders, which --output mirrors. Photos may
be of any kind that Pillow reads, or HEIC. They are upright, in sRGB, and no
larger than --max_side when they are sent.
"""

import concurrent.futures
import logging
import os
import pathlib
import sys
import urllib.parse
from typing import Any

import PIL.Image
import PIL.PngImagePlugin
from absl import app
from absl import flags

from .. import command_line
from .. import tensorflow_import
from . import errors
from . import jpeg_end
from . import outputs
from . import photos
from . import rest
from . import uploads

FLAGS = flags.FLAGS

_GRPC = ("grpc", "grpcs")  # `grpc` itself would load TensorFlow.
_INTERRUPTED = 130  # What a shell reports after Ctrl-C.


def define_flags():
    """Defines them when this is the command, beside others when it is not."""
    flags.DEFINE_string(
        "url",
        "http://127.0.0.1:8501",
        "Of the server: http://, https://, or grpc:// and grpcs:// (port 8500 "
        "as a rule), which spares a third of the bytes. Or of a model there: "
        "http://host:8501/v1/models/NAME:predict.",
    )
    flags.DEFINE_string("model_name", "cartoongan", "Of the model there.")
    flags.DEFINE_integer(
        "version", None, "Number of a certain version; the newest by default."
    )
    flags.DEFINE_string(
        "label", None, "Label of a certain version, such as stable or canary."
    )
    flags.DEFINE_string(
        "output",
        "cartoons",
        "Folder to write into; for one photo also a file, by its ending.",
    )
    flags.DEFINE_bool(
        "overwrite", False, "Whether to make again what is there already."
    )
    flags.DEFINE_integer(
        "max_side",
        uploads.MAX_SIDE,
        "Longer side, in pixels, to which larger photos are reduced before "
        "they are sent. The server reduces to its own --max_side.",
        16,
    )
    flags.DEFINE_float(
        "timeout", 60.0, "Seconds that one try may wait for a response.", 0.001
    )
    flags.DEFINE_integer(
        "retries",
        4,
        "Further tries where the server is busy or out of reach, after pauses "
        "that double, up to 30 seconds.",
        0,
    )
    flags.DEFINE_integer("concurrency", 2, "Photos on their way at once.", 1)


def main(argv):
    if not argv[1:]:
        raise app.UsageError("Which photos? Name files; --help tells more.")
    if FLAGS.version is not None and FLAGS.label is not None:
        raise app.UsageError("--version and --label: give one of them.")
    logging.getLogger("urllib3").setLevel("ERROR")  # A line for each retry.
    # Pillow's warning names no file, and cameras exceed its limit;
    # `uploads.MAX_PIXELS` stands in for both.
    PIL.Image.MAX_IMAGE_PIXELS = None
    # One text or color profile may be as long as all together.
    png = PIL.PngImagePlugin
    png.MAX_TEXT_CHUNK = png.MAX_TEXT_MEMORY
    output = pathlib.Path(FLAGS.output)
    found = photos.find(argv[1:], output)
    if found.left_out:
        others = (f"{n} {suffix}" for suffix, n in found.left_out.items())
        print(f"No photos, left out: {', '.join(others)}.", file=sys.stderr)
    if not found.places:
        sys.exit(f"error: {' '.join(argv[1:])} holds no photo to send.")
    try:
        plan = outputs.plan(found.places, output)
        client = _client(FLAGS.url)
    except errors.ClientError as error:
        sys.exit(f"error: {error}")
    try:
        failed = _cartoonize(client, _open_tasks(plan))
    except KeyboardInterrupt:
        print("Interrupted; the same command goes on.", file=sys.stderr)
        # Not `sys.exit`, which waits for threads that wait for a server.
        os._exit(_INTERRUPTED)
    client.close()
    if failed:
        sys.exit(f"error: {failed} of {len(plan)} photos became no cartoon.")


def _client(url):
    scheme = urllib.parse.urlsplit(url).scheme
    options: dict[str, Any] = {
        name: FLAGS[name].value
        for name in ("model_name", "version", "label", "timeout", "retries")
    }
    if scheme in rest.SCHEMES:
        return rest.RestClient(url, **options)
    if scheme in _GRPC:
        # Only here, since it loads TensorFlow, which REST has no need of.
        try:
            tensorflow_import.load()
            from . import grpc
        except ModuleNotFoundError as error:
            raise errors.ClientError(
                f"--url={url} needs {error.name}; run `pip install "
                "'cartoongan-tf[serving]'`."
            ) from error
        return grpc.GrpcClient(url, **options)
    raise errors.ClientError(
        f"--url={url} begins with none of http://, https://, grpc://, grpcs://."
    )


def _open_tasks(plan):
    """Leaves out what is there already, and says so."""
    if FLAGS.overwrite:
        return plan
    tasks = {photo: to for photo, to in plan.items() if not to.found()}
    if len(tasks) < len(plan):
        print(
            f"{len(plan) - len(tasks)} there already; --overwrite makes them "
            "again.",
            file=sys.stderr,
        )
    return tasks


def _cartoonize(client, tasks):
    """Does the tasks, several at once; how many could not be done."""
    failed = 0
    pool = concurrent.futures.ThreadPoolExecutor(FLAGS.concurrency)
    futures = {
        pool.submit(_cartoonize_one, client, photo, to): photo
        for photo, to in tasks.items()
    }
    done = concurrent.futures.as_completed(futures)
    for count, future in enumerate(done, start=1):
        failed += not _tell(futures[future], future, count, len(tasks))
    return failed


def _cartoonize_one(client, photo, output):
    """Gives the cartoon's path, and what a user should know of the photo."""
    data = photo.read_bytes()
    cartoon = client.cartoonize(uploads.prepare(data, FLAGS.max_side))
    note = f" ({jpeg_end.NOTE})" if jpeg_end.is_missing(data) else ""
    return f"{output.write(cartoon)}{note}"


def _tell(photo, future, count, total):
    """Prints what came of a photo; whether it was a cartoon."""
    try:
        print(f"[{count}/{total}] {photo} -> {future.result()}", flush=True)
        return True
    except errors.ClientError as error:
        print(f"[{count}/{total}] {photo}: {error}", file=sys.stderr)
    except OSError as error:
        reason = error.strerror or error
        print(f"[{count}/{total}] {photo}: {reason}", file=sys.stderr)
    return False


if __name__ == "__main__":
    define_flags()
    command_line.run(main)
