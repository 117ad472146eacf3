"""The batches of a run: what its settings mean to `data.py`."""

import tensorflow as tf

from cartoongan_tf import data
from cartoongan_tf import edges
from cartoongan_tf import runs


def warm_up(run: runs.Run, steps: range) -> tf.data.Dataset:
    """Photos for some steps of the content-only phase."""
    return data.photo_batches(run.photos, steps=steps, **_settings(run.config))


def adversarial(run: runs.Run, steps: range) -> tf.data.Dataset:
    """Triples `(photos, cartoons, smoothed)` for some steps of the other."""
    return data.training_batches(
        run.photos,
        run.cartoons,
        steps=steps,
        smoothing=smoothing_of(run.config),
        **_settings(run.config),
    )


def crops_of(config: runs.TrainConfig) -> data.Crops:
    """How a run cuts squares out of pictures."""
    return data.Crops(
        config.image_size,
        config.smallest_crop,
        config.largest_crop,
        config.mirror,
    )


def smoothing_of(config: runs.TrainConfig) -> edges.Smoothing:
    """How a run smooths edges."""
    return edges.Smoothing(
        low=config.edge_low,
        high=config.edge_high,
        dilation=config.edge_dilation,
        kernel=config.smoothing_kernel,
        blur=config.smoothing,
    )


def _settings(config):
    return {
        "batch_size": config.batch_size,
        "seed": config.seed,
        "crops": crops_of(config),
    }
