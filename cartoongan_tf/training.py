"""One run: warm-up phase, adversarial phase, the networks saved.

Chen et al. (2018), section 3.2.3, and the schedule of the authors' code. The
folder of a run holds its settings, checkpoints, log, TensorBoard events and
sample grids, and at its end `generator.keras` and `discriminator.keras`.
"""

import contextlib
import dataclasses
import pathlib
import shutil
from collections.abc import Callable

import keras
import tensorflow as tf

from cartoongan_tf import artifacts
from cartoongan_tf import callbacks
from cartoongan_tf import checkpoints
from cartoongan_tf import curves
from cartoongan_tf import data
from cartoongan_tf import devices
from cartoongan_tf import errors
from cartoongan_tf import files
from cartoongan_tf import image_pool
from cartoongan_tf import model
from cartoongan_tf import networks
from cartoongan_tf import pictures
from cartoongan_tf import run_log
from cartoongan_tf import run_record
from cartoongan_tf import samples
from cartoongan_tf import schedules
from cartoongan_tf.config import TrainConfig

DISCRIMINATOR_FILE = "discriminator.keras"

_WARM_UP = "warm_up"
_ADVERSARIAL = "adversarial"
_BETA_1 = 0.5  # Adam's, as in the authors' code.
_ADAM_COPIES = 3  # Of each weight: itself and two moments.
_BYTES = 4  # In a float32.


@dataclasses.dataclass(frozen=True)
class Run:
    """A run whose settings and folders have been checked.

    Attributes:
        config: Its settings.
        photo_paths: The photos.
        cartoon_paths: The cartoons.
    """

    config: TrainConfig
    photo_paths: list[pathlib.Path]
    cartoon_paths: list[pathlib.Path]

    @property
    def workdir(self) -> pathlib.Path:
        """Folder that the run writes into."""
        return pathlib.Path(self.config.workdir)


def open_run(config: TrainConfig) -> Run:
    """Checks all that can be checked before training, and notes the settings.

    Args:
        config: Settings of the run.

    Raises:
        InputError: If a folder does not hold pictures, `workdir` holds a run
            with other settings, or the disk is too full for a checkpoint.
    """
    workdir = pathlib.Path(config.workdir)
    folders = {
        flag: pictures.list_pictures(
            samples.as_folder(name, workdir / "samples", flag), flag
        )
        for flag, name in (
            ("--photo_dir", config.photo_dir),
            ("--cartoon_dir", config.cartoon_dir),
        )
    }
    run = Run(config, folders["--photo_dir"], folders["--cartoon_dir"])
    if any(_checkpoint_path(run, p).exists() for p in (_WARM_UP, _ADVERSARIAL)):
        run_record.check(config, folders)
    run_record.write(config, folders)
    return run


