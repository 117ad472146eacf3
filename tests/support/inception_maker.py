"""Makes weights of the Inception network of 2015, with few channels."""

import numpy as np

CHANNELS = 4  # Of every convolution; a mixed block has four times as many.

_STEM = {"conv": 3, "conv_1": 3, "conv_2": 3, "conv_3": 1, "conv_4": 3}
_WIDE = {
    "conv": (1, 1),
    "tower_conv": (1, 1),
    "tower_conv_1": (5, 5),
    "tower_1_conv": (1, 1),
    "tower_1_conv_1": (3, 3),
    "tower_1_conv_2": (3, 3),
    "tower_2_conv": (1, 1),
}
_REDUCTION = {
    "conv": (3, 3),
    "tower_conv": (1, 1),
    "tower_conv_1": (3, 3),
    "tower_conv_2": (3, 3),
}
_NARROW = {
    "conv": (1, 1),
    "tower_conv": (1, 1),
    "tower_conv_1": (1, 7),
    "tower_conv_2": (7, 1),
    "tower_1_conv": (1, 1),
    "tower_1_conv_1": (7, 1),
    "tower_1_conv_2": (1, 7),
    "tower_1_conv_3": (7, 1),
    "tower_1_conv_4": (1, 7),
    "tower_2_conv": (1, 1),
}


def make_weights(path, seed=0):
    """Writes an `.npz` file of random weights."""
    random = np.random.default_rng(seed)
    arrays = {}
    for name, size, inputs in _convolutions():
        fan_in = size[0] * size[1] * inputs
        kernel = random.normal(size=(*size, inputs, CHANNELS))
        # Twice as much as keeps the scale: few channels easily die out.
        arrays[f"{name}_kernel"] = kernel * (4 / fan_in) ** 0.5
        arrays[f"{name}_bias"] = random.normal(0, 0.1, CHANNELS)
    np.savez(path, **{k: v.astype("float32") for k, v in arrays.items()})
    return path


def _convolutions():
    """Name, size and number of input channels of each."""
    for name, side in _STEM.items():
        yield name, (side, side), 3 if name == "conv" else CHANNELS
    inputs = CHANNELS
    for number in range(8):
        block = f"mixed_{number}" if number else "mixed"
        sizes = _WIDE if number < 3 else _REDUCTION if number == 3 else _NARROW
        for name, size in sizes.items():
            is_first = name in ("conv", "tower_conv", "tower_1_conv")
            is_first |= name == "tower_2_conv"
            yield f"{block}_{name}", size, inputs if is_first else CHANNELS
        inputs = 2 * CHANNELS + inputs if number == 3 else 4 * CHANNELS
