"""Procedural cartoons for the quick start: flat colors and bold outlines.

They replace the frames of a film, which a project cannot distribute, and have
the properties that a discriminator should learn: one ink color, one line width
for objects of any size, and at most two tones per object, the darker one at
the lower right.

Pictures are uint8 RGB. Each object is drawn in its own coordinates: x runs from
about -.5 to .5, and y from 0, the ground, to about 1.
"""

from typing import NamedTuple

import cv2
import numpy as np
import PIL.ImageColor

_OVERSAMPLING = 2  # Drawn larger and shrunk, for antialiasing.
_LINE_WIDTH = 0.0105  # Relative to the picture's side: 2.7 pixels of 256.
_SHADE = np.array((0.8, 0.76, 0.84))  # Factors of a color in shadow.
_INK = (28, 24, 36)
_COLORS = {
    "dark": "#1c1824",
    "white": "#fafaf5",
    "red": "#d8403a",
    "gold": "#f8c83c",
    "skin": "#ffdcbc #f6c39a #e8b080 #b87a4e #8a5a40",
    "fur": "#e8954a #8a5a3a #9a9aa2 #f0e8dc #4a4852",
    "hair": "#4a4456 #5c3a30 #7a4a2c #c8853a #f0cc6c #b04a2c #a8a8ae",
    "cloth": "#d8403a #2c4a86 #2f7d5c #f2b632 #6b3f7c #e9e4d6 #3f9fd0 #3a3c48",
    "wood": "#8a5a38 #a9764a #c8935c",
    "wall": "#f2dca8 #f2bc94 #e08872 #dce4e4 #faf6e8 #a8cfdf #c9a078",
    "roof": "#c8523c #8a443a #4a6390 #6a6b80 #a87044",
    "stone": "#9a9ea6 #7b7f88 #c2bfb6 #a89f90 #7b8fb0",
    "leaf": "#6fbe54 #4a9a4c #9cd060 #2f7048 #dcc84c #e8993f",
    "grass": "#8cc860 #a8cf68 #4f9a50 #3f8a4a #c8b860",
    "petal": "#e8576a #f2b632 #f7f0e6 #9a6fc0 #5a8ad8 #f08ab0",
}
_LIGHTS = (  # Colors of the sky, of glass, and of white in this light.
    ("#6fbdea", "#9fd4e8", "#ffffff"),
    ("#4a9bdc", "#6fb0d8", "#ffffff"),
    ("#ffaa66", "#ffe9a0", "#ffe6cc"),
    ("#40508c", "#ffd870", "#d0c6da"),
    ("#a9c4d4", "#a8bcc8", "#e6ebf2"),
)


def draw_scene(seed: int, size: int = 256) -> np.ndarray:
    """Draws a scene of `size` x `size` pixels, the same for the same seed.

    Raises:
        ValueError: If `size` leaves no room between the lines.
    """
    if size < 64:
        raise ValueError(f"`size` must be >= 64, received {size}.")
    side = _OVERSAMPLING * size
    rng = np.random.default_rng(seed)
    light = [PIL.ImageColor.getrgb(code) for code in rng.choice(_LIGHTS)]
    pixels = np.zeros((side, side, 3), np.uint8)
    pen = _Pen(pixels, rng, np.array(light, float), side / 2, side, side)
    pen.one_of(_SCENES)(pen)
    return cv2.resize(pixels, (size, size), interpolation=cv2.INTER_AREA)