def train(run: Run, features: Callable) -> keras.Model:
    """Runs both phases, from where the run stopped if it did.

    Args:
        run: A run of `open_run`.
        features: Feature function for the content loss (`features.py`).

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
    with _explained(run):
        is_complete = _warm_up(run, generator, features) and _compete(
            run, generator, discriminator, features
        )
    files.save_model(generator, run.workdir / artifacts.GENERATOR_FILE)
    files.save_model(discriminator, run.workdir / DISCRIMINATOR_FILE)
    curves.plot_losses(run.workdir)
    if not is_complete:
        raise KeyboardInterrupt(
            "Stopped and saved. Run the same command again to go on."
        )
    return generator


def _warm_up(run, generator, features):
    """The content-only phase; says whether it is complete."""
    config = run.config
    if _checkpoint_path(run, _ADVERSARIAL).exists():
        return True
    phase = model.ContentWarmUp(generator, features)
    phase.compile(keras.optimizers.Adam(config.warmup_learning_rate, _BETA_1))

    def batches(steps):
        return data.photo_batches(
            run.photo_paths, steps=steps, **_batch_settings(config)
        )

    return _run_phase(run, _WARM_UP, phase, batches, 0, config.warmup_steps)


def _compete(run, generator, discriminator, features):
    """The adversarial phase; says whether it is complete."""
    config = run.config
    phase = model.CartoonGAN(
        generator,
        discriminator,
        features,
        content_weight=config.content_weight,
        adversarial_loss=config.adversarial_loss,
        image_pool=_build_pool(config),
    )
    phase.compile(
        _decaying_adam(config.generator_learning_rate, config),
        _decaying_adam(config.discriminator_learning_rate, config),
    )

    def batches(steps):
        return data.training_batches(
            run.photo_paths,
            run.cartoon_paths,
            steps=steps,
            **_batch_settings(config),
        )

    offset = config.warmup_steps
    return _run_phase(run, _ADVERSARIAL, phase, batches, offset, config.steps)


def _run_phase(run, name, phase, batches, offset, steps):
    start = checkpoints.restore(phase, _checkpoint_path(run, name))
    if start >= steps:
        return True
    print(f"Phase {name}: {start} of {steps} steps done.", flush=True)
    log = run_log.RunLog(run.workdir, (offset + start) or -1)
    stop = callbacks.StopOnSignal()
    try:
        phase.fit(
            batches(range(start, steps)),
            shuffle=False,
            callbacks=[
                *_observers(run, log, name, offset, steps),
                stop,
                callbacks.Checkpoints(
                    _checkpoint_path(run, name),
                    every=run.config.checkpoint_every,
                    last=steps,
                ),
                callbacks.Progress(),
            ],
        )
    finally:
        log.close()
    return stop.received is None


def _observers(run, log, name, offset, steps):
    return [
        callbacks.LossLog(log, name, offset),
        callbacks.SampleGrids(
            log,
            run.workdir / "results",
            run.photo_paths,
            offset=offset,
            every=run.config.sample_every,
            last=offset + steps,
            image_size=run.config.image_size,
            seed=run.config.seed,
        ),
    ]


def _build_networks(config):
    if config.init_from is None:
        generator = networks.Generator(config.filters, config.blocks)
        return generator, networks.Discriminator(config.discriminator_filters)
    generator = artifacts.load_generator(config.init_from, "--init_from")
    _check_fit(generator, config, "filters", "filters")
    _check_fit(generator, config, "blocks", "blocks")
    path = pathlib.Path(config.init_from) / DISCRIMINATOR_FILE
    if not path.is_file():
        return generator, networks.Discriminator(config.discriminator_filters)
    discriminator = artifacts.load_network(
        path, networks.Discriminator, "--init_from"
    )
    _check_fit(discriminator, config, "filters", "discriminator_filters")
    return generator, discriminator


def _check_fit(network, config, attribute, flag):
    found, wanted = getattr(network, attribute), getattr(config, flag)
    if found != wanted:
        raise errors.InputError(
            f"--init_from={config.init_from} holds a network of another "
            f"architecture; pass --{flag}={found} (now {wanted})."
        )


def _build_pool(config):
    if not config.image_pool:
        return None
    return image_pool.ImagePool(
        config.image_pool, config.image_size, config.seed
    )


def _decaying_adam(learning_rate, config):
    start = config.decay_start
    if start is None:
        start = config.steps // 2
    schedule = schedules.LinearDecay(learning_rate, start, config.steps)
    return keras.optimizers.Adam(schedule, _BETA_1)


def _batch_settings(config):
    return {
        "image_size": config.image_size,
        "batch_size": config.batch_size,
        "seed": config.seed,
    }


def _checkpoint_path(run, phase):
    return run.workdir / "checkpoints" / f"{phase}.weights.h5"


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
    print(
        f"{len(run.photo_paths)} photos, {len(run.cartoon_paths)} cartoons; "
        f"a generator of {generator.count_params():,} parameters. Sample "
        f"grids, log and checkpoints go to {run.workdir}.",
        flush=True,
    )


@contextlib.contextmanager
def _explained(run):
    """Tells what a failure inside TensorFlow means to the user."""
    config = run.config
    try:
        with devices.memory_advice(
            f"--batch_size={config.batch_size}",
            f"--image_size={config.image_size}",
            f"--filters={config.filters}",
        ):
            yield
    except tf.errors.OpError as error:
        damaged = pictures.first_damaged(run.photo_paths + run.cartoon_paths)
        if damaged is None:
            raise
        raise errors.InputError(
            f"{damaged}; mend or remove it. The last checkpoint is whole."
        ) from error
