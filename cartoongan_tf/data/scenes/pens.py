"""A pen that draws objects with flat colors and one width of outline.

A drawing is a function of a pen. In its coordinates x runs from about -0.5 to
0.5, and y from 0, the ground, to about 1.
"""

import dataclasses
from collections.abc import Callable

import cv2
import numpy as np

_LINE = 0.0105  # width of a contour, in sides of the picture: 2.7 pixels of 256
_SHADOW = np.array((0.2, 0.24, 0.16))  # what a shadow takes off a color

# Of each color of an object one is picked, the same all over it.
_COLORS = {
    "dark": "1c1824",
    "white": "fafaf5",
    "cream": "f4e3c0 ffeecb",
    "red": "d8403a",
    "gold": "f8c83c",
    "skin": "ffdcbc f6c39a e8b080 b87a4e 8a5a40",
    "fur": "e8954a 8a5a3a 9a9aa2 f0e8dc 4a4852",
    "hair": "4a4456 5c3a30 7a4a2c c8853a f0cc6c b04a2c a8a8ae",
    "peak": "7b8fb0 8a7f98",
    "shirt": (
        "d8403a 2c4a86 2f7d5c f2b632 6b3f7c e9e4d6 3f9fd0 e87f9c 8d939c 3a3c48"
    ),
    "pants": "2c4a86 34363f 6a4430 8d939c 6b3f7c",
    "wood": "8a5a38 a9764a c8935c",
    "wall": "f2dca8 f2bc94 e08872 dce4e4 faf6e8 a8cfdf c9a078 f0c8c0",
    "rubber": "3a3844",
    "roof": "c8523c 8a443a 4a6390 6a6b80 a87044",
    "stone": "9a9ea6 7b7f88 c2bfb6 a89f90",
    "leaf": "6fbe54 4a9a4c 9cd060 2f7048 dcc84c e8993f",
    "needle": "5aa85a 3f8a45 4f9a8a",
    "grass": "8cc860 a8cf68 4f9a50 c8b860",
    "turf": "7cbf58 5fa84e 98c860 3f8a4a",
    "fruit": "d8403a f2b632 e8823a 8cc152 7a3f74 f0d84c",
    "water": "3f8fc0 56a8c8 2f6c98",
    "petal": "e8576a f2b632 f7f0e6 9a6fc0 5a8ad8 f08ab0",
}
# Sky, haze, glass, and white, by which all other colors are tinted.
_LIGHTS = {
    "day": "6fbdea a9dcf2 9fd4e8 ffffff",
    "noon": "4a9bdc 8cc8ee 6fb0d8 ffffff",
    "dusk": "ffaa66 ffdc90 ffe9a0 ffe6cc",
    "night": "40508c 6078a8 ffd870 d0c6da",
    "rain": "a9c4d4 d3dee0 a8bcc8 e6ebf2",
}
_LIT = ("sky", "haze", "glass")


