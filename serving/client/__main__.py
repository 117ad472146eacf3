r"""Sends photos to a server and saves the returned cartoons.

    python -m serving.client photo.jpg holidays/
    python -m serving.client --url=http://host:8501 --output=mine *.jpg
    python -m serving.client --url=grpc://host:8500 --label=canary photo.jpg

The server is TensorFlow Serving, or `python -m serving.local`. Cartoons go
into --output, cartoons/ by default. Existing results are skipped, so the same
command resumes where it stopped. Photos that fail are reported, the rest are
processed, and the exit code is 1.

Folders are searched recursively, and --output mirrors their sub-folders. Photos
may be AVIF, BMP, GIF, HEIC, ICO, JPEG, JPEG 2000, PNG, PPM, QOI, TIFF or WebP.
Before they are sent, they are rotated upright, converted to sRGB and downscaled
to --max_side.
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

_GRPC = ("grpc", "grpcs")  # Importing `grpc` would load TensorFlow.
_INTERRUPTED = 130  # What a shell reports after Ctrl-C.


def define_flags():
    """Defines the command's flags, on call so that imports define none."""
    flags.DEFINE_string(
        "url",
        "http://127.0.0.1:8501",
        "URL of the server: http://, https://, or grpc:// and grpcs:// "
        "(usually port 8500), which sends a third fewer bytes. Or of a model: "
        "http://host:8501/v1/models/NAME:predict.",
    )
    flags.DEFINE_string(
        "model_name", "cartoongan", "Name of the model on the server."
    )
    flags.DEFINE_integer(
        "version", None, "Model version number; the latest by default."
    )
    flags.DEFINE_string(
        "label", None, "Model version label, such as stable or canary."
    )
    flags.DEFINE_string(
        "output",
        "cartoons",
        "Output folder; for a single photo also a file, whose suffix selects "
        "the format.",
    )
    flags.DEFINE_bool(
        "overwrite", False, "Whether to overwrite existing results."
    )
    flags.DEFINE_integer(
        "max_side",
        uploads.MAX_SIDE,
        "Longer side, in pixels, that larger photos are downscaled to before "
        "they are sent. The server also applies its own --max_side.",
        16,
    )
    flags.DEFINE_float(
        "timeout", 60.0, "Timeout, in seconds, of each attempt.", 0.001
    )
    flags.DEFINE_integer(
        "retries",
        4,
        "Retries if the server is busy or unreachable, with exponential "
        "backoff of up to 30 seconds.",
        0,
    )
    flags.DEFINE_integer("concurrency", 2, "Requests in flight at once.", 1)


def main(argv):
    if not argv[1:]:
        raise app.UsageError("Name photos or folders; see --help.")
    if FLAGS.version is not None and FLAGS.label is not None:
        raise app.UsageError("--version and --label: pass only one of them.")
    logging.getLogger("urllib3").setLevel("ERROR")  # It logs each retry.
    # Pillow's warning does not name the file, and cameras exceed its limit;
    # `uploads.MAX_PIXELS` replaces both.
    PIL.Image.MAX_IMAGE_PIXELS = None
    # Allow a single text or color profile as much as all chunks together.
    png = PIL.PngImagePlugin
    png.MAX_TEXT_CHUNK = png.MAX_TEXT_MEMORY
    output = pathlib.Path(FLAGS.output)
    found = photos.find(argv[1:], output)
    if found.skipped:
        others = (f"{n} {suffix}" for suffix, n in found.skipped.items())
        print(f"Skipped: {', '.join(others)}.", file=sys.stderr)
    if not found.places:
        sys.exit(f"error: {' '.join(argv[1:])} contains no photos.")
    try:
        plan = outputs.plan(found.places, output)
        client = _client(FLAGS.url)
    except errors.ClientError as error:
        sys.exit(f"error: {error}")
    try:
        failed = _cartoonize(client, _pending(plan))
    except KeyboardInterrupt:
        print("Interrupted; run the same command to resume.", file=sys.stderr)
        # `sys.exit` would wait for threads that wait for a server.
        os._exit(_INTERRUPTED)
    client.close()
    if failed:
        sys.exit(
            f"error: {failed} of {len(plan)} photos could not be cartoonized."
        )


def _client(url):
    scheme = urllib.parse.urlsplit(url).scheme
    options: dict[str, Any] = {
        name: FLAGS[name].value
        for name in ("model_name", "version", "label", "timeout", "retries")
    }
    if scheme in rest.SCHEMES:
        return rest.RestClient(url, **options)
    if scheme in _GRPC:
        # Imported here, as it loads TensorFlow, which REST does not need.
        try:
            tensorflow_import.load()
            from . import grpc
        except ModuleNotFoundError as error:
            raise errors.ClientError(
                f"--url={url} needs {error.name}; run `pip install "
                "'.[serving]'` in CartoonGAN's checkout."
            ) from error
        return grpc.GrpcClient(url, **options)
    raise errors.ClientError(
        f"--url={url} must start with http://, https://, grpc:// or grpcs://."
    )


def _pending(plan):
    """Returns the tasks without existing results, and reports the others."""
    if FLAGS.overwrite:
        return plan
    tasks = {photo: to for photo, to in plan.items() if not to.found()}
    if len(tasks) < len(plan):
        print(
            f"{len(plan) - len(tasks)} exist already; --overwrite replaces "
            "them.",
            file=sys.stderr,
        )
    return tasks


def _cartoonize(client, tasks):
    """Runs the tasks concurrently; returns how many failed."""
    failed = 0
    pool = concurrent.futures.ThreadPoolExecutor(FLAGS.concurrency)
    futures = {
        pool.submit(_cartoonize_one, client, photo, to): photo
        for photo, to in tasks.items()
    }
    done = concurrent.futures.as_completed(futures)
    for count, future in enumerate(done, start=1):
        failed += not _report(futures[future], future, count, len(tasks))
    return failed


def _cartoonize_one(client, photo, output):
    """Returns the cartoon's path, with a note on the photo if there is one."""
    data = photo.read_bytes()
    cartoon = client.cartoonize(uploads.prepare(data, FLAGS.max_side))
    note = f" ({jpeg_end.NOTE})" if jpeg_end.is_missing(data) else ""
    return f"{output.write(cartoon)}{note}"


def _report(photo, future, count, total):
    """Prints the result for a photo; returns whether it succeeded."""
    try:
        print(f"[{count}/{total}] {photo} -> {future.result()}", flush=True)
        return True
    except errors.ClientError as error:
        reason = str(error)
    except OSError as error:
        reason = error.strerror or str(error)
    except Exception as error:  # The other photos go on.
        reason = f"{type(error).__name__}: {error}"
    print(f"[{count}/{total}] {photo}: {reason}", file=sys.stderr)
    return False


if __name__ == "__main__":
    define_flags()
    command_line.run(main)
