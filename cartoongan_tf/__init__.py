"""CartoonGAN: photo in, cartoon out, in the style of your own frames."""

import os

# Before TensorFlow is imported, or its start-up notes drown our own lines.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "1")

__version__ = "0.1.0"
