r"""Trains CartoonGAN on a folder of photos and a folder of cartoons.

    python train.py --flagfile=configs/storybook.flags --photo_dir=photos \
        --people_dir=people --cartoon_dir=frames --workdir=runs/storybook

The same command again goes on where a run stopped. --steps, --sample_every
and --checkpoint_every may change then; every other setting must stay. The
flags of a run are written to WORKDIR/train.flags, which repeats it with
--flagfile=WORKDIR/train.flags.
"""

import dataclasses
import pathlib
import sys

from absl import app
from absl import flags

from cartoongan_tf.core import atomic_files
from cartoongan_tf.core import devices
from cartoongan_tf.core import errors
from cartoongan_tf.data import edge_smoothing
from cartoongan_tf.data import folder_scan
from cartoongan_tf.evaluation import inception
from cartoongan_tf.losses import losses
from cartoongan_tf.losses import perceptual_features
from cartoongan_tf.nn import networks
from cartoongan_tf.training import config
from cartoongan_tf.training import runs
from cartoongan_tf.training import trainer

FLAGS = flags.FLAGS
_DEFAULT = config.TrainConfig

flags.DEFINE_string(
    "photo_dir",
    None,
    "Folder of photos, searched with its sub-folders; or sample:photos, the "
    "few that come with scikit-image.",
    required=True,
)
flags.DEFINE_string(
    "cartoon_dir",
    None,
    "Folder of cartoon frames in one style; or sample:scenes, cartoons that "
    "are drawn on the spot.",
    required=True,
)
flags.DEFINE_string(
    "workdir", None, "Folder that the run writes into.", required=True
)
flags.DEFINE_string(
    "init_from",
    _DEFAULT.init_from,
    "Fine-tune: workdir of another run, a generator's .keras file, or a "
    "shipped style by its name, to begin with. Goes with --warmup_steps=0 and "
    "the same --generator, --filters, --blocks and --discriminator_filters.",
)
flags.DEFINE_enum(
    "content_features",
    _DEFAULT.content_features,
    perceptual_features.CONTENT_FEATURES,
    "What the content loss compares: VGG19's conv4_4, or a pyramid of blurred "
    "luminance, gradients and colour, which needs no download and hardly any "
    "time.",
)
flags.DEFINE_string(
    "vgg19_weights",
    _DEFAULT.vgg19_weights,
    "imagenet, to let Keras fetch them once; or an .npz or .h5 file.",
)
flags.DEFINE_enum(
    "vgg19_precision",
    _DEFAULT.vgg19_precision,
    perceptual_features.PRECISIONS,
    "bfloat16 takes half the time where the hardware has it (GPUs since "
    "2020, CPUs with AVX512-BF16 or AMX), and longer where not. Losses and "
    "both trained networks stay float32.",
)
flags.DEFINE_float(
    "content_weight",
    _DEFAULT.content_weight,
    "Weight of the content loss (omega in equation 2) in units of VGG19's "
    "conv4_4 before ReLU, pixels at 0 to 255. 1e-4 to 3e-4 cartoonizes with "
    "the default --slope_weight; larger keeps more of the photo, and at the "
    "paper's 10 the output is the photo. docs/calibration.md shows it.",
)
flags.DEFINE_float(
    "color_weight",
    _DEFAULT.color_weight,
    "Weight of the color loss: squared differences in YUV between photo and "
    "cartoon, both averaged over 8x8 pixels. Keeps a red leaf red; 0 leaves it "
    "out. Unless given 15 for --generator=light, and 0 for cartoongan, which "
    "cannot see a color cast.",
)
flags.DEFINE_float(
    "variation_weight",
    _DEFAULT.variation_weight,
    "Weight of the total variation of cartoons in the second phase: flattens "
    "them; 0 leaves it out.",
)
flags.DEFINE_float(
    "luminance_weight",
    _DEFAULT.luminance_weight,
    "Weight of squared differences in luminance between photo and cartoon, "
    "both averaged over 8x8 pixels, on top of the tenth that the color loss "
    "gives it. Keeps blacks black and contrast what it was; 10 is good, 0 "
    "leaves it out.",
)
flags.DEFINE_float(
    "flat_weight",
    _DEFAULT.flat_weight,
    "Weight of what varies in the cartoon where the photo, without its "
    "texture, does not: keeps walls and skies free of strokes, and leaves "
    "contours alone. 4 to 12 is good, 0 leaves it out.",
)
flags.DEFINE_float(
    "detail_weight",
    _DEFAULT.detail_weight,
    "Weight of the content loss on VGG19's relu3_4, which sees details of half "
    "the size, in the units of --content_weight; 0 leaves it out.",
)
flags.DEFINE_float(
    "palette_weight",
    _DEFAULT.palette_weight,
    "Weight of the distance between the colors of the cartoons generated and "
    "those of the style (a sliced Wasserstein distance over a batch). Moves "
    "colors towards the style's, against --color_weight; 0 leaves it out.",
)
flags.DEFINE_float(
    "pixel_weight",
    _DEFAULT.pixel_weight,
    "Weight of the mean absolute difference of pixels between cartoon and "
    "--content_target in the second phase: holds the generator to what the "
    "warm-up taught it. 10 is good beside --content_target=inked, 0 leaves it "
    "out.",
)
flags.DEFINE_enum(
    "content_target",
    _DEFAULT.content_target,
    config.CONTENT_TARGETS,
    "What the content loss compares with: the photo; the photo smoothed by a "
    "guided filter, so that fur and wood grain are no content; or the photo "
    "painted in flat patches with dark lines along its contours (L0 gradient "
    "minimization), for runs too short for a discriminator to ask for them.",
)
flags.DEFINE_float(
    "slope_weight",
    _DEFAULT.slope_weight,
    "Weight of a penalty on the discriminator's slope (R1 and R2 of Mescheder "
    "et al., 2018). It keeps a discriminator that is winning from forcing "
    "patterns; 0 for none.",
)
flags.DEFINE_enum(
    "adversarial_loss",
    _DEFAULT.adversarial_loss,
    losses.ADVERSARIAL_LOSSES,
    "Least squares, as in the authors' code, or the paper's log form.",
)
flags.DEFINE_enum(
    "discriminator",
    _DEFAULT.discriminator,
    config.DISCRIMINATORS,
    "What tells cartoons from the rest: patch is the paper's network, which "
    "looks at pixels; features are small heads on VGG19's feature maps, which "
    "draw contours sooner; or both.",
)
flags.DEFINE_float(
    "patch_weight",
    _DEFAULT.patch_weight,
    "Weight of the patch discriminator's adversarial loss.",
)
flags.DEFINE_float(
    "feature_weight",
    _DEFAULT.feature_weight,
    "Weight of the feature discriminator's adversarial loss.",
)
flags.DEFINE_integer(
    "feature_shift",
    _DEFAULT.feature_shift,
    "Pixels by which images are cropped at a random place before VGG19 sees "
    "them, so that no pattern can hide in the grid of its pooling; 8 is good "
    "with a feature discriminator, 0 for none.",
)
flags.DEFINE_float(
    "gray_share",
    _DEFAULT.gray_share,
    "Discriminators see images mixed with gray ones of the same luminance, by "
    "a random share of up to this: color is then the color loss' business. 0 "
    "for none, 1 for up to wholly gray.",
)
flags.DEFINE_enum(
    "generator",
    _DEFAULT.generator,
    list(networks.GENERATORS),
    "Architecture of the generator: cartoongan is the paper's; light, without "
    "normalization, is small and fast, and sees colors.",
)
flags.DEFINE_integer(
    "filters",
    _DEFAULT.filters,
    "Channels of the generator's first stage: 64 for cartoongan and 32 for "
    "light unless given. 24 of cartoongan train on a CPU.",
)
flags.DEFINE_integer("blocks", _DEFAULT.blocks, "Number of residual blocks.")
flags.DEFINE_integer(
    "discriminator_filters",
    _DEFAULT.discriminator_filters,
    "Channels of the discriminator's first stage.",
)
flags.DEFINE_enum(
    "bad_images",
    _DEFAULT.bad_images,
    folder_scan.BAD_IMAGES,
    "What to do about files that are damaged, no picture, too large, or under "
    "a wrong ending: stop with an error that names them, or skip them.",
)
flags.DEFINE_boolean(
    "check_data",
    _DEFAULT.check_data,
    "Whether to look first if the two folders are what they should be, and "
    "not swapped. python prepare.py check looks closer.",
)
flags.DEFINE_string(
    "cache",
    _DEFAULT.cache,
    "Keeps decoded pictures, before anything random happens to them: none, "
    "memory, or a folder. Changes the speed and not the batches.",
)
flags.DEFINE_float(
    "denoise_cartoons",
    _DEFAULT.denoise_cartoons,
    "Strength, in levels of 255, of a non-local means filter that takes grain "
    "and JPEG noise out of the cartoons, once; 4 is good, 0 for none. A "
    "discriminator asks for the grain that it sees. What comes of it is kept "
    "in the folder of --cache, or else in WORKDIR/denoised.",
)
flags.DEFINE_string(
    "people_dir",
    _DEFAULT.people_dir,
    "Folder of further photos, of people: --people_share of each batch comes "
    "from it, so that faces are seen often enough to stay faces.",
)
flags.DEFINE_float(
    "people_share",
    _DEFAULT.people_share,
    "Share of each batch, rounded, that comes from --people_dir.",
)
flags.DEFINE_float(
    "people_content",
    _DEFAULT.people_content,
    "Factor of the content loss for photos of --people_dir.",
)
flags.DEFINE_boolean(
    "match_crops",
    _DEFAULT.match_crops,
    "Whether each crop of a photo is paired with a crop of a cartoon that has "
    "about as many edges. Otherwise what is flat is a photo to the "
    "discriminator, and the generator draws strokes on walls.",
)
flags.DEFINE_float(
    "stray_share",
    _DEFAULT.stray_share,
    "Share of the smoothed cartoons that are crisp ones with a few random dark "
    "strokes instead: negatives that teach what does not belong there.",
)
flags.DEFINE_integer(
    "image_size",
    _DEFAULT.image_size,
    "Height and width, in pixels, of the crops that are trained on.",
)
flags.DEFINE_float(
    "smallest_crop",
    _DEFAULT.smallest_crop,
    "Side of the smallest square that is cut out and resized to --image_size, "
    "as a share of the picture's short side; 1 for always the largest.",
)
flags.DEFINE_float(
    "largest_crop",
    _DEFAULT.largest_crop,
    "Side of the largest such square, as a share of the short side. Smaller "
    "crops show the network pictures as they are at a larger size.",
)
flags.DEFINE_boolean(
    "mirror", _DEFAULT.mirror, "Whether half of the crops are mirrored."
)
flags.DEFINE_integer(
    "edge_low",
    _DEFAULT.edge_low,
    "Canny's lower threshold, in the cartoons whose edges are smoothed: "
    "above it an edge goes on.",
)
flags.DEFINE_integer(
    "edge_high",
    _DEFAULT.edge_high,
    "Canny's upper threshold: above it an edge begins.",
)
flags.DEFINE_integer(
    "edge_dilation",
    _DEFAULT.edge_dilation,
    "Side, in pixels, of the square that each edge pixel grows to before the "
    "cartoon is blurred there.",
)
flags.DEFINE_enum(
    "smoothing",
    _DEFAULT.smoothing,
    edge_smoothing.SMOOTHINGS,
    "Blur along the edges: the paper's Gaussian, or the box of the authors' "
    "own code.",
)
flags.DEFINE_integer(
    "smoothing_kernel",
    _DEFAULT.smoothing_kernel,
    "Side, in pixels, of that blur.",
)
flags.DEFINE_integer("batch_size", _DEFAULT.batch_size, "Images per step.")
flags.DEFINE_enum(
    "warmup_loss",
    _DEFAULT.warmup_loss,
    config.WARMUP_LOSSES,
    "What the first phase minimizes: the content loss, as in the paper; or the "
    "difference of pixels to the --content_target, which takes a fraction of "
    "the time, and leaves a generator that is sharp.",
)
flags.DEFINE_integer(
    "warmup_steps",
    _DEFAULT.warmup_steps,
    "Steps of the first phase: the generator alone.",
)
flags.DEFINE_integer(
    "steps",
    _DEFAULT.steps,
    "Steps of the second phase: generator against discriminator.",
)
flags.DEFINE_float(
    "warmup_learning_rate",
    _DEFAULT.warmup_learning_rate,
    "Adam's rate in the first phase.",
)
flags.DEFINE_float(
    "generator_learning_rate",
    _DEFAULT.generator_learning_rate,
    "Adam's rate for the generator in the second phase, until it decays.",
)
flags.DEFINE_float(
    "discriminator_learning_rate",
    _DEFAULT.discriminator_learning_rate,
    "Adam's rate for the discriminator, until it decays.",
)
flags.DEFINE_integer(
    "decay_start",
    _DEFAULT.decay_start,
    "Step of the second phase from which on both rates fall in a straight "
    "line to zero at --steps. Half of --steps unless given.",
)
flags.DEFINE_integer(
    "image_pool",
    _DEFAULT.image_pool,
    "Old fakes kept to show to the discriminator half of the time; 0 for none.",
)
flags.DEFINE_float(
    "ema_momentum",
    _DEFAULT.ema_momentum,
    "The generator that is shown and saved is the moving average of the one "
    "that trains: 0.998 remembers some 500 steps; 0 for none.",
)
flags.DEFINE_integer(
    "held_back",
    _DEFAULT.held_back,
    "Photos, drawn at random, that are never trained on: to measure on. "
    "WORKDIR/held_back.txt names them; evaluate.py --photo_dir takes it.",
)
flags.DEFINE_integer(
    "held_back_people",
    _DEFAULT.held_back_people,
    "Photos of --people_dir that are held back in the same way; the same list "
    "names them.",
)
flags.DEFINE_integer(
    "evaluate_every",
    _DEFAULT.evaluate_every,
    "Steps between two evaluations in the second phase, of cartoons of the "
    "held-back photos: their kernel distance (KID) to --cartoon_dir and the "
    "rest of the quality score go to the log, and the generator with the "
    "lowest score to best_generator.keras. Never unless given.",
)
flags.DEFINE_string(
    "inception_weights",
    _DEFAULT.inception_weights,
    "What KID looks through: imagenet, to let Keras fetch InceptionV3 once; "
    "or a file, see evaluate.py.",
)
flags.DEFINE_integer(
    "sample_every",
    _DEFAULT.sample_every,
    "Steps between two grids of photos above their cartoons.",
)
flags.DEFINE_integer(
    "checkpoint_every",
    _DEFAULT.checkpoint_every,
    "Steps between two checkpoints.",
)
flags.DEFINE_boolean(
    "deterministic",
    _DEFAULT.deterministic,
    "Whether the same run gives the same bits. On a CPU it does unless this "
    "is off; on a GPU it costs speed and is off unless this is on.",
)
flags.DEFINE_integer("seed", _DEFAULT.seed, "Seed of all that is random.")


