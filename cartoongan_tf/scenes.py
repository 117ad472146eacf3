"""The drawn cartoons of the quick start: flat colors and bold outlines.

They stand in for the frames of a film, which a project cannot hand out. What a
discriminator is to learn from them is the same in each: one ink, one width of
line however large the object, and at most two tones an object, the darker one
on the lower right.

Pictures are uint8 RGB. Everything is drawn in coordinates of its own: x points
right, y up, and an object stands on the origin and is about one unit high. The
picture itself is the unit square.
"""

import dataclasses

import cv2
import numpy as np

_OVERSAMPLING = 3  # drawn so many times larger, then shrunk: smooth contours
_LINE = 0.011  # width of a contour, in sides of the picture: 2.8 pixels of 256
_SUBPIXEL = 3  # binary digits of a coordinate behind the point


def _palette(colors):
    return [tuple(bytes.fromhex(color)) for color in colors.split()]


_INK = _palette("1c1824")[0]
_WHITE, _CREAM, _BLUSH, _RED, _GOLD, _SILVER = _palette(
    "fafaf5 f4e3c0 f09a8c d8403a f8c83c b9c0c8"
)
_SKIN = _palette("ffdcbc f6c39a e0a070 b87a4e 82533a")
_HAIR = _palette("2e2a35 4a2f28 7a4a2c c8853a f0cc6c b04a2c a8a8ae")
_FUR = _palette("e8954a 8a5a3a 9a9aa2 f0e8dc 3a3840 c8a078")
_CLOTHES = _palette(
    "d8403a 2c4a86 2f7d5c f2b632 6b3f7c 34363f 8d939c e9e4d6 3f9fd0 e87f9c"
)
_WALLS = _palette("f2dca8 e9a97a d9705a c9d3d6 f3efe2 8fb7c9 b98a66 e6b8b0")
_ROOFS = _palette("b5442f 7c3b34 3c4f74 55596a 8a5a34 3f6f62")
_LEAVES = _palette("5fae4a 3f8a45 8cc152 2c6a45 c9b53e d98a35")
_GRASS = _palette("8cc860 6fb552 a8cf68 4f9a50")
_WOOD = _palette("8a5a38 6a4430 a9764a")
_STONE = _palette("9a9ea6 7b7f88 c2bfb6 a89f90")
_FRUIT = _palette("d8403a f2b632 e8823a 8cc152 7a3f74 f0d84c")
_GLASS = _palette("9fd4e8 6fb0d8 3f6a98")


@dataclasses.dataclass(frozen=True)
class _Light:
    upper_sky: tuple
    lower_sky: tuple
    tint: tuple = (1.0, 1.0, 1.0)  # factors of red, green and blue


_LIGHTS = (
    _Light(*_palette("6fbdea a9dcf2")),
    _Light(*_palette("4a9bdc 8cc8ee")),
    _Light(*_palette("a9c4d4 d3dee0"), tint=(0.9, 0.92, 0.94)),
    _Light(*_palette("f09a5c f8cc7c"), tint=(1.0, 0.86, 0.74)),
    _Light(*_palette("2a3a78 46609c"), tint=(0.62, 0.66, 0.86)),
)


@dataclasses.dataclass(frozen=True)
class _Pen:
    """Draws in the coordinates of one object, and decides what is random."""

    pixels: np.ndarray
    rng: np.random.Generator
    light: _Light
    x: float
    y: float
    unit: float

    def at(self, x, y, height, mirrored=False):
        """The pen of an object that stands on (x, y)."""
        return dataclasses.replace(
            self,
            x=self.x + x * self.unit,
            y=self.y - y * abs(self.unit),
            unit=self.unit * height,
        )

    def between(self, low, high):
        return float(self.rng.uniform(low, high))

    def pick(self, choices):
        return choices[self.rng.integers(len(choices))]

    def chance(self, probability):
        return self.rng.random() < probability
