"""Implements `cartoongan cartoonize`; see `cartoonize_usage`."""

import dataclasses
import os
import pathlib
import sys

from cartoongan_tf.cartoonize import cartoonizer
from cartoongan_tf.cartoonize import inputs
from cartoongan_tf.cartoonize import media_types
from cartoongan_tf.cartoonize import outputs
from cartoongan_tf.cartoonize import requested_format
from cartoongan_tf.cartoonize import runner
from cartoongan_tf.cartoonize import settings
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
    requested = requested_format.RequestedFormat.parse(FLAGS.format)
    if requested.format:
        formats.check_quality(requested.format, FLAGS.quality)
    devices.choose(FLAGS.device)
    devices.prepare(deterministic=False)
    output = _output_for(names)
    found = _find(names, output)
    _check_found(names, found)
    plan = outputs.plan(
        found.inputs, output, format=FLAGS.format, overwrite=FLAGS.overwrite
    )
    failures = _report_found(found, plan)
    earlier = crashes.finished()
    failures += sum(earlier.values())
    left = [o for o in plan.outputs if str(o.input.source) not in earlier]
    failures += _cartoonize(left) if left else 0
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
    """Finds the inputs, and reads standard input if it is one."""
    folder = pathlib.Path(_FOLDER if output == inputs.STREAM else output)
    found = inputs.find(names, output=folder, samples_folder=folder / "samples")
    stream = media_types.MediaType.STREAM
    read = [
        _read_stream(each) if each.media_type is stream else each
        for each in found.inputs
    ]
    return dataclasses.replace(found, inputs=read)


def _read_stream(stream):
    if sys.stdin.isatty():
        raise errors.InputError("nothing is piped into standard input.")
    data = sys.stdin.buffer.read()
    content = media_types.of_bytes(data)
    return dataclasses.replace(
        stream,
        media_type=content.media_type or media_types.MediaType.PICTURE,
        source=data,
        format=content.format,
    )


def _check_found(names, found):
    if found.inputs or found.problems:
        return
    skipped = _skipped(found)
    raise errors.InputError(
        f"no picture or video is in {', '.join(names)}, apart from the "
        f"`output` folder{f' (skipped: {skipped})' if skipped else ''}; name "
        "other inputs."
    )


def _skipped(found):
    counts = found.skipped.items()
    return ", ".join(f"{n} {reason}" for reason, n in counts if n)


def _report_found(found, plan):
    """Reports inputs that will not be processed; returns how many failed."""
    lines = [
        exit.as_flags(f"{name} {problem}")
        for name, problem in found.problems.items()
    ]
    skipped = _skipped(found)
    if skipped:
        lines.append(f"Skipped: {skipped}.")
    earlier = crashes.finished()
    done = [o for o in plan.done if str(o.input.source) not in earlier]
    if done:
        lines.append(f"{len(done)} exist already; --overwrite replaces them.")
    for line in lines:
        if not crashes.was_reported(line):
            print(line, file=sys.stderr)
    return len(found.problems)


def _cartoonize(left):
    """Writes outputs; returns how many failed."""
    model = picture_flags.values(picture_flags.MODEL_NAMES)
    cartoonize = cartoonizer.Cartoonizer(**model)
    failures = 0
    with progress.Progress() as watch:
        done = runner.run(
            cartoonize,
            left,
            _settings(cartoonize.fingerprint),
            workers=FLAGS.workers or max(1, (os.cpu_count() or 1) // 8),
            on_progress=watch,
            on_note=watch.say,
        )
        for count, outcome in enumerate(done, start=1):
            failures += outcome.problem is not None
            _report_outcome(outcome, watch)
            source = outcome.output.input.source
            crashes.finish(source, outcome.problem is not None)
            watch("Cartoonizing", count, len(left))
    return failures


def _settings(fingerprint):
    given = picture_flags.values(settings.Settings._fields)
    batch = FLAGS.batch_size or (_GPU_BATCH if devices.has_gpu() else 1)
    return settings.Settings(**given, batch=batch, fingerprint=fingerprint)


def _report_outcome(outcome, watch):
    source, path = outcome.output.input.relative, outcome.output.path
    if outcome.problem:
        watch.say(exit.as_flags(f"{source}: {outcome.problem}"))
    elif path:
        watch.say(str(path))
    for note in outcome.notes:
        watch.say(note)
