"""Implements `cartoongan batch`; see `batch_usage`."""

import logging
import sys
import time

from cartoongan_tf.cartoonize import cartoonizer
from cartoongan_tf.cartoonize import requested_format
from cartoongan_tf.cartoonize import settings
from cartoongan_tf.commands import batch_usage
from cartoongan_tf.commands import exit
from cartoongan_tf.commands import picture_flags
from cartoongan_tf.core import errors
from cartoongan_tf.core import native_stderr
from cartoongan_tf.core import progress
from cartoongan_tf.images import formats

FLAGS = batch_usage.FLAGS

try:
    from cartoongan_tf.batch import engine
    from cartoongan_tf.batch import failures
    from cartoongan_tf.batch import listing
    from cartoongan_tf.batch import long_videos
    from cartoongan_tf.batch import planning
    from cartoongan_tf.batch import video_worker
    from cartoongan_tf.batch import worker
except ModuleNotFoundError as error:
    raise errors.InputError(
        f"batch needs {error.name}; {errors.install_hint('scale')}."
    ) from error


def main(_):
    requested = requested_format.RequestedFormat.parse(FLAGS.format)
    if requested.format:
        formats.check_quality(requested.format, FLAGS.quality)
    for client in ("aiobotocore", "botocore"):  # They log credentials' sources.
        logging.getLogger(client).setLevel(logging.WARNING)
    found = listing.find(FLAGS.input, FLAGS.output)
    plan = planning.plan(found.inputs, FLAGS.output, format=FLAGS.format)
    _report(found, plan)
    failed = failures.FailureFile(FLAGS.output)
    try:
        if plan.pictures or plan.videos:
            _run(plan, failed)
    except KeyboardInterrupt:
        raise KeyboardInterrupt(
            "Stopped. Run the same command to resume."
        ) from None
    finally:
        failed.write()
    if failed.count:
        raise errors.InputError(
            f"{failed.count} of {len(found.inputs)} could not be cartoonized; "
            f"{failed.url} has the reasons."
        )


def _report(found, plan):
    skipped = [f"{n} {reason}" for reason, n in found.skipped.items()]
    if skipped:
        print(f"Skipped: {', '.join(skipped)}.", file=sys.stderr)
    print(
        f"{len(found.inputs)} pictures and videos, {plan.done} of them done "
        "already.",
        file=sys.stderr,
    )


def _run(plan, failed):
    model = picture_flags.values(picture_flags.MODEL_NAMES)
    given = picture_flags.values(settings.Settings._fields)
    options = worker.Options(model, settings.Settings(**given), FLAGS.cpus)
    long, short = _by_length(plan.videos, options)
    with native_stderr.held():
        engine.connect()
    with progress.Progress() as watch:
        steps = (
            (worker.PictureWorker, plan.pictures, "pictures"),
            (video_worker.VideoWorker, short, "videos"),
        )
        for worker_class, rows, unit in steps:
            for outcome in _outcomes(
                worker_class, rows, options, unit, failed, watch
            ):
                _report_outcome(outcome, failed, watch)
        for video in long:
            _cartoonize_long(video, options, failed, watch)


def _by_length(videos, options):
    """Splits videos into long ones, for segments, and rows of the others."""
    rows = videos.to_pylist()
    if not rows:
        return [], videos
    opened = cartoonizer.Cartoonizer(**options.model)
    if opened.remembers_frames:  # Segments would not be independent.
        return [], videos
    fingerprint = repr([opened.fingerprint, options.settings])
    found = [long_videos.split(row, fingerprint) for row in rows]
    short = [row for row, video in zip(rows, found, strict=True) if not video]
    return [video for video in found if video], planning.table(short)


def _cartoonize_long(video, options, failed, watch):
    """Cartoonizes a long video in segments and joins them."""
    unit = f"segments of {video.source}"
    rows = video.missing()
    outcomes = _outcomes(
        video_worker.SegmentWorker, rows, options, unit, failed, watch
    )
    problems = [each.problem for each in outcomes if each.problem]
    if not problems:
        made = video.join(options.settings, watch)
        problems = [made.problem] if made.problem else []
        for note in made.notes:
            watch.say(note)
    if problems:
        outcome = engine.Outcome(0, video.source, problems[0], None)
        _report_outcome(outcome, failed, watch)


def _outcomes(worker_class, rows, options, unit, failed, watch):
    """Runs workers on rows; yields outcomes and shows progress."""
    if not rows:
        return
    resources = engine.Resources(FLAGS.actors, FLAGS.cpus, FLAGS.gpus)
    outcomes = engine.run(worker_class, rows, options, resources)
    for count, outcome in enumerate(outcomes):
        if not count:  # Excludes the time to load models.
            begin = time.monotonic()
        yield outcome
        rate = count / max(time.monotonic() - begin, 1e-3)
        note = f"{rate:.1f} {unit}/s, {failed.count} failed"
        watch("Cartoonizing", count + 1, len(rows), note)


def _report_outcome(outcome, failed, watch):
    if outcome.problem:
        problem = exit.as_flags(outcome.problem)
        failed.add(outcome.source, problem)
        watch.say(f"{outcome.source}: {problem}")
    elif outcome.note:
        watch.say(f"{outcome.source} {outcome.note}")