class _Pen(NamedTuple):
    """Draws in the coordinates of one object, and makes random choices."""

    pixels: np.ndarray
    rng: np.random.Generator
    light: np.ndarray
    x: float
    y: float
    unit: float  # Pixels.

    def at(self, x, y, height=1.0):
        x, y = self.x + x * self.unit, self.y - y * self.unit
        return self._replace(x=x, y=y, unit=self.unit * height)

    def one_of(self, choices):
        return choices[self.rng.integers(len(choices))]

    def row(self, count, objects, low, high, height):
        """Draws objects side by side; lower ones are nearer and larger."""
        xs = self.rng.permutation(count) + self.rng.uniform(0.3, 0.7, count)
        ys = np.sort(self.rng.uniform(low, high, count))[::-1]
        for x, y in zip(xs / count - 0.5, ys, strict=True):
            scale = height * (1 - 0.3 * (y - low) / (high - low))
            self.one_of(objects)(self.at(x, y, scale))

    def color(self, name):
        """Random color of a palette, in the light of the scene."""
        code = self.one_of(_COLORS[name].split())
        return PIL.ImageColor.getrgb(code) * self.light[-1] / 255

    def poly(self, *points):
        offsets = np.array(points) * (self.unit, -self.unit)
        return np.rint(np.add(offsets, (self.x, self.y))).astype(np.int32)

    def box(self, x, y, width, height):
        left, right, top = x - width / 2, x + width / 2, y + height
        return self.poly((left, y), (right, y), (right, top), (left, top))

    def oval(self, x, y, width, height=None, start=0, end=360):
        """Elliptic arc; angles in degrees, 0 to 180 is the lower half."""
        axes = round(width * self.unit), round((height or width) * self.unit)
        center = self.poly((x, y))[0].tolist()
        return cv2.ellipse2Poly(center, axes, 0, start, end, 6)

    def ink(self, outline):
        """Draws a line, unless it is so short that it would be a blot."""
        width = round(_LINE_WIDTH * len(self.pixels))
        if max(cv2.boundingRect(outline)[2:]) > 2 * width:
            cv2.polylines(self.pixels, [outline], False, _INK, width)

    def fill(self, name, *outlines):
        """Fills the union of shapes, outlines it, and shades it."""
        color = self.color(name) if isinstance(name, str) else name
        width = round(_LINE_WIDTH * len(self.pixels))
        x, y, *extent = cv2.boundingRect(np.concatenate(outlines))
        if max(extent) > 3 * width:  # Else the contour would cover it.
            cv2.polylines(self.pixels, outlines, True, _INK, 2 * width)
        for outline in outlines:
            cv2.fillPoly(self.pixels, [outline], color)
        if not 5 * width < min(extent) < 0.6 * len(self.pixels):
            return
        right, bottom = max(0, x + extent[0]), max(0, y + extent[1])
        x, y = max(0, x), max(0, y)
        region = self.pixels[y:bottom, x:right]
        rim = 1 + int(min(0.15 * min(extent), 4 * width))
        mask = np.zeros(np.add(region.shape[:2], rim), np.uint8)
        for outline in outlines:
            cv2.fillPoly(mask, [outline - (x, y)], 1)
        # The rim that the shapes, shifted to the upper left, do not cover.
        region[mask[:-rim, :-rim] > mask[rim:, rim:]] = color * _SHADE


def _house(pen):
    height = pen.one_of((0.6, 1.15, 1.7))
    pen.fill("wall", pen.box(0, 0, 0.9, height))
    pen.fill("wood", pen.box(0, 0, 0.22, 0.42))
    for y in np.arange(0.15, height - 0.4, 0.55):
        for x in (-0.29, 0.29):
            pen.fill("white", pen.box(x, y, 0.24, 0.34))
            pen.fill(pen.light[1], pen.box(x, y + 0.06, 0.12, 0.22))
    top, roof = pen.rng.uniform(0, 0.4), pen.at(0, height)
    pen.fill("roof", roof.poly((-0.6, 0), (0.6, 0), (top, 0.4), (-top, 0.4)))


def _tree(pen):
    pen.fill("wood", pen.box(0, 0, 0.13, 0.5))
    centers = (-0.2, 0.45), (0.2, 0.45), (-0.14, 0.7), (0.17, 0.72)
    pen.fill("leaf", *(pen.oval(x, y, 0.24) for x, y in centers))
    pen.ink(pen.oval(-0.2, 0.5, 0.1, 0.1, 0, 180))
    pen.ink(pen.oval(0.2, 0.5, 0.1, 0.1, 0, 180))


def _pine(pen):
    pen.fill("wood", pen.box(0, -0.1, 0.12, 0.4))
    needles = pen.color("grass")
    for half, low in ((0.34, 0.15), (0.27, 0.38), (0.2, 0.6)):
        pen.fill(needles, pen.poly((-half, low), (half, low), (0, low + 0.42)))


def _flower(pen):
    pen.fill("leaf", pen.box(0, 0, 0.06, 0.5))
    turns = np.exp(1j * np.arange(6) * np.pi / 3)
    pen.fill(
        "petal",
        *(pen.oval(t.real * 0.2, 0.65 + t.imag * 0.2, 0.15) for t in turns),
    )
    pen.fill("gold", pen.oval(0, 0.65, 0.13))


def _cloud(pen):
    centers = (-0.7, 0.2, 0.3), (-0.2, 0.45, 0.45), (0.4, 0.3, 0.4)
    pen.fill("white", *(pen.oval(*center) for center in centers))


def _eyes(pen):
    for x in (-0.4, 0.4):
        pen.fill("white", pen.oval(x, 0, 0.2, 0.24))
        pen.fill("dark", pen.oval(x, -0.03, 0.09, 0.13))


