"""What is written in `keras.ops` alone, under JAX."""

import importlib.util
import os
import pathlib
import subprocess
import sys
import textwrap

import numpy as np
import pytest
import tensorflow as tf

from cartoongan_tf.filters import guided_filter
from cartoongan_tf.filters import inking
from cartoongan_tf.losses import augmentation
from cartoongan_tf.losses import losses

ROOT = pathlib.Path(__file__).parents[2]
SCRIPT = """
    import sys

    import feature_maps
    import jax
    import keras
    import numpy as np
    from keras import ops

    from cartoongan_tf.losses import augmentation
    from cartoongan_tf.losses import content_target
    from cartoongan_tf.nn import feature_discriminator
    from cartoongan_tf.filters import guided_filter
    from cartoongan_tf.filters import inking
    from cartoongan_tf.losses import losses
    from cartoongan_tf.nn import networks
    from cartoongan_tf.losses import objective

    assert keras.backend.backend() == "jax"
    photos, cartoons = np.load(sys.argv[1])
    uniform = ops.array([0.3, 0.6, 0.9])
    view = augmentation.Augmentation(6, 0.5).sample_view(uniform)
    np.savez(
        sys.argv[2],
        smoothed=guided_filter.smooth(photos),
        inked=inking.ink(photos),
        flat=losses.flat_loss(photos, cartoons),
        luminance=losses.luminance_loss(photos, cartoons),
        palette=losses.palette_loss(photos, cartoons),
        shown=view.crop(view.desaturate(photos)),
    )

    keras.utils.set_random_seed(0)
    maps = feature_maps.make((4, 5, 6))
    discriminator = feature_discriminator.FeatureDiscriminator((4, 5, 6), 8)
    discriminator.adapt([maps(cartoons)])
    assert discriminator.is_adapted
    optimizer = keras.optimizers.Adam(0.01, 0.0, 0.99)
    optimizer.build(discriminator.trainable_variables)
    fixed = [v.value for v in discriminator.non_trainable_variables]

    def loss_of(weights):
        def judge(images):
            return discriminator.stateless_call(weights, fixed, maps(images))[0]

        return losses.feature_discriminator_loss(
            judge(cartoons), judge(0.1 * cartoons), judge(photos)
        )

    weights = [v.value for v in discriminator.trainable_variables]
    before, gradients = jax.jit(jax.value_and_grad(loss_of))(weights)
    optimizer.apply(gradients)
    kernels = [v for v in discriminator.trainable_variables if v.ndim == 4]
    for kernel in kernels:
        matrix = np.asarray(kernel).reshape(-1, kernel.shape[-1])
        assert abs(np.linalg.norm(matrix, 2) - 1) < 0.01
    weights = [v.value for v in discriminator.trainable_variables]
    assert loss_of(weights) < before

    generator = networks.new_generator("light", 4, 1)
    aim = objective.Objective(
        maps, 1.0, 1.0, 1.0, luminance_weight=1.0, flat_weight=1.0,
        palette_weight=1.0, target=content_target.ContentTarget("inked"),
        pixel_weight=1.0,
        people=1, people_content=2.0,
    )

    def total(weights):
        states = [v.value for v in generator.non_trainable_variables]
        images, _ = generator.stateless_call(weights, states, photos)
        found = aim.reconstruction_terms(
            photos, images, view=view, cartoons=cartoons
        )
        logits = discriminator(aim.extract_features(images, view))
        found["feature_adversarial"] = losses.feature_generator_loss(logits)
        return sum(aim.weights[name] * term for name, term in found.items())

    weights = [v.value for v in generator.trainable_variables]
    gradients = jax.jit(jax.grad(total))(weights)
    assert all(np.isfinite(one).all() for one in gradients)
    assert np.any(gradients[0])
"""


@pytest.mark.slow
@pytest.mark.skipif(
    importlib.util.find_spec("jax") is None, reason="JAX is not installed"
)
def test_losses_views_and_heads_are_the_same_under_jax(random, tmp_path):
    images = random.uniform(-1, 1, (2, 2, 32, 32, 3)).astype("float32")
    np.save(tmp_path / "images.npy", images)
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            textwrap.dedent(SCRIPT),
            str(tmp_path / "images.npy"),
            str(tmp_path / "found.npz"),
        ],
        env=os.environ
        | {
            "KERAS_BACKEND": "jax",
            "JAX_PLATFORMS": "cpu",
            "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'tests/support'}",
        },
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    photos, cartoons = images
    view = augmentation.Augmentation(6, 0.5).sample_view(
        tf.constant([0.3, 0.6, 0.9])
    )
    expected = {
        "smoothed": guided_filter.smooth(photos),
        "inked": inking.ink(photos),
        "flat": losses.flat_loss(photos, cartoons),
        "luminance": losses.luminance_loss(photos, cartoons),
        "palette": losses.palette_loss(photos, cartoons),
        "shown": view.crop(view.desaturate(photos)),
    }
    found = np.load(tmp_path / "found.npz")
    for name, value in expected.items():
        # Steep steps between tones multiply what is lost by rounding.
        atol = 5e-5 if name == "inked" else 1e-5
        np.testing.assert_allclose(found[name], value, 1e-4, atol, name)
