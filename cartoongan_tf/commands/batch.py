"""Cartoonizes pictures on Ray Data as `batch_usage` describes."""

import logging
import sys
import time

from cartoongan_tf.cartoonize import settings
from cartoongan_tf.commands import batch_usage
from cartoongan_tf.commands import exit
from cartoongan_tf.commands import native_stderr
from cartoongan_tf.commands import picture_flags
from cartoongan_tf.core import errors
from cartoongan_tf.core import progress
from cartoongan_tf.images import formats

FLAGS = batch_usage.FLAGS

try:
    from cartoongan_tf.batch import engine
    from cartoongan_tf.batch import failures
    from cartoongan_tf.batch import listing
    from cartoongan_tf.batch import planning
    from cartoongan_tf.batch import worker
except ModuleNotFoundError as error:
    raise errors.InputError(
        f"batch needs {error.name}; run `pip install 'cartoongan-tf[scale]'`."
    ) from error


def main(_):
    if FLAGS.format is not None:
        name = formats.by_name(FLAGS.format, "format")
        formats.check_quality(name, FLAGS.quality)
    for client in ("aiobotocore", "botocore"):  # They tell what they found.
        logging.getLogger(client).setLevel(logging.WARNING)
    found = listing.find(FLAGS.input, FLAGS.output)
    plan = planning.plan(found.inputs, FLAGS.output, format=FLAGS.format)
    _report(found, plan)
    failed = failures.FailureFile(FLAGS.output)
    if plan.left:
        _run(plan.left, failed)
    if failed.count:
        raise errors.InputError(
            f"{failed.count} of the pictures could not be cartoonized; "
            f"{failed.url} has the reasons."
        )


def _report(found, plan):
    skipped = [f"{n} {what}" for what, n in found.skipped.items()]
    if skipped:
        print(f"Skipped: {', '.join(skipped)}.", file=sys.stderr)
    print(
        f"{len(found.inputs)} pictures, {plan.done} of them there already.",
        file=sys.stderr,
    )


def _run(pictures, failed):
    given = picture_flags.values(settings.Settings._fields)
    options = worker.Options(
        model=picture_flags.values(picture_flags.MODEL_NAMES),
        settings=settings.Settings(**given),
        threads=FLAGS.cpus,
    )
    resources = engine.Resources(FLAGS.actors, FLAGS.cpus, FLAGS.gpus)
    with native_stderr.held():
        engine.connect()
    with progress.Progress() as watch:
        try:
            outcomes = engine.run(pictures, options, resources)
            for count, outcome in enumerate(outcomes):
                if not count:  # Until then, models were loaded.
                    begin = time.monotonic()
                _tell(outcome, failed, watch)
                rate = count / max(time.monotonic() - begin, 1e-3)
                note = f"{rate:.1f} pictures/s, {failed.count} failed"
                watch("Cartoonizing", count + 1, len(pictures), note)
        except KeyboardInterrupt:
            raise KeyboardInterrupt(
                "Stopped. The same command goes on."
            ) from None
        finally:
            failed.write()


def _tell(outcome, failed, watch):
    if outcome.problem:
        problem = exit.as_flags(outcome.problem)
        failed.add(outcome.source, problem)
        watch.say(f"{outcome.source}: {problem}")
    elif outcome.note:
        watch.say(f"{outcome.source} {outcome.note}")
