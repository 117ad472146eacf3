"""CartoonGAN: photo in, cartoon out, in the style of your own frames."""

__version__ = "0.1.0"
