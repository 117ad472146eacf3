r"""Trains CartoonGAN on a folder of photos and a folder of cartoons.

    cartoongan train --flagfile=configs/storybook.flags --photo_dir=photos \
        --people_dir=people --cartoon_dir=frames --workdir=runs/mine

Without a folder of people, pass --holdout_people=0 in place of --people_dir.

Run the same command again to resume. --steps, --sample_every,
--checkpoint_every, --evaluate_every, --cache, --check_data and --strategy may
change then; all else must stay the same. The flags of a run are written to
WORKDIR/train.flags, which repeats it with --flagfile=WORKDIR/train.flags.
"""

import dataclasses
import typing
from collections.abc import Callable

from absl import flags

from cartoongan_tf.commands import train_data_flags
from cartoongan_tf.commands import train_loss_flags
from cartoongan_tf.core import choices
from cartoongan_tf.training import config

FLAGS = flags.FLAGS
ARGUMENTS = None

_HELP = {
    "workdir": "Folder that the run writes into.",
    "init_from": (
        "Fine-tune: workdir of another run, a generator's .keras file, a "
        "shipped style by its name, or hf://OWNER/NAME, to begin with. Goes "
        "with --warmup_steps=0 and the same --generator, --filters, --blocks "
        "and --discriminator_filters."
    ),
    "discriminator": (
        "What tells cartoons from the rest: patch is the paper's network, "
        "which looks at pixels; features are small heads on VGG19's feature "
        "maps, which draw contours sooner; or both."
    ),
    "generator": (
        "Architecture of the generator: cartoongan is the paper's; light, "
        "without normalization, is small and fast, and sees colors."
    ),
    "filters": (
        "Channels of the generator's first stage: 64 for cartoongan and 32 for "
        "light unless given. 24 of cartoongan train on a CPU."
    ),
    "blocks": "Number of residual blocks.",
    "discriminator_filters": "Channels of the discriminator's first stage.",
    "warmup_loss": (
        "What the first phase minimizes: the content loss, as in the paper; or "
        "the difference of pixels to the --content_target, which takes a "
        "fraction of the time, and leaves a generator that is sharp."
    ),
    "warmup_steps": "Steps of the first phase: the generator alone.",
    "steps": "Steps of the second phase: generator against discriminator.",
    "warmup_learning_rate": "Adam's rate in the first phase.",
    "generator_learning_rate": (
        "Adam's rate for the generator in the second phase, until it decays."
    ),
    "discriminator_learning_rate": (
        "Adam's rate for the discriminator, until it decays."
    ),
    "decay_start": (
        "Step of the second phase from which on both rates fall in a straight "
        "line to zero at --steps. Half of --steps unless given."
    ),
    "image_pool": (
        "Old fakes kept to show to the discriminator half of the time; 0 for "
        "none."
    ),
    "ema_momentum": (
        "The generator that is shown and saved is the moving average of the "
        "one that trains: 0.998 remembers some 500 steps; 0 for none."
    ),
    "evaluate_every": (
        "Steps between two evaluations in the second phase, of cartoons of the "
        "held-back photos: their kernel distance (KID) to --cartoon_dir and "
        "the rest of the quality score go to the log, and the generator with "
        "the lowest score to best_generator.keras. Never unless given."
    ),
    "inception_weights": (
        "What KID looks through: imagenet, to let Keras fetch InceptionV3 "
        "once; or a file, see evaluate.py."
    ),
    "sample_every": "Steps between two grids of photos above their cartoons.",
    "checkpoint_every": "Steps between two checkpoints.",
    "deterministic": (
        "Whether the same run gives the same bits. On a CPU it does unless "
        "this is off; on a GPU it costs speed and is off unless this is on."
    ),
    "strategy": (
        "Devices that share each batch: none takes one; mirrored all GPUs of "
        "this machine; multi_worker those of several machines, on each of "
        "which this command runs with a TF_CONFIG of its own, and --workdir is "
        "one folder for all. What is learned is the same, and --batch_size "
        "that of all together. A run may go on elsewhere than it began. "
        "docs/scaling.md shows how."
    ),
    "seed": "Seed of all that is random.",
    **train_data_flags.HELP,
    **train_loss_flags.HELP,
}
_CHOICES = {
    "adversarial_loss": choices.ADVERSARIAL_LOSSES,
    "bad_images": choices.BAD_IMAGES,
    "compute_dtype": choices.COMPUTE_DTYPES,
    "content_features": choices.CONTENT_FEATURES,
    "content_target": config.CONTENT_TARGETS,
    "discriminator": config.DISCRIMINATORS,
    "generator": choices.GENERATORS,
    "mixed_precision": choices.MIXED_PRECISIONS,
    "smoothing": choices.SMOOTHINGS,
    "strategy": config.STRATEGIES,
    "warmup_loss": config.WARMUP_LOSSES,
}
_DEFINE: dict[type, Callable] = {
    bool: flags.DEFINE_boolean,
    float: flags.DEFINE_float,
    int: flags.DEFINE_integer,
    str: flags.DEFINE_string,
}


def _define_flags():
    """One for each setting, of its type and with its default."""
    types = typing.get_type_hints(config.TrainConfig)
    fields = {f.name: f for f in dataclasses.fields(config.TrainConfig)}
    for name, text in _HELP.items():
        default: typing.Any = fields[name].default
        is_required = default is dataclasses.MISSING
        if is_required:
            default = None
        if name in _CHOICES:
            flags.DEFINE_enum(name, default, _CHOICES[name], text)
            continue
        kind, *_ = typing.get_args(types[name]) or (types[name],)
        _DEFINE[kind](name, default, text, required=is_required)


_define_flags()
