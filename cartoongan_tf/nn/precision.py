"""Mixed-precision copies of networks.

Weights are always float32. In mixed precision, convolutions compute in 16 bits,
and the output of a network, a cartoon or logits, is float32.
"""

import keras

from cartoongan_tf.nn import keras_settings

FLOAT32 = "float32"


def mixed_policy(compute_dtype: str) -> str:
    """Name of the dtype policy for `"bfloat16"` or `"float16"`."""
    return f"mixed_{compute_dtype}"


def copy_network(network: keras.Model, policy: str = FLOAT32) -> keras.Model:
    """Copies a network of this package and its weights.

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
