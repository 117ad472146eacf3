"""The batches of a run: what its settings mean to `pipeline.py`."""

import hashlib

import tensorflow as tf

from cartoongan_tf.data import crop_matching
from cartoongan_tf.data import edge_smoothing
from cartoongan_tf.data import image_source
from cartoongan_tf.data import pipeline
from cartoongan_tf.training import runs

_WINDOWS_FILE = "windows.npz"


def warm_up(
    run: runs.Run, steps: range, share: pipeline.Share = pipeline.WHOLE
) -> tf.data.Dataset:
    """Photos for some steps of the content-only phase."""
    return pipeline.photo_batches(
        run.photos, steps=steps, share=share, **_settings(run)
    )


def adversarial(
    run: runs.Run, steps: range, share: pipeline.Share = pipeline.WHOLE
) -> tf.data.Dataset:
    """Triples `(photos, cartoons, smoothed)` for some steps of the other."""
    return pipeline.training_batches(
        run.photos,
        run.cartoons,
        steps=steps,
        smoothing=smoothing_of(run.config),
        windows=windows_of(run),
        stray_share=run.config.stray_share,
        share=share,
        **_settings(run),
    )


def crops_of(config: runs.TrainConfig) -> pipeline.Crops:
    """Crop settings of a run."""
    return pipeline.Crops(
        config.image_size,
        config.smallest_crop,
        config.largest_crop,
        config.horizontal_flip,
    )


def smoothing_of(config: runs.TrainConfig) -> edge_smoothing.Smoothing:
    """Edge-smoothing settings of a run."""
    return edge_smoothing.Smoothing(
        low=config.edge_low,
        high=config.edge_high,
        dilation=config.edge_dilation,
        kernel=config.smoothing_kernel,
        blur=config.smoothing,
    )


def windows_of(run: runs.Run) -> crop_matching.Windows | None:
    """Measured crops of the cartoons, for a run that matches crops.

    They are measured at the first call, and kept in the run's folder.
    """
    config = run.config
    if not config.match_crops:
        return None
    crops = crops_of(config)
    return crop_matching.load_windows(
        pipeline.cut_windows(run.cartoons, crops, config.seed),
        crop_matching.window_count(len(run.cartoons)),
        run.workdir / _WINDOWS_FILE,
        _summarize(
            crops,
            config.seed,
            config.denoise_cartoons,
            *map(image_source.state_of, run.cartoons.paths),
        ),
        config.most_white,
    )


def _settings(run):
    return {
        "batch_size": run.config.batch_size,
        "seed": run.config.seed,
        "crops": crops_of(run.config),
        "people": _people_of(run),
    }


def _people_of(run):
    if run.people is None:
        return None
    return pipeline.People(run.people, run.config.people_count)


def _summarize(*parts):
    return hashlib.sha256(repr(parts).encode()).hexdigest()
