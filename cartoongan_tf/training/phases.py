"""The two phases of training, each one call of `fit` from where it stopped.

Chen et al. (2018), section 3.2.3: the generator first learns to keep the
content of photos, then competes with the discriminator.
"""

import contextlib
import functools
from collections.abc import Callable
from typing import NamedTuple

import keras

from cartoongan_tf.core import errors
from cartoongan_tf.evaluation import inception
from cartoongan_tf.losses import augmentation
from cartoongan_tf.losses import objective
from cartoongan_tf.training import batches
from cartoongan_tf.training import callbacks
from cartoongan_tf.training import cartoongan
from cartoongan_tf.training import checkpoints
from cartoongan_tf.training import divergence_guard
from cartoongan_tf.training import evaluation_callback
from cartoongan_tf.training import image_pool
from cartoongan_tf.training import objectives
from cartoongan_tf.training import optimizers
from cartoongan_tf.training import run_log
from cartoongan_tf.training import runs

PATCH = "discriminator"
FEATURE = "feature_discriminator"

# Adam's betas for discriminators one of which looks at features, as in
# StyleGAN and projected GANs (Karras et al., 2019; Sauer et al., 2021).
_FEATURE_BETAS = {"beta_1": 0.0, "beta_2": 0.99}
_NORMALIZATION_CARTOONS = 64  # Cartoons that normalize the features.


class Discriminators(NamedTuple):
    """The discriminators of a run; None for one that it does without.

    Attributes:
        patch: The paper's, which looks at pixels.
        feature: A `FeatureDiscriminator`.
    """

    patch: keras.Model | None
    feature: keras.Model | None

    def by_name(self) -> dict[str, keras.Model]:
        """Those that there are, by the name of their files."""
        both = {PATCH: self.patch, FEATURE: self.feature}
        return {name: one for name, one in both.items() if one}


class Outcome(NamedTuple):
    """Result of a phase.

    Attributes:
        generator: The generator to look at and to keep.
        is_complete: Whether the phase is, and was not stopped by a signal.
        problem: Why it was stopped, if it did harm; the generator is then
            that of the last checkpoint.
    """

    generator: keras.Model
    is_complete: bool
    problem: errors.Diverged | None = None


def warm_up(
    run: runs.Run, generator: keras.Model, features: Callable
) -> Outcome:
    """Runs the content-only phase.

    Args:
        run: The run.
        generator: Trained in place.
        features: Feature function for the content loss
            (`perceptual_features.py`).

    Returns:
        The trained generator, and whether the phase is complete.
    """
    config = run.config
    is_over = checkpoints.exist(run.checkpoint_path(runs.ADVERSARIAL))
    _check_shared(run, is_over)
    if is_over:
        return Outcome(generator, is_complete=True)
    with run.cluster.scope():
        phase = cartoongan.WarmUp(
            generator, objectives.of_warm_up(run, features)
        )
        phase.compile(optimizers.of_warm_up(config))

    return _run_phase(
        run, runs.WARM_UP, phase, batches.warm_up, 0, config.warmup_steps
    )


def compete(
    run: runs.Run,
    generator: keras.Model,
    discriminators: Discriminators,
    features: Callable,
    describe: inception.Inception | None = None,
) -> Outcome:
    """Runs the adversarial phase.

    Args:
        run: The run.
        generator: Trained in place.
        discriminators: Trained in place.
        features: Feature function for the content loss
            (`perceptual_features.py`).
        describe: Inception features to evaluate by, if that is asked for.

    Returns:
        The generator, the average of those on the way if the settings ask for
        it, and whether the phase is complete.
    """
    with run.cluster.scope():
        phase = compile_gan(
            run.config,
            generator,
            discriminators,
            objectives.of_run(run, features),
        )
    with run.cluster.chief_first():
        batches.windows_of(run)  # Which the chief writes for all.
    is_new = not checkpoints.exist(run.checkpoint_path(runs.ADVERSARIAL))
    feature = discriminators.feature
    if feature and is_new and not feature.is_adapted:
        _adapt(run, phase)

    return _run_phase(
        run,
        runs.ADVERSARIAL,
        phase,
        batches.adversarial,
        run.config.warmup_steps,
        run.config.steps,
        describe,
    )


