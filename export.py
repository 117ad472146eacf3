r"""Exports a trained generator for servers, phones and browsers.

    python export.py --model=storybook --output=exported/storybook

writes OUTPUT/saved_model/1/ for TF Serving, .tflite files for LiteRT, and
report.json. Each is loaded by what will load it in use, and compared with the
Keras model on photos; one that is not close enough is removed, and the command
fails and says so. docs/artifacts.md tells what each takes and gives.
"""

import rich.console
import tensorflow as tf
from absl import app
from absl import flags
from absl import logging

from cartoongan_tf.core import atomic_files
from cartoongan_tf.core import devices
from cartoongan_tf.core import errors
from cartoongan_tf.core import model_interface
from cartoongan_tf.export import calibration_photos
from cartoongan_tf.export import export_report
from cartoongan_tf.export import exporter
from cartoongan_tf.export import jobs
from cartoongan_tf.export import saved_models
from cartoongan_tf.export.graph_decoding import encoded_images
from cartoongan_tf.export.litert import conversion
from cartoongan_tf.inference import loading
from cartoongan_tf.inference import styles

FLAGS = flags.FLAGS
DEFAULTS = jobs.Settings()

flags.DEFINE_string(
    "model",
    None,
    "The generator: a shipped style by its name, a .keras file, the --workdir "
    "of a run, or an .npz file with the authors' weights.",
    required=True,
)
flags.DEFINE_string("output", None, "Folder to write into.", required=True)
flags.DEFINE_list(
    "formats",
    list(DEFAULTS.formats),
    f"What to write: {', '.join(jobs.FORMATS)}. onnx needs "
    "requirements-onnx.txt.",
)
flags.DEFINE_list(
    "precision",
    list(DEFAULTS.precisions),
    "Of the .tflite files: dynamic_range (weights of 8 bits, uint8 pictures: "
    "for CPUs), float16 (float32 pictures in [-1, 1]: for GPUs and browsers), "
    "float32, int8 (all in 8 bits, calibrated on --photos).",
)
flags.DEFINE_list(
    "sizes",
    [model_interface.signature_of(size) for size in DEFAULTS.sizes],
    "Of the .tflite files: WIDTHxHEIGHT, which share a file (GPUs and browsers "
    "need these), and any, in a file of its own.",
)
flags.DEFINE_integer(
    "version",
    None,
    "Number of the SavedModel; unless given, one more than the highest that is "
    "there, which a running TF Serving then takes up.",
    lower_bound=1,
)
flags.DEFINE_list(
    "warmup_sizes",
    [model_interface.signature_of(size) for size in DEFAULTS.warmup_sizes],
    "WIDTHxHEIGHT of the pictures that TF Serving replays before a version "
    "takes requests; empty for none.",
)
flags.DEFINE_integer(
    "max_side",
    DEFAULTS.encoded.max_side,
    "Longer side, in pixels, to which the SavedModel reduces encoded pictures.",
    lower_bound=model_interface.MINIMUM_SIDE,
)
flags.DEFINE_integer(
    "max_pixels",
    DEFAULTS.encoded.max_pixels,
    "The SavedModel refuses encoded pictures of more pixels, undecoded.",
    lower_bound=model_interface.MINIMUM_SIDE**2,
)
flags.DEFINE_enum(
    "encoding",
    DEFAULTS.encoded.encoding,
    encoded_images.KINDS,
    "Format of the cartoons that the SavedModel encodes.",
)
flags.DEFINE_string(
    "photos",
    calibration_photos.SAMPLE,
    "Folder of photos to compare on, and to calibrate int8 with: of more than "
    f"{calibration_photos.MOST} a selection.",
)
flags.DEFINE_string("credit", None, "Who to credit, to be read in report.json.")
flags.DEFINE_string(
    "license", None, "Licence of the weights, to be read there, too."
)


def main(argv):
    if len(argv) > 1:
        raise app.UsageError(f"Unexpected arguments: {argv[1:]}")
    # TensorFlow tells at length where it writes its drafts.
    logging.set_verbosity(logging.WARNING)
    tf.get_logger().setLevel("ERROR")
    with errors.one_sentence():
        settings = _settings()
        devices.prepare(deterministic=False)
        output = atomic_files.make_folder("--output", FLAGS.output)
        photos = calibration_photos.read("--photos", FLAGS.photos)
        generator = loading.load_generator(FLAGS.model, "--model")
        plan = jobs.plan(generator, settings, output, photos)
        examples = exporter.Examples(generator, photos)
        made, refused = _export(plan, output, examples)
        about = {
            "model": FLAGS.model,
            "parameters": generator.count_params(),
            "photos": FLAGS.photos,
        }
        export_report.write(output, made, refused, about, _style())
        if refused:
            raise errors.InputError(
                f"{len(refused)} of {len(plan)} artifacts were removed: "
                + " ".join(f"{r.name}: {r.reason}" for r in refused)
            )


def _export(plan, output, examples):
    made, refused = [], []
    for recipe in plan:
        print(f"Writing {output / recipe.name} ...", flush=True)
        result = exporter.export(recipe, output, examples)
        done = made if isinstance(result, exporter.Artifact) else refused
        done.append(result)
    export_report.show(rich.console.Console(), made)
    return made, refused


def _settings():
    return jobs.Settings(
        formats=_chosen("formats", jobs.FORMATS),
        precisions=_chosen("precision", conversion.PRECISIONS),
        sizes=model_interface.sizes_of("--sizes", FLAGS.sizes),
        version=FLAGS.version,
        warmup_sizes=_warmup_sizes(),
        encoded=saved_models.BytesSettings(
            FLAGS.max_side, FLAGS.max_pixels, FLAGS.encoding
        ),
    )


def _chosen(flag, known):
    chosen = [text.strip() for text in FLAGS[flag].value]
    for text in chosen:
        if text not in known:
            raise errors.InputError(
                f"--{flag}: {text!r} is unknown; choose from "
                f"{', '.join(known)}."
            )
    return chosen


def _warmup_sizes():
    sizes = model_interface.sizes_of(
        "--warmup_sizes", filter(None, FLAGS.warmup_sizes)
    )
    if None in sizes:
        raise errors.InputError(
            "--warmup_sizes: any is no size to try; give WIDTHxHEIGHT."
        )
    return sizes


def _style():
    about = styles.about(FLAGS.model)
    return styles.About(
        about.name,
        FLAGS.credit or about.credit,
        FLAGS.license or about.license,
    )


if __name__ == "__main__":
    app.run(main)
