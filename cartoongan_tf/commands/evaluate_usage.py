r"""Evaluates generators on photos and cartoons.

    cartoongan evaluate --model=runs/mine --photo_dir=holdout \
        --cartoon_dir=frames --output=evaluations/mine

Repeat --model to compare several. The tables also show the unchanged photos,
two filters that need no training, and the cartoons: the starting point, the
baselines to beat, and the target. Use photos that no model was trained on;
scores on training photos are too good.

    KID, FID            distance to the cartoons: lower is better. Distance to
                        the photos: how much changed at all
    content distance    loss of content: 0 none, 620 all
    color drift         mean color difference; about 2 is just noticeable
    hues turned         share of saturated colors that changed hue
    edges, texture      clear contours, flat areas: close to the cartoons'
    drawn               drawn look: 0 a photo, 100 a cartoon
    stray strokes       share of the photos' flat areas with a stroke: below 0.3
    contours kept       share of the photos' strong contours: above 95
    grid                pattern with a period of 8 pixels: close to the photos'
    fringes             colors beside contours that the photo lacks: below 2.5
    contrast kept       deviation of CIE L relative to the photos': above 90
    L of darks, lights  2nd, 98th percentile of CIE L: close to the photos'
    detail kept         correlation of details 2 to 8 pixels wide: high
    faces kept          share of the faces found in the photos: high
    quality score       KID x 1000 and penalties; training selects by it

KID and FID are not comparable across Inception weights; their names state the
weights. FID is biased upward for few pictures, KID is not: below thousands of
pictures, use KID and its standard error.

There is a table for each --image_size, as some artifacts show at one size only.
OUTPUT gets evaluation.json, with all metrics by size, and for each size a sheet
(sheet_256.png) of photos and results. Look at it: metrics do not see everything
that an eye does.
"""

from absl import flags

from cartoongan_tf.core import choices

FLAGS = flags.FLAGS
ARGUMENTS = None

_IMAGE_SIZES = (256, 512)  # Some artifacts show at 512 pixels only.

flags.DEFINE_multi_string(
    "model",
    [],
    "The name of a shipped style, a .keras file, the --workdir of a run, a "
    "SavedModel folder, a .tflite file, or hf://OWNER/NAME. Optional; repeat "
    "to compare several.",
)
flags.DEFINE_string(
    "photo_dir",
    None,
    "Folder of photos, or a .txt file with one path per line, relative to the "
    "file's folder.",
    required=True,
)
flags.DEFINE_string(
    "cartoon_dir",
    None,
    "Cartoons in the target style: a folder or a .txt file.",
    required=True,
)
flags.DEFINE_string("output", None, "Output folder.", required=True)
flags.DEFINE_string(
    "inception_weights",
    choices.IMAGENET,
    "Inception weights for KID and FID: imagenet, the InceptionV3 that Keras "
    "downloads; its .h5 file; or a .npz file of the 2015 network that defines "
    "FID, up to mixed_7.",
)
flags.DEFINE_string(
    "vgg19_weights",
    choices.IMAGENET,
    "VGG19 weights for the content distance: imagenet, which Keras downloads, "
    "a .h5 or .npz file, or none to skip it.",
)
flags.DEFINE_list(
    "image_size",
    [str(size) for size in _IMAGE_SIZES],
    "Sizes, in pixels, to evaluate at, one after the other: pictures are "
    "center-cropped to squares and scaled to each.",
)
flags.DEFINE_boolean(
    "baselines",
    True,
    "Whether to evaluate the filters that need no training, too.",
)
flags.DEFINE_enum(
    "bad_images",
    "error",
    choices.BAD_IMAGES,
    "How to treat damaged files: stop with an error, or skip them.",
)
