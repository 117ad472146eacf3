"""Training: warm-up phase, adversarial phase, saving the networks.

Chen et al. (2018), section 3.2.3, and the schedule of the authors' code. The
folder of a run holds its settings, checkpoints, log, TensorBoard events and
sample grids, and finally `generator.keras` and `discriminator.keras`.
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
from cartoongan_tf.nn import weight_files
from cartoongan_tf.training import batches
from cartoongan_tf.training import loss_plot
from cartoongan_tf.training import phases
from cartoongan_tf.training import runs

_VALUES_PER_WEIGHT = 3  # The weight and Adam's two moments.
_BYTES_PER_VALUE = 4  # float32.
_MAX_CHECKPOINTS = 5  # Two of each phase, and one being written.


def train(
    run: runs.Run,
    content_features: Callable,
    inception_features: inception.Inception | None = None,
) -> keras.Model:
    """Runs both phases, resuming from the last checkpoint.

    Args:
        run: Run opened by `runs.open_run`.
        content_features: Feature function for the content loss
            (`perceptual_features.py`).
        inception_features: Inception features for `evaluate_every`, if set.

    Returns:
        The trained generator.

    Raises:
        InputError: If a picture cannot be decoded, memory runs out, training
            diverges, or the initial weights do not fit.
        KeyboardInterrupt: On Ctrl-C or SIGTERM, after saving.
    """
    config = run.config
    keras.utils.set_random_seed(config.seed)
    with run.cluster.scope():
        generator, discriminators = build_networks(config)
    _check_space(run, generator, discriminators)
    _announce(run, generator)
    with _translating_errors(run, generator):
        with run.cluster.chief_first():
            batches.cartoon_windows(run)  # The chief caches them for all.
        was_warm = phases.has_begun_adversarial(run)
        outcome = phases.run_warm_up(run, generator, content_features)
        if outcome.is_complete:
            if run.cluster.is_chief and config.warmup_steps and not was_warm:
                _save_generator(run, outcome.generator)
            outcome = phases.run_adversarial(
                run,
                generator,
                discriminators,
                content_features,
                inception_features,
            )
    if run.cluster.is_chief:
        _save(run, outcome.generator, discriminators)
    if outcome.problem:
        raise errors.InputError(
            f"{outcome.problem} Or continue from the last good checkpoint, "
            f"whose networks are now in {run.workdir}: pass "
            f"`init_from`={run.workdir} `warmup_steps`=0 and another `workdir`."
        )
    if not outcome.is_complete:
        raise KeyboardInterrupt(
            "Stopped and saved. Run the same command again to resume."
        )
    return outcome.generator


def _save_generator(run, generator):
    weight_files.save_model(generator, run.workdir / loading.GENERATOR_FILE)


def _save(run, generator, discriminators):
    _save_generator(run, generator)
    for name, network in discriminators.by_name().items():
        weight_files.save_model(
            precision.copy_network(network), run.workdir / f"{name}.keras"
        )
    loss_plot.plot_losses(run.workdir)


def build_networks(
    config: runs.TrainConfig,
) -> tuple[keras.Model, phases.Discriminators]:
    """Builds the networks of a run, or loads them from `init_from`.

    Raises:
        InputError: If the networks of `init_from` cannot be read or do not
            fit the settings.
    """
    if config.init_from is None:
        generator = networks.new_generator(
            config.generator, config.filters, config.blocks
        )
        path = None
    else:
        path = pathlib.Path(model_paths.find(config.init_from, "init_from"))
        generator = loading.load_generator(path, "init_from")
        _check_architecture(generator, config)
        _check_fit(generator, config, "filters", "filters")
        _check_fit(generator, config, "blocks", "blocks")
    patch = feature = None
    if config.has_patch_discriminator:
        patch = _load_discriminator(path, phases.PATCH, networks.Discriminator)
        patch = patch or networks.Discriminator(config.discriminator_filters)
        _check_fit(patch, config, "filters", "discriminator_filters")
    if config.has_feature_discriminator:
        architecture = feature_discriminator.FeatureDiscriminator
        feature = _load_discriminator(path, phases.FEATURE, architecture)
        feature = feature or architecture(perceptual_features.MAP_CHANNELS)
    return _in_precision(
        config, generator, phases.Discriminators(patch, feature)
    )


def _in_precision(config, generator, discriminators):
    if config.mixed_precision != "all":
        return generator, discriminators
    policy = precision.mixed_policy(config.compute_dtype)
    return precision.copy_network(generator, policy), phases.Discriminators(
        *(
            network and precision.copy_network(network, policy)
            for network in discriminators
        )
    )


def _load_discriminator(generator, name, architecture):
    """Loads the discriminator saved beside a generator, None without one."""
    if generator is None:
        return None
    if generator.is_dir():
        path = generator / f"{name}.keras"
    else:
        path = styles.beside(generator, name)
    if not path.is_file():
        return None
    return loading.load_network(path, (architecture,), "init_from")


def _check_architecture(generator, config):
    for name, architecture in networks.GENERATORS.items():
        if isinstance(generator, architecture) and name != config.generator:
            raise errors.InputError(
                f"`init_from`={config.init_from} holds a network of another "
                f"architecture; pass `generator`={name} (now "
                f"{config.generator})."
            )


def _check_fit(network, config, attribute, flag):
    actual, requested = getattr(network, attribute), getattr(config, flag)
    if requested is not None and actual != requested:
        raise errors.InputError(
            f"`init_from`={config.init_from} holds a network of another "
            f"architecture; pass `{flag}`={actual} (now {requested})."
        )


def _check_space(run, generator, discriminators):
    all_networks = [generator, *discriminators.by_name().values()]
    parameters = sum(network.count_params() for network in all_networks)
    pool = run.config.image_pool * 3 * run.config.image_size**2
    values = _VALUES_PER_WEIGHT * parameters + pool
    needed = _MAX_CHECKPOINTS * _BYTES_PER_VALUE * values
    needed -= atomic_files.size_of(run.checkpoint_path(runs.WARM_UP).parent)
    free = shutil.disk_usage(run.workdir).free
    if free < needed:
        raise errors.InputError(
            f"`workdir`={run.workdir} has {free / 1e6:.0f} MB free, and "
            f"checkpoints need {needed / 1e6:.0f} MB; free up space, or choose "
            "another disk."
        )


def _announce(run, generator):
    people = f"{len(run.people)} of people, " if run.people else ""
    print(
        f"{len(run.photos)} photos, {people}{len(run.cartoons)} cartoons; "
        f"a generator with {generator.count_params():,} parameters. Sample "
        f"grids, log and checkpoints go to {run.workdir}.",
        flush=True,
    )
    if run.config.init_from and run.config.warmup_steps:
        print(
            "Note: the warm-up erases the style of `init_from`; "
            "`warmup_steps`=0 keeps it."
        )


@contextlib.contextmanager
def _translating_errors(run, generator):
    """Turns TensorFlow's errors into messages for the user."""
    config = run.config
    try:
        with devices.memory_advice(
            f"`batch_size`={config.batch_size}",
            f"`image_size`={config.image_size}",
            f"`filters`={generator.filters}",
            hint="Other values need another `workdir`; after the warm-up, "
            f"`init_from`={run.workdir} `warmup_steps`=0 keeps its result.",
        ):
            yield
    except tf.errors.OpError as error:
        for source in filter(None, (run.photos, run.cartoons, run.people)):
            damaged = source.first_damaged()
            if damaged is not None:
                raise errors.InputError(
                    f"{damaged} The last checkpoint is intact."
                ) from error
        raise
