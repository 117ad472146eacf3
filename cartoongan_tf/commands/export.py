"""Implements `cartoongan export`; see `export_usage`."""

import rich.console
import tensorflow as tf
from absl import logging

from cartoongan_tf.commands import export_usage
from cartoongan_tf.core import atomic_files
from cartoongan_tf.core import choices
from cartoongan_tf.core import devices
from cartoongan_tf.core import errors
from cartoongan_tf.core import model_interface
from cartoongan_tf.export import calibration_photos
from cartoongan_tf.export import export_report
from cartoongan_tf.export import exporter
from cartoongan_tf.export import jobs
from cartoongan_tf.export import options
from cartoongan_tf.export.litert import conversion
from cartoongan_tf.inference import loading
from cartoongan_tf.inference import styles
from cartoongan_tf.inference import tiling

FLAGS = export_usage.FLAGS

_ALIASES = {"tflite": "litert"}  # The suffix of its files.


def main(_):
    # TensorFlow logs the paths of its temporary files at length.
    logging.set_verbosity(logging.WARNING)
    tf.get_logger().setLevel("ERROR")
    settings = _settings()
    devices.prepare(deterministic=False)
    output = atomic_files.make_folder("output", FLAGS.output)
    photos = calibration_photos.read("photos", FLAGS.photos)
    generator = loading.load_generator(FLAGS.model, "model")
    plan = jobs.plan(generator, settings, output, photos)
    examples = exporter.Examples(generator, photos)
    made, failures = _export(plan, output, examples)
    about = {
        "model": FLAGS.model,
        "parameters": generator.count_params(),
        "photos": FLAGS.photos,
        "tiles": tiling.exact_tiles(generator),
    }
    style = styles.about(FLAGS.model).with_overrides(
        FLAGS.credit, FLAGS.license
    )
    export_report.write(output, made, failures, about, style)
    if failures:
        raise errors.InputError(
            f"{len(failures)} of {len(plan)} artifacts had to be removed: "
            + " ".join(f"{r.name}: {r.reason}" for r in failures)
        )


def _export(plan, output, examples):
    made: list[exporter.Artifact] = []
    failures: list[exporter.FailedExport] = []
    for job in plan:
        print(f"Writing {output / job.name} ...", flush=True)
        result = exporter.export(job, output, examples)
        if isinstance(result, exporter.Artifact):
            made.append(result)
        else:
            failures.append(result)
    export_report.show(rich.console.Console(), made)
    return made, failures


def _settings():
    return options.Settings(
        formats=_chosen("formats", choices.EXPORT_FORMATS),
        precisions=_chosen("precision", conversion.PRECISIONS),
        sizes=model_interface.sizes_of("sizes", FLAGS.sizes),
        version=FLAGS.version,
        warmup_sizes=_warmup_sizes(),
        encoded=options.BytesSettings(
            FLAGS.max_side, FLAGS.max_pixels, FLAGS.encoding
        ),
    )


def _chosen(flag, known):
    given = [text.strip() for text in getattr(FLAGS, flag)]
    chosen = dict.fromkeys(_ALIASES.get(text, text) for text in given)
    for text in chosen:
        if text not in known:
            raise errors.InputError(
                f"--{flag}: {text!r} is unknown; choose from "
                f"{', '.join(known)}."
            )
    return list(chosen)


def _warmup_sizes():
    given = [size for size in FLAGS.warmup_sizes if size]
    sizes = model_interface.sizes_of("warmup_sizes", given)
    if None in sizes:
        raise errors.InputError(
            "--warmup_sizes: any is not a size; pass WIDTHxHEIGHT."
        )
    return sizes
