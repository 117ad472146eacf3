"""Implements `cartoongan evaluate`; see `evaluate_usage`."""

import collections
import os
import pathlib

import rich.console

import cartoongan_tf
from cartoongan_tf.analysis import faces
from cartoongan_tf.commands import evaluate_usage
from cartoongan_tf.core import atomic_files
from cartoongan_tf.core import devices
from cartoongan_tf.core import errors
from cartoongan_tf.core import model_interface
from cartoongan_tf.data import folder_scan
from cartoongan_tf.evaluation import baselines
from cartoongan_tf.evaluation import evaluator
from cartoongan_tf.evaluation import inception
from cartoongan_tf.evaluation import report
from cartoongan_tf.inference import loading
from cartoongan_tf.losses import perceptual_features

FLAGS = evaluate_usage.FLAGS

_NONE = "none"


def main(_):
    sizes = _image_sizes()
    devices.prepare(deterministic=False)
    flag = f"--image_size={','.join(FLAGS.image_size)}"
    with devices.memory_advice(flag):
        _evaluate(atomic_files.make_folder("output", FLAGS.output), sizes)


def _image_sizes():
    """Returns sizes in the given order, without duplicates."""
    for text in FLAGS.image_size or [""]:
        if not text.isdecimal() or int(text) < model_interface.MINIMUM_SIDE:
            raise errors.InputError(
                f"--image_size={','.join(FLAGS.image_size)} must be sizes of "
                f"at least {model_interface.MINIMUM_SIDE} pixels, such as "
                "256,512."
            )
    return list(dict.fromkeys(map(int, FLAGS.image_size)))


def _evaluate(output, sizes):
    inception_features = inception.load_inception(FLAGS.inception_weights)
    content_features = _content_features()
    methods = _methods()
    photos = _paths("photo_dir", FLAGS.photo_dir)
    cartoons = _paths("cartoon_dir", FLAGS.cartoon_dir)
    detector = faces.load_detector()
    tables = {}
    for size in sizes:
        scores = evaluator.evaluate(
            methods,
            photos,
            cartoons,
            image_size=size,
            inception_features=inception_features,
            content_features=content_features,
            detector=detector,
        )
        tables[size] = {
            name: report.metrics(score, inception_features.name)
            for name, score in scores.items()
        }
        _show(tables[size], photos, cartoons, size, detector)
        report.write_sheet(output / f"sheet_{size}.png", methods, photos, size)
    settings = _settings(sizes, photos, cartoons)
    report.write_metrics(output / "evaluation.json", tables, settings)
    print(f"Wrote {output}/evaluation.json and {output}/sheet_*.png")


def _content_features():
    if FLAGS.vgg19_weights == _NONE:
        return None
    return perceptual_features.load_vgg19(FLAGS.vgg19_weights)


def _methods():
    """Baselines and models by name."""
    methods = dict(baselines.BASELINES) if FLAGS.baselines else {}
    taken = [*methods, evaluator.PHOTOS, evaluator.CARTOONS]
    stems = [pathlib.Path(path).stem for path in FLAGS.model]
    counts = collections.Counter([*taken, *stems])
    for path, stem in zip(FLAGS.model, stems, strict=True):
        name = stem if counts[stem] == 1 else path
        if name in methods:
            raise errors.InputError(f"--model={path} is given twice.")
        methods[name] = loading.open_model(path, "model")
    return methods


def _paths(flag, name):
    scan = folder_scan.scan_folder(name, flag)
    folder_scan.require_pictures(scan, flag, FLAGS.bad_images)
    if len(scan.paths) < evaluator.MIN_PICTURES:
        raise errors.InputError(
            f"{flag}={name} has {len(scan.paths)} pictures; at least "
            f"{evaluator.MIN_PICTURES} are needed, and 50 or more for "
            "meaningful scores."
        )
    return scan.paths


def _show(table, photos, cartoons, size, detector):
    title = (
        f"{len(photos)} photos, {len(cartoons)} cartoons, "
        f"{size} x {size} pixels"
    )
    note = (
        "FID is higher for fewer pictures: compare it within this table only."
    )
    if detector is None:
        note += f" For the faces, {faces.INSTALL}."
    console = rich.console.Console(highlight=False, markup=False)
    report.show(console, table, title, note)


def _settings(sizes, photos, cartoons):
    return {
        "cartoongan_tf": cartoongan_tf.__version__,
        "models": FLAGS.model,
        "photo_dir": FLAGS.photo_dir,
        "cartoon_dir": FLAGS.cartoon_dir,
        "image_sizes": sizes,
        "inception_weights": os.path.basename(FLAGS.inception_weights),
        "vgg19_weights": os.path.basename(FLAGS.vgg19_weights),
        "photos": len(photos),
        "cartoons": len(cartoons),
    }
