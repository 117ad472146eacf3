"""Training batches of a run: `data.pipeline` with the run's settings."""

import hashlib

import tensorflow as tf

from cartoongan_tf.data import crop_matching
from cartoongan_tf.data import edge_smoothing
from cartoongan_tf.data import image_source
from cartoongan_tf.data import pipeline
from cartoongan_tf.training import runs

_WINDOWS_FILE = "windows.npz"


def warm_up(
    run: runs.Run, steps: range, shard: pipeline.Shard = pipeline.UNSHARDED
) -> tf.data.Dataset:
    """Batches of photos for `steps` of the warm-up phase."""
    return pipeline.photo_batches(
        run.photos, steps=steps, shard=shard, **_settings(run)
    )


def adversarial(
    run: runs.Run, steps: range, shard: pipeline.Shard = pipeline.UNSHARDED
) -> tf.data.Dataset:
    """Batches `(photos, cartoons, smoothed)` for the adversarial phase."""
    return pipeline.training_batches(
        run.photos,
        run.cartoons,
        steps=steps,
        smoothing=smoothing_settings(run.config),
        windows=cartoon_windows(run),
        stray_share=run.config.stray_share,
        shard=shard,
        **_settings(run),
    )


def crop_settings(config: runs.TrainConfig) -> pipeline.Crops:
    """Crop settings of a run."""
    return pipeline.Crops(
        config.image_size,
        config.smallest_crop,
        config.largest_crop,
        config.horizontal_flip,
    )


def smoothing_settings(config: runs.TrainConfig) -> edge_smoothing.Smoothing:
    """Edge-smoothing settings of a run."""
    return edge_smoothing.Smoothing(
        low=config.edge_low,
        high=config.edge_high,
        dilation=config.edge_dilation,
        kernel=config.smoothing_kernel,
        blur=config.smoothing,
    )


def cartoon_windows(run: runs.Run) -> crop_matching.Windows | None:
    """Cartoon crops with their edge shares; None without `match_crops`.

    Measured at the first call, and cached in the run's folder.
    """
    config = run.config
    if not config.match_crops:
        return None
    crops = crop_settings(config)
    return crop_matching.load_windows(
        pipeline.cut_windows(run.cartoons, crops, config.seed),
        crop_matching.window_count(len(run.cartoons)),
        run.workdir / _WINDOWS_FILE,
        _digest(
            crops,
            config.seed,
            config.denoise_cartoons,
            *map(image_source.file_key, run.cartoons.paths),
        ),
        config.most_white,
    )


def _settings(run):
    return {
        "batch_size": run.config.batch_size,
        "seed": run.config.seed,
        "crops": crop_settings(run.config),
        "people": _people(run),
    }


def _people(run):
    if run.people is None:
        return None
    return pipeline.People(run.people, run.config.people_count)


def _digest(*parts):
    return hashlib.sha256(repr(parts).encode()).hexdigest()
