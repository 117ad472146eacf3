"""Cartoonizes files, streams and cameras as `cartoonize_usage` describe."""

import dataclasses
import os
import pathlib
import sys

from cartoongan_tf.cartoonize import cartoonizer
from cartoongan_tf.cartoonize import inputs
from cartoongan_tf.cartoonize import media_type
from cartoongan_tf.cartoonize import outputs
from cartoongan_tf.cartoonize import runner
from cartoongan_tf.cartoonize import settings
from cartoongan_tf.cartoonize import wanted_format
from cartoongan_tf.commands import cartoonize_usage
from cartoongan_tf.commands import exit
from cartoongan_tf.commands import picture_flags
from cartoongan_tf.core import crashes
from cartoongan_tf.core import devices
from cartoongan_tf.core import errors
from cartoongan_tf.core import progress
from cartoongan_tf.images import formats

FLAGS = cartoonize_usage.FLAGS

_FOLDER = cartoonize_usage.OUTPUT_FOLDER
_GPU_BATCH = 8


def main(names):
    wanted = wanted_format.WantedFormat.named(FLAGS.format)
    if wanted.format:
        formats.check_quality(wanted.format, FLAGS.quality)
    devices.choose(FLAGS.device)
    devices.prepare(deterministic=False)
    output = _output_for(names)
    found = _find(names, output)
    plan = outputs.plan(
        found.jobs, output, format=FLAGS.format, overwrite=FLAGS.overwrite
    )
    failures = _report_found(found, plan)
    earlier = crashes.finished()
    failures += sum(earlier.values())
    tasks = [t for t in plan.tasks if str(t.job.source) not in earlier]
    failures += _cartoonize(tasks) if tasks else 0
    if failures:
        raise errors.InputError(
            f"{failures} of the inputs could not be cartoonized."
        )


def _output_for(names):
    is_alone = len(names) == 1
    is_piped = is_alone and names[0] == inputs.STREAM
    is_camera = is_alone and names[0].startswith("camera:")
    if FLAGS.output is not None:
        return FLAGS.output
    return inputs.STREAM if is_piped or is_camera else _FOLDER


def _find(names, output):
    """The inputs, with standard input read."""
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
    lines = [
        exit.as_flags(f"{name} {problem}")
        for name, problem in found.problems.items()
    ]
    passed = [f"{n} {what}" for what, n in found.skipped.items() if n]
    if passed:
        lines.append(f"Skipped: {', '.join(passed)}.")
    done = [t for t in plan.done if str(t.job.source) not in crashes.finished()]
    if done:
        lines.append(
            f"{len(done)} there already; --overwrite makes them again."
        )
    for line in lines:
        if not crashes.is_told(line):
            print(line, file=sys.stderr)
    return len(found.problems)


def _cartoonize(tasks):
    """Runs tasks; how many could not be done."""
    model = picture_flags.values(picture_flags.MODEL_NAMES)
    cartoonize = cartoonizer.Cartoonizer(**model)
    failures = 0
    with progress.Progress() as watch:
        done = runner.run(
            cartoonize,
            tasks,
            _settings(cartoonize.fingerprint),
            workers=FLAGS.workers or max(1, (os.cpu_count() or 1) // 8),
            on_progress=watch,
            on_note=watch.say,
        )
        for count, outcome in enumerate(done, start=1):
            failures += outcome.problem is not None
            _tell(outcome, watch)
            crashes.finish(outcome.task.job.source, outcome.problem is not None)
            watch("Cartoonizing", count, len(tasks))
    return failures


def _settings(fingerprint):
    given = picture_flags.values(settings.Settings._fields)
    batch = FLAGS.batch_size or (_GPU_BATCH if devices.has_gpu() else 1)
    return settings.Settings(**given, batch=batch, fingerprint=fingerprint)


def _tell(outcome, watch):
    source, path = outcome.task.job.relative, outcome.task.path
    if outcome.problem:
        watch.say(exit.as_flags(f"{source}: {outcome.problem}"))
    elif path:
        watch.say(str(path))
    for note in outcome.notes:
        watch.say(note)
