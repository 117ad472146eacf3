"""Implements `cartoongan train`; see `train_usage`."""

import contextlib
import dataclasses
import os
from typing import Any

from cartoongan_tf.commands import train_usage
from cartoongan_tf.core import atomic_files
from cartoongan_tf.core import devices
from cartoongan_tf.core import folder_lock
from cartoongan_tf.data import image_source
from cartoongan_tf.evaluation import inception
from cartoongan_tf.losses import perceptual_features
from cartoongan_tf.training import config
from cartoongan_tf.training import distribution
from cartoongan_tf.training import runs
from cartoongan_tf.training import trainer

FLAGS = train_usage.FLAGS

_PATHS = (
    "cache",
    "cartoon_dir",
    "inception_weights",
    "init_from",
    "people_dir",
    "photo_dir",
    "teacher",
    "vgg19_weights",
    "workdir",
)
_NO_PATHS = ("imagenet", image_source.MEMORY, image_source.NO_CACHE)


def main(_):
    settings = config_from_flags()
    devices.prepare(settings.deterministic)
    joined = distribution.join(settings)
    with joined.scope():
        content = content_features(settings)
    inception_features = evaluation_features(settings)
    with (
        joined.reporting_lost_workers(),
        alone_or_silent(joined, settings.workdir),
    ):
        with joined.chief_first():
            run = runs.open_run(settings, joined)
        if joined.is_chief:
            record_flags(run.workdir)
        trainer.train(run, content, inception_features)
        print(f"Wrote {run.workdir / 'generator.keras'}")


@contextlib.contextmanager
def alone_or_silent(joined, workdir):
    """Locks the run's folder on the chief; silences the other workers."""
    if joined.is_chief:
        with folder_lock.held("workdir", workdir):
            yield
    else:
        with (
            open(os.devnull, "w") as nowhere,
            contextlib.redirect_stdout(nowhere),
        ):
            yield


def config_from_flags():
    fields = dataclasses.fields(config.TrainConfig)
    values: dict[str, Any] = {f.name: FLAGS[f.name].value for f in fields}
    return config.TrainConfig(**values)


def content_features(settings):
    if settings.content_features == "pyramid":
        return perceptual_features.pyramid
    load = perceptual_features.load_vgg19
    if settings.has_feature_discriminator:
        load = perceptual_features.load_vgg19_maps
    is_mixed = settings.mixed_precision != "none"
    precision = settings.compute_dtype if is_mixed else "float32"
    return load(settings.vgg19_weights, precision)


def evaluation_features(settings):
    if settings.evaluate_every is None:
        return None
    return inception.load_inception(settings.inception_weights)


def record_flags(workdir):
    own = FLAGS.get_key_flags_for_module(train_usage)
    lines = [_serialize(f) + "\n" for f in own if f.value is not None]
    atomic_files.write_text(workdir / "train.flags", "".join(lines))


def _serialize(flag):
    """Returns a line for a flag file; paths become absolute."""
    is_path = flag.name in _PATHS and flag.value not in _NO_PATHS
    if is_path and os.path.exists(flag.value):
        return f"--{flag.name}={os.path.abspath(flag.value)}"
    return flag.serialize()
