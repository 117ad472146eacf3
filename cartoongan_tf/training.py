"""One run: warm-up phase, adversarial phase, the networks saved.

Chen et al. (2018), section 3.2.3, and the schedule of the authors' code. The
folder of a run holds its settings, checkpoints, log, TensorBoard events and
sample grids, and at its end `generator.keras` and `discriminator.keras`.
"""

import contextlib
import shutil
from collections.abc import Callable

import keras
import tensorflow as tf

from cartoongan_tf import artifacts
from cartoongan_tf import curves
from cartoongan_tf import devices
from cartoongan_tf import errors
from cartoongan_tf import files
from cartoongan_tf import inception
from cartoongan_tf import networks
from cartoongan_tf import phases
from cartoongan_tf import pictures
from cartoongan_tf import runs
from cartoongan_tf import styles

DISCRIMINATOR_FILE = "discriminator.keras"

_ADAM_COPIES = 3  # Of each weight: itself and two moments.
_BYTES = 4  # In a float32.


def train(
    run: runs.Run,
    features: Callable,
    describe: inception.Inception | None = None,
) -> keras.Model:
    """Runs both phases, from where the run stopped if it did.

    Args:
        run: A run of `runs.open_run`.
        features: Feature function for the content loss (`features.py`).
        describe: Inception features to evaluate by, if that is asked for.

    Returns:
        The trained generator.

    Raises:
        InputError: If a picture cannot be decoded, memory or the numbers run
            out, or the weights to begin with do not fit.
        KeyboardInterrupt: On Ctrl-C or SIGTERM, after saving.
    """
    config = run.config
    keras.utils.set_random_seed(config.seed)
    generator, discriminator = _build_networks(config)
    _check_space(run, generator, discriminator)
    _announce(run, generator)
    with _explained(run, generator):
        outcome = phases.warm_up(run, generator, features)
        if outcome.is_complete:
            outcome = phases.compete(
                run, generator, discriminator, features, describe
            )
    files.save_model(outcome.generator, run.workdir / artifacts.GENERATOR_FILE)
    files.save_model(discriminator, run.workdir / DISCRIMINATOR_FILE)
    curves.plot_losses(run.workdir)
    if outcome.problem:
        raise errors.InputError(
            f"{outcome.problem} Or go on from the last good checkpoint, whose "
            f"networks are now in {run.workdir}: --init_from={run.workdir} "
            "--warmup_steps=0 with another --workdir."
        )
    if not outcome.is_complete:
        raise KeyboardInterrupt(
            "Stopped and saved. Run the same command again to go on."
        )
    return outcome.generator


def _build_networks(config):
    if config.init_from is None:
        generator = networks.new_generator(
            config.generator, config.filters, config.blocks
        )
        return generator, networks.Discriminator(config.discriminator_filters)
    generator = artifacts.load_generator(config.init_from, "--init_from")
    _check_kind(generator, config)
    _check_fit(generator, config, "filters", "filters")
    _check_fit(generator, config, "blocks", "blocks")
    path = _discriminator_beside(styles.find(config.init_from))
    if not path.is_file():
        return generator, networks.Discriminator(config.discriminator_filters)
    discriminator = artifacts.load_network(
        path, (networks.Discriminator,), "--init_from"
    )
    _check_fit(discriminator, config, "filters", "discriminator_filters")
    return generator, discriminator


def _discriminator_beside(generator):
    if generator.is_dir():
        return generator / DISCRIMINATOR_FILE
    return styles.discriminator_of(generator)


def _check_kind(generator, config):
    for name, kind in networks.GENERATORS.items():
        if isinstance(generator, kind) and name != config.generator:
            raise errors.InputError(
                f"--init_from={config.init_from} holds a network of another "
                f"architecture; pass --generator={name} (now "
                f"{config.generator})."
            )


def _check_fit(network, config, attribute, flag):
    found, wanted = getattr(network, attribute), getattr(config, flag)
    if wanted is not None and found != wanted:
        raise errors.InputError(
            f"--init_from={config.init_from} holds a network of another "
            f"architecture; pass --{flag}={found} (now {wanted})."
        )


def _check_space(run, generator, discriminator):
    """Old and new checkpoint lie side by side for a moment."""
    parameters = generator.count_params() + discriminator.count_params()
    pool = run.config.image_pool * 3 * run.config.image_size**2
    needed = 2 * _BYTES * (_ADAM_COPIES * parameters + pool)
    free = shutil.disk_usage(run.workdir).free
    if free < needed:
        raise errors.InputError(
            f"--workdir={run.workdir} has {free / 1e6:.0f} MB free, and "
            f"checkpoints need {needed / 1e6:.0f} MB; free some, or choose "
            "another disk."
        )


def _announce(run, generator):
    people = f"{len(run.people)} of people, " if run.people else ""
    print(
        f"{len(run.photos)} photos, {people}{len(run.cartoons)} cartoons; "
        f"a generator of {generator.count_params():,} parameters. Sample "
        f"grids, log and checkpoints go to {run.workdir}.",
        flush=True,
    )
    if run.config.init_from and run.config.warmup_steps:
        print(
            "Note: a warm-up unlearns the style of --init_from; "
            "--warmup_steps=0 keeps it."
        )


@contextlib.contextmanager
def _explained(run, generator):
    """Tells what a failure inside TensorFlow means to the user."""
    config = run.config
    try:
        with devices.memory_advice(
            f"--batch_size={config.batch_size}",
            f"--image_size={config.image_size}",
            f"--filters={generator.filters}",
        ):
            yield
    except tf.errors.OpError as error:
        paths = run.photos.paths + run.cartoons.paths
        if run.people is not None:
            paths += run.people.paths
        damaged = pictures.first_damaged(paths)
        if damaged is None:
            raise
        raise errors.InputError(
            f"{damaged} The last checkpoint is whole."
        ) from error
