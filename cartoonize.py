r"""Turns photos, animations, videos and what a camera sees into cartoons.

    python cartoonize.py photo.jpg ...
    python cartoonize.py --output=mine photos/ 'scans/**/*.tif' cat.gif
    python cartoonize.py --output=cartoon.mp4 film.mp4
    python cartoonize.py - < photo.jpg > cartoon.jpg
    python cartoonize.py camera:0

Results are of exactly their input's size and, where it is written well, format;
they go into --output, cartoons/ unless told, in which sub-folders are mirrored.
What is there already is left alone, so that the same command goes on where it
stopped. What cannot be read is named, the rest goes on, and the exit code is 1.

The model is a style that comes with the program (storybook unless told), a
.keras file, the --workdir of a run, a SavedModel folder, a .tflite or .onnx
file, or a URL of TensorFlow Serving. sample:photos stands for the photos that
come with scikit-image.
"""

import dataclasses
import os
import pathlib
import sys

from absl import app
from absl import flags

from cartoongan_tf.cartoonize import cartoonizer
from cartoongan_tf.cartoonize import inputs
from cartoongan_tf.cartoonize import media_type
from cartoongan_tf.cartoonize import outputs
from cartoongan_tf.cartoonize import runner
from cartoongan_tf.cartoonize import settings
from cartoongan_tf.core import devices
from cartoongan_tf.core import errors
from cartoongan_tf.core import progress
from cartoongan_tf.images import formats
from cartoongan_tf.inference import styles
from cartoongan_tf.video import codecs

FLAGS = flags.FLAGS

_DEFAULT = settings.Settings()
_FOLDER = "cartoons"
_GPU_BATCH = 8
_VIDEOS = [suffix.removeprefix(".") for suffix in outputs.VIDEO_SUFFIXES]

flags.DEFINE_string(
    "model",
    styles.DEFAULT,
    "A shipped style by its name, a .keras file, the --workdir of a run, a "
    "SavedModel folder, a .tflite or .onnx file, or the URL of a model that "
    "TensorFlow Serving serves, such as http://localhost:8501.",
)
flags.DEFINE_string(
    "output",
    None,
    f"Folder to write into, `{_FOLDER}` unless told; for one input also a "
    "file, or - for standard output, which is where - goes unless told. A "
    "camera is shown in a window unless told.",
)
flags.DEFINE_string(
    "format",
    None,
    "What to write instead of the input's own format: jpg, png, webp, avif, "
    "tiff, bmp or gif; for videos mp4, mkv, mov or webm.",
)
flags.DEFINE_integer(
    "quality",
    _DEFAULT.quality,
    "Of JPEG (92 unless told), WebP (90; 100 is lossless) and AVIF (85).",
    1,
    100,
)
flags.DEFINE_bool(
    "overwrite", False, "Whether to make anew what is there already."
)
flags.DEFINE_bool(
    "strip_metadata",
    _DEFAULT.strip_metadata,
    "Whether to leave out what a picture's file tells besides the picture: "
    "EXIF with its place and time, and so on. Color profiles stay.",
)
flags.DEFINE_float(
    "strength", 1.0, "Share of the cartoon; the rest is the photo.", 0.0, 1.0
)
flags.DEFINE_bool(
    "preserve_color",
    False,
    "Whether cartoons get the color statistics of their photos.",
)
flags.DEFINE_bool(
    "compare", _DEFAULT.compare, "Whether to put the photo beside its cartoon."
)
flags.DEFINE_integer(
    "max_side",
    _DEFAULT.max_side,
    "Longer side, in pixels, to which larger inputs are reduced. Lines have a "
    "width in pixels: on reduced photos they are bolder.",
    16,
)
flags.DEFINE_integer(
    "max_pixels",
    _DEFAULT.max_pixels,
    "Pictures of more pixels are not decoded.",
    1,
)
flags.DEFINE_integer(
    "tile",
    None,
    "Side, in pixels, of the tiles that larger pictures are computed in. "
    "Smaller ones need less memory and more time; results are the same.",
    1,
)
flags.DEFINE_bool(
    "temporal",
    _DEFAULT.temporal,
    "Whether the frames of videos and animations are steadied over time.",
)
flags.DEFINE_enum(
    "codec",
    _DEFAULT.codec,
    codecs.CODECS,
    "Of videos; h264 unless told, vp9 in WebM.",
)
flags.DEFINE_integer(
    "crf",
    _DEFAULT.crf,
    "Constant rate factor of videos: lower is better and larger. 0 to 51 for "
    "h264 (20 unless told) and h265 (23), to 63 for vp9 and av1 (30).",
    0,
)
flags.DEFINE_integer(
    "workers",
    None,
    "Pictures that are computed at once, one for each eight cores unless told.",
    1,
)
flags.DEFINE_integer(
    "batch_size",
    None,
    "Frames of a video that are computed at once; 8 on a GPU, 1 elsewhere.",
    1,
)
flags.DEFINE_string(
    "device", None, "cpu, gpu or gpu:1, where TensorFlow's choice is not yours."
)