@dataclasses.dataclass(frozen=True)
class Pen:
    """Draws in the coordinates of one object, and makes its random choices.

    Attributes:
        pixels: uint8 RGB array, square, to draw on.
        rng: Makes the choices.
        light: Colors of `_LIT` and of white, shape `(4, 3)`.
        x: Of the object's origin, in pixels.
        y: The same, from above.
        unit: In pixels; negative in a mirrored object.
        colors: Those picked for this object so far, by name.
    """

    pixels: np.ndarray
    rng: np.random.Generator
    light: np.ndarray
    x: float
    y: float
    unit: float
    colors: dict[str, np.ndarray]

    def one_of(self, *choices):
        """Chooses one, all of them as likely."""
        return choices[self.rng.integers(len(choices))]

    def between(self, low: float, high: float) -> float:
        """Chooses a number."""
        return self.rng.uniform(low, high)

    def draw(self, drawing: Callable, x=0.0, y=0.0, height=1.0) -> None:
        """Draws a part of this object, whose origin is at `(x, y)`."""
        drawing(self._at(x, y, height))

    def row(
        self,
        count: int,
        low: float,
        high: float,
        height: float,
        *drawings: Callable,
    ) -> None:
        """Draws objects side by side, each a different one.

        Args:
            count: How many.
            low: Least y.
            high: Largest y; the lower, the nearer, hence the larger.
            height: Of the nearest, about.
            *drawings: What may be drawn.
        """
        xs = self.rng.permutation(count) + self.rng.uniform(0.3, 0.7, count)
        ys = np.sort(self.rng.uniform(low, high, count))[::-1]
        for x, y in zip(xs / count - 0.5, ys, strict=True):
            scale = height * (1 - 0.3 * (y - low) / (high - low))
            scale *= self.one_of(-1, 1) * self.rng.uniform(0.85, 1.15)
            pen = dataclasses.replace(self._at(x, y, scale), colors={})
            self.one_of(*drawings)(pen)

    def ink(self, shape: np.ndarray) -> None:
        """Draws a line through the points of a shape."""
        width = round(_LINE * len(self.pixels))
        if max(cv2.boundingRect(shape)[2:]) > 2 * width:  # else it is a blot
            ink = _rgb(_COLORS["dark"]).tolist()
            cv2.polylines(self.pixels, [shape], False, ink, width)

    def fill(self, name: str, *shapes: np.ndarray) -> None:
        """Fills the union of shapes with a color, outlines and shades it."""
        color = self._color(name)
        width = round(_LINE * len(self.pixels))
        extent = cv2.boundingRect(np.concatenate(shapes))[2:]
        if max(extent) > 3 * width:  # else the contour would swallow it
            ink = _rgb(_COLORS["dark"]).tolist()
            cv2.polylines(self.pixels, shapes, True, ink, 2 * width)
        for shape in shapes:
            cv2.fillPoly(self.pixels, [shape], color)
        if 5 * width < min(extent) < 0.6 * len(self.pixels):
            rim = 1 + int(min(0.15 * min(extent), 4 * width))
            self._shade(color * _SHADOW, shapes, rim)

    def box(self, x=0.0, y=-0.1, width=1.2, height=1.2) -> np.ndarray:
        """A rectangle, by the middle of its lower side."""
        left, right, top = x - width / 2, x + width / 2, y + height
        return self.poly(left, y, right, y, right, top, left, top)

    def oval(self, x, y, width, height=None, start=0.0, end=1.0) -> np.ndarray:
        """An ellipse by its half axes, or an arc of it in turns."""
        return self._shape(_arc(x, y, width, height or width, start, end))

    def limb(self, x, y, end_x, end_y, width) -> np.ndarray:
        """A bar with round ends."""
        turn = np.arctan2(end_y - y, end_x - x) / (2 * np.pi)
        half = width / 2
        first = _arc(x, y, half, half, turn + 0.25, turn + 0.75)
        last = _arc(end_x, end_y, half, half, turn - 0.25, turn + 0.25)
        return self._shape(np.concatenate([first, last]))

    def poly(self, *numbers: float) -> np.ndarray:
        """A polygon, by x and y of its corners."""
        return self._shape(np.reshape(numbers, (-1, 2)))

    def _shape(self, points):
        points = points * (self.unit, -abs(self.unit))
        return np.rint(np.add(points, (self.x, self.y))).astype(np.int32)

    def _at(self, x, y, height):
        x = self.x + x * self.unit
        y = self.y - y * abs(self.unit)
        return dataclasses.replace(self, x=x, y=y, unit=self.unit * height)

    def _color(self, name):
        if name in _LIT:
            return self.light[_LIT.index(name)]
        if name not in self.colors:
            self.colors[name] = _rgb(self.one_of(*_COLORS[name].split()))
        return self.colors[name] * self.light[-1] / 255

    def _shade(self, color, shapes, rim):
        """Darkens what leaves the shapes when moved to the lower right."""
        corners = np.concatenate(shapes)
        left, top = np.maximum(corners.min(axis=0), 0)
        right, bottom = np.minimum(corners.max(axis=0) + 1, len(self.pixels))
        if left < right and top < bottom:
            mask = np.zeros((bottom - top + rim, right - left + rim), np.uint8)
            for shape in shapes:
                cv2.fillPoly(mask, [shape - (left, top)], 1)
            mask = (mask[:-rim, :-rim] > mask[rim:, rim:]).view(np.uint8)
            region = self.pixels[top:bottom, left:right]
            cv2.subtract(region, (*color, 0), region, mask)


def new_pen(pixels: np.ndarray, rng: np.random.Generator) -> Pen:
    """A pen for a whole picture, in a light of some time of the day.

    Args:
        pixels: uint8 RGB array of shape `(side, side, 3)`, to draw on.
        rng: Makes all choices.
    """
    light = [_rgb(code) for code in rng.choice(list(_LIGHTS.values())).split()]
    side = len(pixels)
    return Pen(pixels, rng, np.array(light), side / 2, side, side, {})


def _rgb(code):
    return np.array(tuple(bytes.fromhex(code)), float)


def _arc(x, y, width, height, start, end):
    angle = 2 * np.pi * (start + (end - start) * np.arange(33) / 32)
    return np.array([x + width * np.cos(angle), y + height * np.sin(angle)]).T
