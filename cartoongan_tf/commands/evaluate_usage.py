r"""Measures how good generators are.

    cartoongan evaluate --model=runs/mine --photo_dir=holdout \
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
OUTPUT gets evaluation.json, with all metrics by size, and for each size a sheet
(sheet_256.png): photos, and what becomes of them. Look at it: no metric sees
all that an eye sees.
"""

from absl import flags

from cartoongan_tf.core import choices

FLAGS = flags.FLAGS
ARGUMENTS = None

_IMAGE_SIZES = (256, 512)  # At 512, faults show that 256 pixels hide.

flags.DEFINE_multi_string(
    "model",
    [],
    "The name of a shipped style, a .keras file, the --workdir of a run, a "
    "SavedModel folder, a .tflite file, or hf://OWNER/NAME. May be given "
    "several times, or not at all.",
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
    choices.IMAGENET,
    "What KID and FID look through: imagenet, InceptionV3 as Keras downloads "
    "it or as the .h5 file of that; or an .npz file of the network of 2015 "
    "that FID is defined by, up to mixed_7.",
)
flags.DEFINE_string(
    "vgg19_weights",
    choices.IMAGENET,
    "What the content distance looks through: imagenet, which Keras "
    "downloads, a .h5 or .npz file, or none to leave it out.",
)
flags.DEFINE_list(
    "image_size",
    [str(size) for size in _IMAGE_SIZES],
    "Heights and widths in pixels that pictures are center-cropped and scaled "
    "to, one after the other.",
)
flags.DEFINE_boolean(
    "baselines", True, "Whether to measure the filters that need no training."
)
flags.DEFINE_enum(
    "bad_images",
    "error",
    choices.BAD_IMAGES,
    "What to do about files that are broken: stop, or leave them out.",
)
