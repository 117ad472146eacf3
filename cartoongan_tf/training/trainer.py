"""One run: warm-up phase, adversarial phase, the networks saved.

Chen et al. (2018), section 3.2.3, and the schedule of the authors' code. The
folder of a run holds its settings, checkpoints, log, TensorBoard events and
sample grids, and at its end `generator.keras` and `discriminator.keras`.
"""

import contextlib
import pathlib
import shutil
from collections.abc import Callable

import keras
import tensorflow as tf

from cartoongan_tf.core import atomic_files
from cartoongan_tf.core import devices
from cartoongan_tf.core import errors
from cartoongan_tf.evaluation import inception
from cartoongan_tf.inference import loading
from cartoongan_tf.inference import model_paths
from cartoongan_tf.inference import styles
from cartoongan_tf.losses import perceptual_features
from cartoongan_tf.nn import feature_discriminator
from cartoongan_tf.nn import networks
from cartoongan_tf.nn import precision
from cartoongan_tf.training import loss_plot
from cartoongan_tf.training import phases
from cartoongan_tf.training import runs

_ADAM_COPIES = 3  # Of each weight: itself and two moments.
_BYTES = 4  # In a float32.
_CHECKPOINTS = 5  # Two of each phase stay, and one is being written.


def train(
    run: runs.Run,
    compare: Callable,
    describe: inception.Inception | None = None,
) -> keras.Model:
    """Runs both phases, from where the run stopped if it did.

    Args:
        run: A run of `runs.open_run`.
        compare: Feature function for the content loss
            (`perceptual_features.py`).
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
    with run.cluster.scope():
        generator, discriminators = build_networks(config)
    _check_space(run, generator, discriminators)
    _announce(run, generator)
    with _explained(run, generator):
        outcome = phases.warm_up(run, generator, compare)
        if outcome.is_complete:
            outcome = phases.compete(
                run, generator, discriminators, compare, describe
            )
    if run.cluster.is_chief:
        _save(run, outcome.generator, discriminators)
    if outcome.problem:
        raise errors.InputError(
            f"{outcome.problem} Or go on from the last good checkpoint, whose "
            f"networks are now in {run.workdir}: `init_from`={run.workdir} "
            "`warmup_steps`=0 with another `workdir`."
        )
    if not outcome.is_complete:
        raise KeyboardInterrupt(
            "Stopped and saved. Run the same command again to go on."
        )
    return outcome.generator


def _save(run, generator, discriminators):
    atomic_files.save_model(generator, run.workdir / loading.GENERATOR_FILE)
    for name, network in discriminators.by_name().items():
        atomic_files.save_model(
            precision.copy_network(network), run.workdir / f"{name}.keras"
        )
    loss_plot.plot_losses(run.workdir)


def build_networks(
    config: runs.TrainConfig,
) -> tuple[keras.Model, phases.Discriminators]:
    """Builds the networks of a run, or loads those that it begins with.

    Raises:
        InputError: If what `init_from` names cannot be read, or does not fit.
    """
    if config.init_from is None:
        generator = networks.new_generator(
            config.generator, config.filters, config.blocks
        )
        beside = None
    else:
        beside = pathlib.Path(model_paths.find(config.init_from, "init_from"))
        generator = loading.load_generator(beside, "init_from")
        _check_kind(generator, config)
        _check_fit(generator, config, "filters", "filters")
        _check_fit(generator, config, "blocks", "blocks")
    patch = feature = None
    if config.has_patch_discriminator:
        patch = _load_beside(beside, phases.PATCH, networks.Discriminator)
        patch = patch or networks.Discriminator(config.discriminator_filters)
        _check_fit(patch, config, "filters", "discriminator_filters")
    if config.has_feature_discriminator:
        kind = feature_discriminator.FeatureDiscriminator
        feature = _load_beside(beside, phases.FEATURE, kind)
        feature = feature or kind(perceptual_features.MAP_CHANNELS)
    return _in_precision(
        config, generator, phases.Discriminators(patch, feature)
    )


def _in_precision(config, generator, discriminators):
    if config.mixed_precision != "all":
        return generator, discriminators
    policy = precision.mixed(config.compute_dtype)
    return precision.copy_network(generator, policy), phases.Discriminators(
        *(one and precision.copy_network(one, policy) for one in discriminators)
    )


def _load_beside(generator, name, kind):
    """A discriminator that was trained with a generator, None without it."""
    if generator is None:
        return None
    if generator.is_dir():
        path = generator / f"{name}.keras"
    else:
        path = styles.beside(generator, name)
    if not path.is_file():
        return None
    return loading.load_network(path, (kind,), "init_from")


def _check_kind(generator, config):
    for name, kind in networks.GENERATORS.items():
        if isinstance(generator, kind) and name != config.generator:
            raise errors.InputError(
                f"`init_from`={config.init_from} holds a network of another "
                f"architecture; pass `generator`={name} (now "
                f"{config.generator})."
            )


def _check_fit(network, config, attribute, flag):
    found, wanted = getattr(network, attribute), getattr(config, flag)
    if wanted is not None and found != wanted:
        raise errors.InputError(
            f"`init_from`={config.init_from} holds a network of another "
            f"architecture; pass `{flag}`={found} (now {wanted})."
        )


def _check_space(run, generator, discriminators):
    all_networks = [generator, *discriminators.by_name().values()]
    parameters = sum(network.count_params() for network in all_networks)
    pool = run.config.image_pool * 3 * run.config.image_size**2
    needed = _CHECKPOINTS * _BYTES * (_ADAM_COPIES * parameters + pool)
    needed -= atomic_files.size_of(run.checkpoint_path(runs.WARM_UP).parent)
    free = shutil.disk_usage(run.workdir).free
    if free < needed:
        raise errors.InputError(
            f"`workdir`={run.workdir} has {free / 1e6:.0f} MB free, and "
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
            "Note: a warm-up unlearns the style of `init_from`; "
            "`warmup_steps`=0 keeps it."
        )


@contextlib.contextmanager
def _explained(run, generator):
    """Tells what a failure inside TensorFlow means to the user."""
    config = run.config
    try:
        with devices.memory_advice(
            f"`batch_size`={config.batch_size}",
            f"`image_size`={config.image_size}",
            f"`filters`={generator.filters}",
        ):
            yield
    except tf.errors.OpError as error:
        for source in filter(None, (run.photos, run.cartoons, run.people)):
            damaged = source.first_damaged()
            if damaged is not None:
                raise errors.InputError(
                    f"{damaged} The last checkpoint is whole."
                ) from error
        raise
