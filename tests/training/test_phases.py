import feature_maps
import keras
import numpy as np
import pytest
import tensorflow as tf

from cartoongan_tf.nn import feature_discriminator
from cartoongan_tf.nn import networks
from cartoongan_tf.training import cartoongan
from cartoongan_tf.training import config
from cartoongan_tf.training import objectives
from cartoongan_tf.training import phases

FOLDERS = {"photo_dir": "p", "cartoon_dir": "c", "workdir": "w"}
CHANNELS = (4, 5, 6)


def settings(**changes):
    return config.TrainConfig(**FOLDERS, **changes)


def test_a_run_minimizes_the_losses_of_the_paper_by_default(random):
    """Adversarial, and omega times content; and a step does descend that."""
    images = random.uniform(-1, 1, (3, 2, 32, 32, 3)).astype("float32")
    photos, cartoons, smoothed = batch = tuple(map(tf.constant, images))
    maps = feature_maps.make(CHANNELS)
    gan = cartoongan.CartoonGAN(
        networks.Generator(4, 1),
        networks.Discriminator(4),
        objectives.from_config(settings(), maps),
        adversarial_loss=settings().adversarial_loss,
    )
    gan.compile(keras.optimizers.Adam(), keras.optimizers.Adam())
    generated = gan.generator(photos)
    real, blurred, fake = map(
        gan.discriminator, (cartoons, smoothed, generated)
    )
    content = np.abs(maps(photos)[-1] - maps(generated)[-1]).mean()
    adversarial = np.mean((fake - 1) ** 2)
    expected = {
        "content_loss": content,
        "adversarial_loss": adversarial,
        "total_loss": adversarial + 1.5e-4 * content,
        "discriminator_loss": np.mean((real - 1) ** 2)
        + np.mean(blurred**2)
        + np.mean(fake**2),
    }
    report = gan.train_step(batch)
    found = {n: float(v) for n, v in report.items() if n.endswith("_loss")}
    assert found == pytest.approx(expected, rel=1e-3)


def test_only_a_patch_discriminator_has_a_pool_of_old_fakes():
    """An unused one would be 40 MB of each checkpoint."""
    for kind in config.DISCRIMINATORS:
        small = settings(discriminator=kind, image_size=32, image_pool=8)
        pool = phases._build_pool(small)
        assert (pool is None) == (kind == "features")
    assert phases._build_pool(settings(image_pool=0)) is None


def test_discriminators_are_listed_by_file_name():
    patch = networks.Discriminator(4)
    feature = feature_discriminator.FeatureDiscriminator(CHANNELS, 4)
    both = phases.Discriminators(patch, feature)
    assert both.by_name() == {
        "discriminator": patch,
        "feature_discriminator": feature,
    }
    alone = phases.Discriminators(None, feature)
    assert list(alone.by_name()) == ["feature_discriminator"]
