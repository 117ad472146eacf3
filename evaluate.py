r"""Measures how good generators are.

    python evaluate.py --model=runs/mine --photo_dir=held_back \
        --cartoon_dir=frames --output=evaluations/mine

Give --model several times to compare several. Next to them stand the photos
as they are, two filters that need no training, and the cartoons: what to
start from, what to be better than, and what to aim at. Photos that a model
was trained on flatter it: take others.

    KID, FID            how far from the cartoons: lower is better. How far
                        from the photos: what was changed at all
    content distance    what is left of the photo: 0 all, 620 nothing
    color drift         how far colors moved; about 2 is just noticed
    hues turned         share of clear colors that became others
    edges, texture      clear contours, flat areas: see the cartoons' own
    drawn               how drawn it looks: 0 a photo, 100 a cartoon
    stray strokes       share of the photos' flat areas with a stroke: below 0.3
    contours kept       share of the photos' strong contours: above 95
    grid                a pattern that repeats every 8 pixels: the photos' own
    fringes             colors beside contours that the photo lacks: below 2.5
    contrast kept       deviation of CIE L, of that of the photos: above 90
    L of darks, lights  2nd and 98th percentile of CIE L: see the photos' own
    detail kept         correlation of details 2 to 8 pixels wide: high
    faces kept          of the faces found in the photos: high
    quality score       KID x 1000 and penalties, as training keeps the best by

KID and FID of different Inception weights do not compare, and their names
say which they come from. FID grows as pictures get fewer, KID does not: with
less than thousands, look at KID, and at its standard error.

Each --image_size has a table: what is wrong at one may not be seen at another.
OUTPUT gets evaluation.json, with all figures by size, and for each size a sheet
(sheet_256.png): photos, and what becomes of them. Look at it: no figure sees
all that an eye sees.
"""

import collections
import os
import pathlib

import rich.console
from absl import app
from absl import flags

import cartoongan_tf
from cartoongan_tf.analysis import faces
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
from cartoongan_tf.nn import pretrained

FLAGS = flags.FLAGS

_NONE = "none"

flags.DEFINE_multi_string(
    "model",
    [],
    "The name of a shipped style, a .keras file, the --workdir of a run, a "
    "SavedModel folder, or a .tflite file. May be given several times, or not "
    "at all.",
)
flags.DEFINE_string(
    "photo_dir",
    None,
    "Folder of photos, or a .txt file with the path of one a line, relative "
    "to its own folder.",
    required=True,
)
flags.DEFINE_string(
    "cartoon_dir",
    None,
    "The cartoons of the style that is aimed at: a folder, or a .txt file.",
    required=True,
)
flags.DEFINE_string("output", None, "Folder to write into.", required=True)
flags.DEFINE_string(
    "inception_weights",
    pretrained.IMAGENET,
    "What KID and FID look through: imagenet, InceptionV3 as Keras downloads "
    "it or as the .h5 file of that; or an .npz file of the network of 2015 "
    "that FID is defined by, up to mixed_7.",
)
flags.DEFINE_string(
    "vgg19_weights",
    pretrained.IMAGENET,
    "What the content distance looks through: imagenet, which Keras "
    "downloads, a .h5 or .npz file, or none to leave it out.",
)
flags.DEFINE_list(
    "image_size",
    [str(size) for size in evaluator.IMAGE_SIZES],
    "Heights and widths in pixels that pictures are center-cropped and scaled "
    "to, one after the other.",
)
flags.DEFINE_boolean(
    "baselines", True, "Whether to measure the filters that need no training."
)
flags.DEFINE_enum(
    "bad_images",
    "error",
    folder_scan.BAD_IMAGES,
    "What to do about files that are broken: stop, or leave them out.",
)


def main(argv):
    if len(argv) > 1:
        raise app.UsageError(f"Unexpected arguments: {argv[1:]}")
    with errors.one_sentence():
        sizes = _image_sizes()
        devices.prepare(deterministic=False)
        flag = f"--image_size={','.join(FLAGS.image_size)}"
        with devices.memory_advice(flag):
            _evaluate(atomic_files.make_folder("--output", FLAGS.output), sizes)


def _image_sizes():
    """In the order they were given, each once."""
    for text in FLAGS.image_size or [""]:
        if not text.isdecimal() or int(text) < model_interface.MINIMUM_SIDE:
            raise errors.InputError(
                f"--image_size={','.join(FLAGS.image_size)} must be sizes of "
                f"at least {model_interface.MINIMUM_SIDE} pixels, such as "
                "256,512."
            )
    return list(dict.fromkeys(map(int, FLAGS.image_size)))


def _evaluate(output, sizes):
    describe = inception.load_inception(FLAGS.inception_weights)
    content = _content()
    ways = _ways()
    photos = _paths("--photo_dir", FLAGS.photo_dir)
    cartoons = _paths("--cartoon_dir", FLAGS.cartoon_dir)
    detector = faces.load_detector()
    tables = {}
    for size in sizes:
        scores = evaluator.evaluate(
            ways,
            photos,
            cartoons,
            image_size=size,
            describe=describe,
            content=content,
            detector=detector,
        )
        tables[size] = {
            name: report.figures(score, describe.name)
            for name, score in scores.items()
        }
        _show(tables[size], photos, cartoons, size, detector)
        report.write_sheet(output / f"sheet_{size}.png", ways, photos, size)
    settings = _settings(sizes, photos, cartoons)
    report.write_figures(output / "evaluation.json", tables, settings)
    print(f"Wrote {output}/evaluation.json and {output}/sheet_*.png")


def _content():
    if FLAGS.vgg19_weights == _NONE:
        return None
    return perceptual_features.load_vgg19(FLAGS.vgg19_weights)


def _ways():
    """The baselines, and the models by their names."""
    ways = dict(baselines.BASELINES) if FLAGS.baselines else {}
    taken = [*ways, evaluator.PHOTOS, evaluator.CARTOONS]
    stems = [pathlib.Path(path).stem for path in FLAGS.model]
    counts = collections.Counter([*taken, *stems])
    for path, stem in zip(FLAGS.model, stems, strict=True):
        name = stem if counts[stem] == 1 else path
        if name in ways:
            raise errors.InputError(f"--model={path} is given twice.")
        ways[name] = loading.open_model(path, "--model")
    return ways


def _paths(flag, name):
    inventory = folder_scan.take_inventory(name, flag)
    folder_scan.require_pictures(inventory, flag, FLAGS.bad_images)
    if len(inventory.paths) < evaluator.LEAST:
        raise errors.InputError(
            f"{flag}={name} has {len(inventory.paths)} pictures; at least "
            f"{evaluator.LEAST} are needed, and 50 begin to tell something."
        )
    return inventory.paths


def _show(table, photos, cartoons, size, detector):
    title = (
        f"{len(photos)} photos, {len(cartoons)} cartoons, "
        f"{size} x {size} pixels"
    )
    note = (
        "FID is the larger the fewer pictures there are: it compares within "
        "this table only."
    )
    if detector is None:
        note += f" For the faces, {faces.INSTALL}"
    console = rich.console.Console(highlight=False)
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


if __name__ == "__main__":
    app.run(main)