def main(argv):
    names = argv[1:]
    if not names:
        raise app.UsageError(
            "Which photos? Name files or folders; --help tells more."
        )
    with errors.one_sentence():
        if FLAGS.format not in (None, *_VIDEOS):
            name = formats.by_name(FLAGS.format, "--format")
            formats.check_quality(name, FLAGS.quality)
        devices.choose(FLAGS.device)
        devices.prepare(deterministic=False)
        output = _output_for(names)
        found = _find(names, output)
        plan = outputs.plan(
            found.jobs, output, format=FLAGS.format, overwrite=FLAGS.overwrite
        )
        failures = _report_found(found, plan)
        failures += _cartoonize(plan.tasks) if plan.tasks else 0
        if failures:
            raise errors.InputError(f"{failures} of the inputs were left out.")


def _output_for(names):
    is_alone = len(names) == 1
    is_piped = is_alone and names[0] == inputs.STREAM
    is_camera = is_alone and names[0].startswith("camera:")
    usual = inputs.STREAM if is_piped or is_camera else _FOLDER
    return usual if FLAGS.output is None else FLAGS.output


def _find(names, output):
    """What the inputs are, with standard input read."""
    folder = pathlib.Path(_FOLDER if output == inputs.STREAM else output)
    found = inputs.find(names, output=folder, samples_folder=folder / "samples")
    jobs = [
        _read_stream(job) if job.kind is media_type.Kind.STREAM else job
        for job in found.jobs
    ]
    return dataclasses.replace(found, jobs=jobs)


def _read_stream(job):
    if sys.stdin.isatty():
        raise errors.InputError("nothing is piped into standard input.")
    data = sys.stdin.buffer.read()
    content = media_type.of_bytes(data)
    kind = content.kind or media_type.Kind.PICTURE
    return dataclasses.replace(
        job, kind=kind, source=data, format=content.format
    )


def _report_found(found, plan):
    """Says what is not going to be done; how many of it should have been."""
    for name, problem in found.problems.items():
        print(f"{name} {problem}", file=sys.stderr)
    passed = [f"{n} {what}" for what, n in found.passed_over.items() if n]
    if passed:
        print(f"Passed over: {', '.join(passed)}.", file=sys.stderr)
    if plan.done:
        print(
            f"{len(plan.done)} there already; --overwrite makes them anew.",
            file=sys.stderr,
        )
    return len(found.problems)


def _cartoonize(tasks):
    """Runs tasks; how many could not be done."""
    cartoonize = cartoonizer.Cartoonizer(
        FLAGS.model,
        strength=FLAGS.strength,
        preserve_color=FLAGS.preserve_color,
        tile=FLAGS.tile,
    )
    failures = 0
    with progress.Progress() as watch, devices.memory_advice("--tile"):
        done = runner.run(
            cartoonize,
            tasks,
            _settings(cartoonize.recipe),
            workers=FLAGS.workers or max(1, (os.cpu_count() or 1) // 8),
            watch=watch,
        )
        for count, outcome in enumerate(done, start=1):
            failures += outcome.problem is not None
            _tell(outcome, watch)
            watch("Cartoonizing", count, len(tasks))
    return failures


def _settings(recipe):
    names = settings.Settings._fields
    given = {name: FLAGS[name].value for name in names if name in FLAGS}
    batch = FLAGS.batch_size or (_GPU_BATCH if devices.has_gpu() else 1)
    return settings.Settings(**given, batch=batch, recipe=recipe)


def _tell(outcome, watch):
    source, path = outcome.task.job.relative, outcome.task.path
    if outcome.problem:
        watch.say(f"{source}: {outcome.problem}")
    elif path:
        watch.say(str(path))
    for note in outcome.notes:
        watch.say(note)


if __name__ == "__main__":
    app.run(main)
