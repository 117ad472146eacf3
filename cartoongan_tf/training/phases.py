"""The two training phases, each one call of `fit` that can resume.

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

# Adam's betas if a discriminator works on features, as in StyleGAN and
# projected GANs (Karras et al., 2019; Sauer et al., 2021).
_FEATURE_BETAS = {"beta_1": 0.0, "beta_2": 0.99}
_NORMALIZATION_CARTOONS = 64  # Cartoons whose features set the normalization.


class Discriminators(NamedTuple):
    """Discriminators of a run; None for an absent one.

    Attributes:
        patch: The paper's discriminator, on pixels.
        feature: A `FeatureDiscriminator`.
    """

    patch: keras.Model | None
    feature: keras.Model | None

    def by_name(self) -> dict[str, keras.Model]:
        """The present discriminators by file name, without suffix."""
        both = {PATCH: self.patch, FEATURE: self.feature}
        return {name: network for name, network in both.items() if network}


class Outcome(NamedTuple):
    """Result of a phase.

    Attributes:
        generator: Averaged generator, to evaluate and to save.
        is_complete: Whether all steps are done.
        problem: Divergence that stopped the phase, if any; the generator is
            then that of the last checkpoint.
    """

    generator: keras.Model
    is_complete: bool
    problem: divergence_guard.Diverged | None = None


def has_begun_adversarial(run: runs.Run) -> bool:
    """Whether the adversarial phase has a checkpoint."""
    return checkpoints.exist(run.checkpoint_path(runs.ADVERSARIAL))


def run_warm_up(
    run: runs.Run, generator: keras.Model, content_features: Callable
) -> Outcome:
    """Runs the warm-up phase, which trains the generator alone.

    Args:
        run: The run.
        generator: Generator, trained in place.
        content_features: Feature function for the content loss
            (`perceptual_features.py`).

    Returns:
        Trained generator, and whether the phase is complete.
    """
    config = run.config
    is_over = has_begun_adversarial(run)
    _check_shared(run, is_over)
    if is_over:
        return Outcome(generator, is_complete=True)
    with run.cluster.scope():
        phase = cartoongan.WarmUp(
            generator, objectives.warm_up(run, content_features)
        )
        phase.compile(optimizers.warm_up(config))

    return _run_phase(
        run, runs.WARM_UP, phase, batches.warm_up, 0, config.warmup_steps
    )


def run_adversarial(
    run: runs.Run,
    generator: keras.Model,
    discriminators: Discriminators,
    content_features: Callable,
    inception_features: inception.Inception | None = None,
) -> Outcome:
    """Runs the adversarial phase.

    Args:
        run: The run.
        generator: Generator, trained in place.
        discriminators: Discriminators, trained in place.
        content_features: Feature function for the content loss
            (`perceptual_features.py`).
        inception_features: Inception features for `evaluate_every`, if set.

    Returns:
        Generator, the moving average if `ema_momentum` is set, and whether the
        phase is complete.
    """
    with run.cluster.scope():
        phase = compile_gan(
            run.config,
            generator,
            discriminators,
            objectives.adversarial(run, content_features),
        )
    is_new = not has_begun_adversarial(run)
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
        inception_features,
    )


def compile_gan(
    config: runs.TrainConfig,
    generator: keras.Model,
    discriminators: Discriminators,
    generator_objective: objective.Objective,
) -> cartoongan.CartoonGAN:
    """Builds and compiles the model of the adversarial phase.

    Args:
        config: Settings of the run.
        generator: Generator, trained in place.
        discriminators: Discriminators, trained in place.
        generator_objective: Objective of the generator.
    """
    phase = cartoongan.CartoonGAN(
        generator,
        discriminators.patch,
        generator_objective,
        feature_discriminator=discriminators.feature,
        adversarial_loss=config.adversarial_loss,
        gradient_penalty_weight=config.gradient_penalty_weight,
        image_pool=_build_pool(config),
        augmentations=augmentation.Augmentation(
            config.feature_shift, config.gray_share
        ),
        features_every=config.features_every,
        seed=config.seed,
    )
    phase.compile(
        optimizers.adversarial(
            config.generator_learning_rate,
            config,
            use_ema=config.ema_momentum > 0,
            ema_momentum=config.ema_momentum,
        ),
        optimizers.adversarial(
            config.discriminator_learning_rate,
            config,
            **(_FEATURE_BETAS if discriminators.feature else {}),
        ),
    )
    return phase


def _adapt(run, phase):
    """Sets the feature normalization from the first cartoons."""
    steps = range(-(-_NORMALIZATION_CARTOONS // run.config.batch_size))
    phase.feature_discriminator.adapt(
        phase.objective.extract_features(cartoons, augmentation.IDENTITY)
        for _, cartoons, _ in batches.adversarial(run, steps)
    )


def _run_phase(
    run, name, phase, make_batches, offset, steps, inception_features=None
):
    checkpoint = run.checkpoint_path(name)
    start = checkpoints.restore(phase, checkpoint)
    _check_shared(run, start)
    print(f"Phase {name}: {start} of {steps} steps done.", flush=True)
    if start >= steps:
        return Outcome(phase.averaged_generator, is_complete=True)
    stop = callbacks.StopOnSignal(run.cluster.total)
    in_all_workers = [
        stop,
        divergence_guard.DivergenceGuard(phase.objective),
    ]
    with contextlib.ExitStack() as resources:
        before, after = [], []
        if run.cluster.is_chief:
            log = run_log.RunLog(run.workdir, (offset + start) or -1)
            resources.callback(log.close)
            before = _observers(
                run, log, name, offset, steps, inception_features
            )
            every = run.config.checkpoint_every
            after = [
                callbacks.Checkpoints(checkpoint, every=every, last=steps),
                callbacks.Progress(),
            ]
        try:
            run.cluster.fit(
                phase,
                functools.partial(make_batches, run),
                range(start, steps),
                [*before, *in_all_workers, *after],
            )
        except divergence_guard.Diverged as problem:
            if not checkpoints.restore(phase, checkpoint):
                raise
            return Outcome(phase.averaged_generator, False, problem)
    return Outcome(phase.averaged_generator, not stop.has_stopped)


def _check_shared(run, progress):
    """Raises an error if the workers found different checkpoints."""
    cluster = run.cluster
    if cluster.total(progress) != progress * cluster.workers:
        raise errors.InputError(
            f"`workdir`={run.workdir} of worker {cluster.worker} does not "
            "hold the same checkpoints as that of the others; name one folder "
            "that all workers share."
        )


def _observers(run, log, name, offset, steps, inception_features):
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
    if inception_features:
        observers.append(
            evaluation_callback.Evaluations(
                log,
                name,
                run.workdir,
                run.holdout,
                run.cartoons.paths,
                inception_features,
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
