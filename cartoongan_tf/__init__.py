"""CartoonGAN: photo in, cartoon out, in the style of your own frames.

from cartoongan_tf import Cartoonizer
"""

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cartoongan_tf.cartoonize.cartoonizer import Cartoonizer

__version__ = "1.0.0"
__all__ = ["Cartoonizer", "__version__"]

# Keras looks once, when it is imported. ~/.keras/keras.json would come next.
os.environ.setdefault("KERAS_BACKEND", "tensorflow")


def __getattr__(name):
    """Imports `Cartoonizer`, and with it TensorFlow, when it is asked for."""
    if name != "Cartoonizer":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from cartoongan_tf.cartoonize import cartoonizer

    return cartoonizer.Cartoonizer
