r"""Trains CartoonGAN on a folder of photos and a folder of cartoons.

    cartoongan train --flagfile=configs/storybook.flags --photo_dir=photos \
        --people_dir=people --cartoon_dir=frames --workdir=runs/mine

Without a folder of people, pass --holdout_people=0 in place of --people_dir.

Run the same command again to resume. --steps, --sample_every,
--checkpoint_every, --evaluate_every, --cache, --check_data and --strategy may
change then; all else must stay the same. The flags of a run are written to
WORKDIR/train.flags, which repeats it with --flagfile=WORKDIR/train.flags.
"""

from absl import flags

from cartoongan_tf.commands import train_data_flags
from cartoongan_tf.commands import train_loss_flags
from cartoongan_tf.core import choices
from cartoongan_tf.training import config

FLAGS = flags.FLAGS
ARGUMENTS = None

flags.adopt_module_key_flags(train_data_flags)
flags.adopt_module_key_flags(train_loss_flags)

_DEFAULT = config.TrainConfig

flags.DEFINE_string(
    "workdir", None, "Folder that the run writes into.", required=True
)
flags.DEFINE_string(
    "init_from",
    _DEFAULT.init_from,
    "Fine-tune: workdir of another run, a generator's .keras file, a shipped "
    "style by its name, or hf://OWNER/NAME, to begin with. Goes with "
    "--warmup_steps=0 and the same --generator, --filters, --blocks and "
    "--discriminator_filters.",
)
flags.DEFINE_enum(
    "discriminator",
    _DEFAULT.discriminator,
    config.DISCRIMINATORS,
    "What tells cartoons from the rest: patch is the paper's network, which "
    "looks at pixels; features are small heads on VGG19's feature maps, which "
    "draw contours sooner; or both.",
)
flags.DEFINE_enum(
    "generator",
    _DEFAULT.generator,
    choices.GENERATORS,
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
flags.DEFINE_enum(
    "strategy",
    _DEFAULT.strategy,
    config.STRATEGIES,
    "Devices that share each batch: none takes one; mirrored all GPUs of this "
    "machine; multi_worker those of several machines, on each of which this "
    "command runs with a TF_CONFIG of its own, and --workdir is one folder "
    "for all. What is learned is the same, and --batch_size that of all "
    "together. A run may go on elsewhere than it began. docs/scaling.md shows "
    "how.",
)
flags.DEFINE_integer("seed", _DEFAULT.seed, "Seed of all that is random.")