def compile_gan(
    config: runs.TrainConfig,
    generator: keras.Model,
    discriminators: Discriminators,
    minimized: objective.Objective,
) -> cartoongan.CartoonGAN:
    """Makes the model of the adversarial phase, with its optimizers.

    Args:
        config: Settings of the run.
        generator: Trained in place.
        discriminators: Trained in place.
        minimized: What the generator minimizes.
    """
    phase = cartoongan.CartoonGAN(
        generator,
        discriminators.patch,
        minimized,
        feature_discriminator=discriminators.feature,
        adversarial_loss=config.adversarial_loss,
        gradient_penalty_weight=config.gradient_penalty_weight,
        image_pool=_build_pool(config),
        views=augmentation.Augmentation(
            config.feature_shift, config.gray_share
        ),
        features_every=config.features_every,
        seed=config.seed,
    )
    phase.compile(
        optimizers.decaying(
            config.generator_learning_rate,
            config,
            use_ema=config.ema_momentum > 0,
            ema_momentum=config.ema_momentum,
        ),
        optimizers.decaying(
            config.discriminator_learning_rate,
            config,
            **(_FEATURE_BETAS if discriminators.feature else {}),
        ),
    )
    return phase


def _adapt(run, phase):
    """Normalizes features by those of the first cartoons."""
    steps = range(-(-_NORMALIZATION_CARTOONS // run.config.batch_size))
    phase.feature_discriminator.adapt(
        phase.objective.look(cartoons, augmentation.AS_IT_IS)
        for _, cartoons, _ in batches.adversarial(run, steps)
    )


def _run_phase(run, name, phase, batches_of, offset, steps, describe=None):
    checkpoint = run.checkpoint_path(name)
    start = checkpoints.restore(phase, checkpoint)
    _check_shared(run, start)
    print(f"Phase {name}: {start} of {steps} steps done.", flush=True)
    if start >= steps:
        return Outcome(phase.averaged_generator, is_complete=True)
    stop = callbacks.StopOnSignal(run.cluster.total)
    in_all_workers = [stop, divergence_guard.Guard(phase.objective)]
    with contextlib.ExitStack() as resources:
        before, after = [], []
        if run.cluster.is_chief:
            log = run_log.RunLog(run.workdir, (offset + start) or -1)
            resources.callback(log.close)
            before = _observers(run, log, name, offset, steps, describe)
            every = run.config.checkpoint_every
            after = [
                callbacks.Checkpoints(checkpoint, every=every, last=steps),
                callbacks.Progress(),
            ]
        try:
            run.cluster.fit(
                phase,
                functools.partial(batches_of, run),
                range(start, steps),
                [*before, *in_all_workers, *after],
            )
        except errors.Diverged as problem:
            if not checkpoints.restore(phase, checkpoint):
                raise
            return Outcome(phase.averaged_generator, False, problem)
    return Outcome(phase.averaged_generator, not stop.has_stopped)


def _check_shared(run, progress):
    """Refuses to go on where workers found other checkpoints."""
    cluster = run.cluster
    if cluster.total(progress) != progress * cluster.workers:
        raise errors.InputError(
            f"`workdir`={run.workdir} of worker {cluster.worker} holds other "
            "checkpoints than that of others; name one folder that all "
            "workers see."
        )


def _observers(run, log, name, offset, steps, describe):
    observers = [
        callbacks.LossLog(log, name, offset),
        callbacks.SampleGrids(
            log,
            run.workdir / "results",
            run.photos.paths,
            offset=offset,
            every=run.config.sample_every,
            last=offset + steps,
            image_size=run.config.image_size,
            seed=run.config.seed,
        ),
    ]
    if describe:
        observers.append(
            evaluation_callback.Evaluations(
                log,
                name,
                run.workdir,
                run.holdout,
                run.cartoons.paths,
                describe,
                offset=offset,
                every=run.config.evaluate_every,
                last=offset + steps,
            )
        )
    return observers


def _build_pool(config):
    if not (config.image_pool and config.has_patch_discriminator):
        return None
    return image_pool.ImagePool(
        config.image_pool, config.image_size, config.seed
    )
