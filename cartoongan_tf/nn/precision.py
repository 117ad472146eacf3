"""Copies of networks that compute in another precision.

Weights are float32 in either. In mixed precision, convolutions compute in 16
bits, and what leaves a network is float32: a cartoon, or logits.
"""

import keras

from cartoongan_tf.nn import keras_settings

FLOAT32 = "float32"


def mixed(compute_dtype: str) -> str:
    """Name of the policy that computes in `"bfloat16"` or `"float16"`."""
    return f"mixed_{compute_dtype}"


def copy_network(network: keras.Model, policy: str = FLOAT32) -> keras.Model:
    """Copies a network of this package, weights and all.

    Args:
        network: A generator or a discriminator.
        policy: Name of the `keras.DTypePolicy` of the copy.
    """
    with keras_settings.fixed(policy):
        copy = type(network).from_config(
            {**network.get_config(), "dtype": policy}
        )
    copy.set_weights(network.get_weights())
    return copy