def _person(pen):
    pen.fill(
        "cloth", pen.oval(0, -0.25, 0.48, 0.42), pen.box(0, -1, 0.96, 0.75)
    )
    pen.fill("cloth", pen.poly((-0.2, 0.16), (0, -0.02), (0.2, 0.16)))
    head = pen.at(0, 0.58, 0.38)
    skin, hair = head.color("skin"), head.color("hair")
    if pen.one_of((True, False)):
        pen.fill(hair, *(head.oval(x, -0.4, 0.3, 0.8) for x in (-0.9, 0.9)))
    pen.fill(skin, head.oval(0.98, -0.1, 0.2), head.oval(-0.98, -0.1, 0.2))
    pen.fill(skin, head.oval(0, 0, 0.98, 1))
    _eyes(head)
    pen.ink(head.oval(0, -0.25, 0.12, 0.1, 0, 180))
    pen.fill("red", head.oval(0, -0.4, 0.3, pen.one_of((0.1, 0.3)), 0, 180))
    if pen.one_of((True, False)):
        pen.fill(hair, head.oval(0, 0.1, 1.06, 1, 195, 345))
    else:
        hat = pen.color("cloth")
        pen.fill(hat, head.oval(0, 0.4, 1, 0.85, 180, 360))
        pen.fill(hat, head.box(0, 0.33, 2.6, 0.22))


def _beast(pen):
    fur, head = pen.color("fur"), pen.at(0, 0.6, 0.35)
    width, height = pen.one_of(((0.35, 0.4), (0.25, 0.8), (0.5, 0.3)))
    pen.fill(fur, pen.oval(0, 0, 0.4, 0.5), pen.box(0, -1, 0.8, 1))
    pen.fill(fur, head.oval(-0.65, 0.8, width, height))
    pen.fill(fur, head.oval(0.65, 0.8, width, height))
    pen.fill(fur, head.oval(0, 0, 1.05, 0.95))
    pen.fill("white", head.oval(0, -0.4, 0.5, 0.4))
    pen.fill("dark", head.oval(0, -0.2, 0.14, 0.09))
    pen.ink(head.oval(0, -0.35, 0.2, 0.2, 0, 180))
    _eyes(head.at(0, 0.25))


def _landscape(pen):
    pen.fill(pen.light[0], pen.box(0, -0.1, 1.2, 1.2))
    pen.fill("gold", pen.oval(pen.rng.uniform(-0.4, 0.4), 0.85, 0.07))
    pen.row(4, (_cloud,), 0.6, 0.9, 0.13)
    x, y = pen.rng.uniform((-0.4, 0.3), (0.4, 0.8))
    pen.fill("stone", pen.poly((x - 0.5, 0.1), (x + 0.5, 0.1), (x, y)))
    pen.fill("grass", pen.box(0, -0.1, 1.2, 0.35), pen.oval(x, 0.1, 0.5, 0.3))


def _meadow(pen):
    _landscape(pen)
    pen.row(8, (_tree, _pine, _house), 0.3, 0.42, 0.22)
    pen.fill("grass", pen.oval(0, 0, 0.9, 0.25))
    pen.row(10, (_flower,), 0, 0.2, 0.15)
    pen.row(4, (_tree, _beast, _house), 0, 0.1, 0.4)


def _town(pen):
    _landscape(pen)
    pen.row(5, (_house,), 0.25, 0.45, 0.26)
    pen.fill("stone", pen.box(0, -0.1, 1.2, 0.25))
    pen.row(6, (_person, _beast, _flower), 0, 0.08, 0.24)


def _forest(pen):
    pen.fill("grass", pen.box(0, -0.1, 1.2, 1.2))
    pen.row(12, (_pine, _tree), 0.35, 0.75, 0.4)
    pen.row(8, (_flower,), 0.05, 0.25, 0.2)
    pen.row(5, (_tree, _pine, _beast), 0, 0.15, 0.5)


def _portrait(pen):
    pen.one_of((_meadow, _town, _forest))(pen)
    x, scale = pen.rng.uniform((-0.2, 0.9), (0.2, 1.6))
    pen.one_of((_person, _beast))(pen.at(x, 0.4 - 0.4 * scale, scale))


def _crowd(pen):
    pen.one_of((_meadow, _town, _forest))(pen)
    pen.row(5, (_person, _beast), 0.25, 0.35, 0.4)
    pen.row(pen.one_of((2, 3, 4)), (_person, _beast), -0.05, 0.05, 0.6)


def _pattern(pen):
    pen.fill("wood", pen.box(0, -0.1, 1.2, 1.2))
    pen.row(30, [pen.one_of((_flower, _tree, _person))], -0.2, 0.95, 0.4)


_SCENES = (_meadow, _town, _forest, _portrait, _portrait, _crowd, _pattern)
