"""Conversion of the authors' released weights to a `Generator`.

The authors' generators (Chen et al., 2018) use BGR images, ours RGB: the
conversion swaps the channels of the first and last kernel.
"""

import pathlib

import keras

from cartoongan_tf.core import errors
from cartoongan_tf.nn import networks
from cartoongan_tf.nn import weight_files

OFFICIAL_EPSILON = 1e-9


def convert_official_generator(path: str | pathlib.Path) -> keras.Model:
    """Builds the authors' generator from their weights.

    Args:
        path: An `.npz` file with, for each convolution, `NAME.weight` of
            shape `(height, width, in, out)`, or `(height, width, out, in)`
            if transposed, and `NAME.bias`; for each instance normalization,
            `NAME.scale` and `NAME.shift`.

    Returns:
        A paper-size `Generator` with the authors' epsilon, for RGB images.

    Raises:
        InputError: If the file cannot be read, or holds other weights.
    """
    arrays = weight_files.read_arrays("weights", path)
    generator = networks.Generator(epsilon=OFFICIAL_EPSILON)
    names = list(_official_names())
    for variable, name in zip(generator.weights, names, strict=True):
        if name not in arrays or arrays[name].shape != tuple(variable.shape):
            found = arrays[name].shape if name in arrays else "nothing"
            raise errors.InputError(
                f"{path} is not the authors' generator: expected {name} of "
                f"shape {tuple(variable.shape)}, found {found}."
            )
        variable.assign(_to_rgb(name, arrays[name].astype("float32")))
    return generator


def _official_names():
    """Yields names of the arrays in the order of `Generator.weights`."""
    yield from _stage(["conv01_1"], "in01_1")
    yield from _stage(["conv02_1", "conv02_2"], "in02_1")
    yield from _stage(["conv03_1", "conv03_2"], "in03_1")
    for block in range(4, 12):
        yield from _stage([f"conv{block:02}_1"], f"in{block:02}_1")
        yield from _stage([f"conv{block:02}_2"], f"in{block:02}_2")
    yield from _stage(["deconv01_1", "deconv01_2"], "in12_1")
    yield from _stage(["deconv02_1", "deconv02_2"], "in13_1")
    yield from ("deconv03_1.weight", "deconv03_1.bias")


def _stage(convolutions, norm):
    for name in convolutions:
        yield from (f"{name}.weight", f"{name}.bias")
    yield from (f"{norm}.scale", f"{norm}.shift")


def _to_rgb(name, array):
    if name == "conv01_1.weight":
        return array[:, :, ::-1]
    if name.startswith("deconv03_1"):
        return array[..., ::-1]
    return array