def main(argv):
    if len(argv) > 1:
        raise app.UsageError(f"Unexpected arguments: {argv[1:]}")
    with errors.one_sentence():
        settings = config_from_flags()
        devices.prepare(settings.deterministic)
        compare = content_features(settings)
        describe = evaluation_features(settings)
        run = runs.open_run(settings)
        record_flags(run.workdir)
        trainer.train(run, compare, describe)
        print(f"Wrote {run.workdir / 'generator.keras'}")


def config_from_flags():
    fields = dataclasses.fields(config.TrainConfig)
    return config.TrainConfig(**{f.name: FLAGS[f.name].value for f in fields})


def content_features(settings):
    if settings.content_features == "pyramid":
        return perceptual_features.pyramid
    load = perceptual_features.load_vgg19
    if settings.has_feature_discriminator or settings.detail_weight:
        load = perceptual_features.load_vgg19_maps
    return load(settings.vgg19_weights, settings.vgg19_precision)


def evaluation_features(settings):
    if settings.evaluate_every is None:
        return None
    return inception.load_inception(settings.inception_weights)


def record_flags(workdir):
    own = FLAGS.get_key_flags_for_module(sys.modules[__name__])
    lines = [f.serialize() + "\n" for f in own if f.value is not None]
    with atomic_files.written_whole(
        pathlib.Path(workdir) / "train.flags"
    ) as draft:
        draft.write_text("".join(lines))


if __name__ == "__main__":
    app.run(main)
