r"""Trains CartoonGAN on a folder of photos and a folder of cartoons.

    cartoongan train --flagfile=configs/storybook.flags --photo_dir=photos \
        --people_dir=people --cartoon_dir=frames --workdir=runs/mine

Without a folder of people, pass --holdout_people=0 in place of --people_dir.

Run the same command again to resume. --steps, --sample_every,
--checkpoint_every, --evaluate_every, --cache, --check_data and --strategy may
change then; all other flags must stay the same. A run's flags are written to
WORKDIR/train.flags; --flagfile=WORKDIR/train.flags --workdir=OTHER repeats it.
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
    "workdir": "Output folder of the run.",
    "init_from": (
        "Initial weights for fine-tuning: the --workdir of another run, a "
        "generator's .keras file, the name of a shipped style, or "
        "hf://OWNER/NAME. Use it with --warmup_steps=0 and the same "
        "--generator, --filters, --blocks and --discriminator_filters."
    ),
    "discriminator": (
        "Discriminator: patch is the paper's network on pixels; features is "
        "small heads on VGG19's feature maps, which learn contours sooner; or "
        "both."
    ),
    "generator": (
        "Generator architecture: cartoongan is the paper's; light, without "
        "normalization, is small and fast, and sees colors."
    ),
    "filters": (
        "Channels of the generator's first stage. Defaults to 64 for "
        "cartoongan and 32 for light. A cartoongan with 24 can be trained on a "
        "CPU."
    ),
    "blocks": "Number of the generator's residual blocks.",
    "discriminator_filters": "Channels of the discriminator's first stage.",
    "warmup_loss": (
        "Loss of the first phase: the content loss, as in the paper; or the "
        "pixel difference to the --content_target, which takes a fraction of "
        "the time and gives a sharp generator."
    ),
    "warmup_steps": "Steps of the first phase (generator only).",
    "steps": "Steps of the second phase (generator against discriminator).",
    "warmup_learning_rate": "Adam's learning rate in the first phase.",
    "generator_learning_rate": (
        "Adam's learning rate for the generator in the second phase, before "
        "decay."
    ),
    "discriminator_learning_rate": (
        "Adam's learning rate for the discriminator, before decay."
    ),
    "decay_start": (
        "Step of the second phase from which both learning rates decay "
        "linearly, to zero at --steps. Defaults to half of --steps."
    ),
    "image_pool": (
        "Number of earlier fakes kept; half of the fakes that the "
        "discriminator sees come from this pool. 0 turns it off."
    ),
    "ema_momentum": (
        "Momentum of the moving average of the generator's weights, which "
        "samples and saved models use: 0.998 averages over some 500 steps; 0 "
        "turns it off."
    ),
    "evaluate_every": (
        "Interval, in steps of the second phase, between evaluations on the "
        "held-out photos. Their cartoons' kernel distance (KID) to "
        "--cartoon_dir and the rest of the quality score go to the log, and "
        "the generator with the lowest score to best_generator.keras. Off by "
        "default."
    ),
    "inception_weights": (
        "InceptionV3 weights for KID: imagenet, which Keras downloads once; or "
        "a file, see evaluate.py."
    ),
    "sample_every": "Steps between grids of photos above their cartoons.",
    "checkpoint_every": "Steps between checkpoints.",
    "deterministic": (
        "Whether runs are reproducible bit by bit. On by default on a CPU; off "
        "by default on a GPU, where it is slower."
    ),
    "strategy": (
        "Devices to distribute each batch over: none uses one; mirrored all "
        "GPUs of this machine; multi_worker those of several machines, each of "
        "which runs this command with its own TF_CONFIG and one shared "
        "--workdir. Results are the same, and --batch_size is the global batch "
        "size. A run can be resumed on other devices. See docs/scaling.md."
    ),
    "seed": "Random seed.",
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
    """Defines a flag for each setting, with its type and default."""
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
