"""The drawn cartoons of the quick start: flat colors and bold outlines.

They stand in for the frames of a film, which a project cannot hand out, and
show what a discriminator is to learn: one ink, one width of line however large
the object, at most two tones an object, the darker one on the lower right.

Pictures are uint8 RGB, made of the steps in `_DRAWINGS`. In these, x runs from
about -.5 to .5, and y from 0, the ground, to about 1:

- `leaf oval 0 .6 .3 + box 0 .2 .1 .4` fills the union of a circle and a box in
  one of the colors called leaf, the same all over an object, and outlines it.
- `ink oval 0 .6 .3 .2 .5 1` draws a line, here the lower half of an ellipse.
- `pine/tree .2 0 .5` draws one of the two, half as large, at (.2, 0).
- `9x pine/tree 0 .3 .5` places nine side by side, each different, at heights
  from 0 to .3, the lower the nearer, hence the larger.
- `±` in a step repeats it with the other sign; `.1~.3` is a random number.
"""

import dataclasses
import re

import cv2
import numpy as np

_OVERSAMPLING = 2  # drawn so many times larger, then shrunk: smooth contours
_LINE = 0.0105  # width of a contour, in sides of the picture: 2.7 pixels of 256
_SHADOW = np.array((0.2, 0.24, 0.16))  # what a shadow takes off a color


def _colors(text):
    return {
        name: [np.array(tuple(bytes.fromhex(code)), float) for code in codes]
        for name, *codes in map(str.split, text.split(";"))
    }


_COLORS = _colors("""
dark 1c1824; white fafaf5; cream f4e3c0 ffeecb; red d8403a; gold f8c83c;
skin ffdcbc f6c39a e8b080 b87a4e 8a5a40; fur e8954a 8a5a3a 9a9aa2 f0e8dc 4a4852;
hair 4a4456 5c3a30 7a4a2c c8853a f0cc6c b04a2c a8a8ae; peak 7b8fb0 8a7f98;
shirt d8403a 2c4a86 2f7d5c f2b632 6b3f7c e9e4d6 3f9fd0 e87f9c 8d939c 3a3c48;
pants 2c4a86 34363f 6a4430 8d939c 6b3f7c; wood 8a5a38 a9764a c8935c;
wall f2dca8 f2bc94 e08872 dce4e4 faf6e8 a8cfdf c9a078 f0c8c0; rubber 3a3844;
roof c8523c 8a443a 4a6390 6a6b80 a87044; stone 9a9ea6 7b7f88 c2bfb6 a89f90;
leaf 6fbe54 4a9a4c 9cd060 2f7048 dcc84c e8993f; needle 5aa85a 3f8a45 4f9a8a;
grass 8cc860 a8cf68 4f9a50 c8b860; turf 7cbf58 5fa84e 98c860 3f8a4a;
fruit d8403a f2b632 e8823a 8cc152 7a3f74 f0d84c; water 3f8fc0 56a8c8 2f6c98;
petal e8576a f2b632 f7f0e6 9a6fc0 5a8ad8 f08ab0
""")
_INK = _COLORS["dark"][0].tolist()
_LIGHTS = _colors("""
day 6fbdea a9dcf2 9fd4e8 ffffff; noon 4a9bdc 8cc8ee 6fb0d8 ffffff;
dusk ffaa66 ffdc90 ffe9a0 ffe6cc; night 40508c 6078a8 ffd870 d0c6da;
rain a9c4d4 d3dee0 a8bcc8 e6ebf2
""")
_LIT = ("sky", "haze", "glass")  # the first colors of a light; the last: white

_DRAWINGS = """
scene: outdoors/outdoors/people/people/room/details
outdoors: plain/village/street/forest/harbor
people: portrait/portrait/closeup/crowd/pair
details: pile/stones/blooms/crowns/facade/table
plain: skies; peaks 0 .3 .6; hills 0 .12 1; 8x tree/pine/house .3 .45 .24;
  meadow; 12x tuft/flower/rock -.02 .2 .06; 4x tree/person/beast/house 0 .1 .5
village: skies; hills 0 .2 1; 5x house/house/tower .28 .42 .34;
  stone box 0 -.1 1.2 .25; 3x fence .15 .2 .12; 5x person/beast/car .02 .1 .26
street: skies; 5x tower .2 .25 .7; 4x house/tower .12 .2 .5;
  stone box 0 -.1 1.2 .24; 6x person/person/car/bush .02 .16 .28
forest: needle box; 12x pine/crown .35 .75 .4; meadow 0 .08 1;
  6x trunk/pine .12 .3 .75; 9x bush/flower/tuft .05 .25 .1; 3x beast 0 .1 .38
harbor: skies; peaks 0 .4 .4; water box 0 -.1 1.2 .6; 5x boat .05 .45 .34;
  ink poly -.3 .3 -.1 .3; ink poly .2 .12 .4 .12; 3x rock 0 .03 .16
portrait: plain/village/dots/forest/street; 1x bust/bust/beast 0 .05 .95~1.2
closeup: library/dots/stripes/forest; 1x bust/bust/beast -.6 -.4 1.6
crowd: street/village/forest; 5x bust .25 .35 .4; 4x bust -.05 .05 .6
pair: dots/village/library/plain; 2x bust/bust/beast 0 .1 .75
room: dots/stripes 0 .1 1; wood box 0 -.1 1.2 .35; 2x window .5 .55 .3;
  3x chest/sofa/plant/lamp .2 .25 .36; 3x person/beast/plant 0 .1 .42
table: library/stripes; 3x bust/plant .38 .42 .5; pile 0 -.65
pile: wood box; 36x apple -.15 .95 .3
stones: turf box; 30x rock/rock/rock/flower -.1 .95 .25
blooms: needle box; 40x bloom/bloom/bush -.05 1 .15
crowns: needle box; 40x crown/bush/pine -.3 .95 .44
facade: wall box; 9x brick 0 .9 .08; 9x brick 0 .9 .08; 3x window .62 .64 .32;
  3x window/door .08 .1 .42; 6x bush/flower/plant -.05 .05 .3
skies: sky box; sun/cloud -.4~.4 .78 .13; haze oval -.4~-.2 .45 .3 .15
    + oval .1~.4 .42 .35 .2 + box 0 -.1 1.2 .5; 4x cloud .6 .9 .13
sun: gold oval 0 .5 .5
cloud: white oval -.7 .2 .3 + oval -.2 .45 .45 + oval .4 .3 .4
    + box 0 -.1 1.4 .3; ink oval -.2 .45 .2 .2 .3 .6
peaks: peak poly -.8 0 -.3~-.2 .5~.8 .1 0; peak poly -.2 0 .2~.3 .6~.9 .8 0
hills: grass box 0 -.1 1.2 .3 + oval -.3 0 .5 .4~.5 + oval .3 0 .5 .3~.5
meadow: turf box 0 -.1 1.2 .25 + oval -.2~.2 0 .8 .2~.28
tree: wood box 0 0 .13 .5; crown
crown: leaf oval -.2 .45 .22~.26 .23 + oval .2 .45 .22~.26 .23
    + oval -.14 .7 .22 .24 + oval .17 .72 .2~.27 .22; ink oval ±.2 .5 .1 .1 .5 1
pine: wood box 0 0 .12 .3; needle poly -.34 .15 .34 .15 0 .6;
  needle poly -.27 .38 .27 .38 0 .8; needle poly -.2 .6 .2 .6 0 1
trunk: wood poly -.2 -.1 -.12 1.2 .12 1.2 .2 -.1; dark oval 0 .45 .04 .07;
  ink poly -.05 .2 -.04 .35; ink poly .05 .5 .04 .7
bush: leaf oval .4 .3 .35 + oval 0 .5 .45 + oval -.4 .3 .35;
  ink oval ±.4 .3 .2 .2 .5 .85; ink oval 0 .6 .2 .2 .5 .85
flower: needle box 0 0 .06 .6; needle limb 0 .1 .25 .3 .14; bloom 0 .72 .3
bloom: petal oval .6 0 .5 + oval -.6 0 .5 + oval .3 .6 .5 + oval -.3 .6 .5
    + oval .3 -.6 .5 + oval -.3 -.6 .5; gold oval 0 0 .4
plant: bush 0 .3 .5; flower ±.2 .3 .65; roof poly -.28 .4 .28 .4 .2 0 -.2 0
tuft: ink poly -.5 .7 -.2 0 0 1 .2 0 .5 .7
rock: stone poly -.7 0 -.4 .5~.7 .1 .8 .5 .5 .7 0; ink poly -.1 .6 0 .35 .2 .3
apple: dark box .05 .8 .06 .3; fruit oval 0 .45 .5 .45; leaf limb .1 1 .4 1.1 .2
house: stone box .25 .6 .14 .4; wall box 0 0 .9~1.1 .62; gable/hip 0 .6 .4;
  door 0 0 .42; window ±.34 .2 .26; ink poly ±.2 .5 ±.1 .5
gable: roof poly -.7 0 .7 0 0 1; window 0 .15 .45
hip: roof poly -.7 0 .7 0 .4 1 -.4 1; ink poly -.4 .3 .2 .3
window: white box 0 0 .8 1; glass box ±.17 .1 .3 .36; glass box ±.17 .54 .3 .36
door: wood box 0 0 .55 1; gold oval .15 .5 .04; ink poly -.15 .6 .15 .6
tower: wall box 0 -.1 .5 1.1; roof box 0 1 .6 .1; panes; panes 0 .4; door 0 0 .2
panes: glass box ±.12 .2 .12 .1; glass box ±.12 .38 .12 .1
brick: stone box 0 0 1.2 .5
fence: cream box 0 .35 4 .1; cream box 0 .7 4 .1; board ±.2; board ±.6;
  board ±1; board ±1.4; board ±1.8
board: cream poly -.15 0 .15 0 .15 .9 0 1 -.15 .9
car: shirt limb -.9 .4 .9 .4 .45 + poly -.7 .5 -.45 1 .35 1 .65 .5;
  glass box ±.25 .58 .32 .28; rubber oval ±.6 .18 .2; stone oval ±.6 .18 .08
boat: wood box 0 .2 .05 .8; white poly .07 .35 .07 1 .5 .35;
  petal poly -.07 .35 -.07 .85 -.35 .35; shirt poly -.55 .28 -.35 0 .35 0 .6 .28
dots: wall box; 5x bloom .75 .85 .06; 5x sun .45 .55 .06; 5x bloom .15 .25 .06
stripes: wall box; cream box ±.1 -.1 .1 1.2; cream box ±.3 -.1 .15 1.2
library: wood box; books 0 .68 .25; books 0 .36 .25; books 0 .04 .25
books: shelf ±.5; shelf ±1.5; cream box 0 -.1 5 .1
shelf: 6x book 0 .01 1
book: shirt box 0 0 .18 .6~.9; gold box 0 .3 .12 .1
chest: wood box 0 0 1 .7; gold oval ±.25 .25 .05; plant/lamp 0 .7 .5
sofa: shirt box 0 .1 1.4 .7; shirt limb ±.7 .1 ±.7 .4 .25; ink poly 0 .1 0 .6
lamp: stone box 0 0 .1 .7; gold poly -.3 .55 .3 .55 .18 1 -.18 1
person: pants limb ±.07 .28 ±.08 .06 .1; rubber limb ±.08 .03 ±.12 .03 .06;
  skin oval ±.22 .28 .045; shirt limb ±.12 .48 ±.2 .34 .09;
  shirt poly -.13 .52 .13 .52 .17 .25 -.17 .25; head/head/maid 0 .72 .22
bust: shirt oval 0 -.25 .48 .42 + box 0 -1 .96 .75; skin box 0 .1 .2 .2;
  pants poly -.2 .16 0 -.02 .2 .16 .1 .22 -.1 .22; head/maid 0 .58 .38
head: skin oval ±.98 -.1 .2 .25; skin oval 0 0 .98 1; face; crop/sweep/curls/hat
maid: hair limb ±.85 .2 ±.9 -.9 .5; head
face: ink oval ±.4 .15 .22 .2 .15 .35; white oval ±.4 -.05 .2 .24;
  ink oval 0 -.25 .12 .1 .5 1; pupil ±.38 -.08 1; smile/laugh 0 -.5 1
pupil: dark oval 0 0 .09 .13; white oval .03 .05 .03
smile: ink oval 0 .05 .3 .2 .55 .95
laugh: red oval 0 .1 .3 .3 .5 1
crop: hair oval 0 .05 1.06 1.05 .07 .43
    + poly -.95 .55 -.9 .1 -.65 .4 -.35 .25 0 .45 .35 .25 .65 .4 .9 .1 .95 .55
sweep: hair oval 0 .05 1.06 1.05 .07 .43 + poly -.98 .55 -.9 .2 0 .35 .6 .6
curls: hair oval .5 .75 .4 + oval -.5 .75 .4 + oval 0 .85 .5 .4
    + oval .9 .35 .25 .35 + oval -.9 .35 .25 .35
hat: shirt oval 0 .4 1 .85 0 .5; shirt limb -1.2 .45 1.2 .45 .25
beast: fur limb .15 .08 .45 .3 .12; fur oval 0 .25 .25 .28;
  fur limb ±.1 .25 ±.1 .05 .12; snout 0 .66 .25
snout: cat/bear/dog/hare; fur oval 0 0 1.05 .95; cream oval 0 -.4 .5 .4;
  dark oval 0 -.2 .14 .09; ink oval ±.15 -.4 .15 .12 .5 1;
  white oval ±.45 .2 .2 .24; pupil ±.42 .18 1
cat: fur poly ±.25 .8 ±.8 1.35 ±.95 .3
bear: fur oval ±.75 .75 .35
dog: fur limb ±.95 .5 ±1.15 -.3 .5
hare: fur limb ±.45 .8 ±.6 1.6 .4
"""


def draw_scene(seed: int, size: int = 256) -> np.ndarray:
    """Draws a scene of `size` x `size` pixels, the same for the same seed.

    Raises:
        ValueError: If `size` leaves no room between the lines.
    """
    if size < 64:
        raise ValueError(f"`size` must be >= 64, received {size}.")
    side = _OVERSAMPLING * size
    rng = np.random.default_rng(seed)
    light = rng.choice(list(_LIGHTS.values()))
    pixels = np.zeros((side, side, 3), np.uint8)
    _Pen(pixels, rng, light, {}, side / 2, side, side).draw("scene")
    return cv2.resize(pixels, (size, size), interpolation=cv2.INTER_AREA)


@dataclasses.dataclass(frozen=True)
class _Pen:
    """Draws in the coordinates of one object, and makes its random choices."""

    pixels: np.ndarray
    rng: np.random.Generator
    light: np.ndarray  # the colors of `_LIT`, and of white
    colors: dict  # those picked for this object so far
    x: float
    y: float
    unit: float  # in pixels; negative in a mirrored object

    def draw(self, names):
        for what, *rest in _STEPS[self._one_of(names.split("/"))]:
            if what == "ink":
                self._line(self._shape(*rest))
            elif what in _COLORS or what in _LIT:
                outlines = " ".join(rest).split(" + ")
                shapes = [self._shape(*outline.split()) for outline in outlines]
                self._area(self._color(what), shapes)
            elif what.endswith("x"):
                self._row(int(what[:-1]), rest[0], *map(self._number, rest[1:]))
            else:
                self._at(*map(self._number, rest)).draw(what)

    def _row(self, count, names, low, high, height):
        xs = self.rng.permutation(count) + self.rng.uniform(0.3, 0.7, count)
        ys = np.sort(self.rng.uniform(low, high, count))[::-1]
        for x, y in zip(xs / count - 0.5, ys, strict=True):
            scale = height * (1 - 0.3 * (y - low) / (high - low))
            scale *= self._one_of((-1, 1)) * self.rng.uniform(0.85, 1.15)
            dataclasses.replace(self._at(x, y, scale), colors={}).draw(names)

    def _at(self, x=0.0, y=0.0, height=1.0):
        x = self.x + x * self.unit
        y = self.y - y * abs(self.unit)
        return dataclasses.replace(self, x=x, y=y, unit=self.unit * height)

    def _one_of(self, choices):
        return choices[self.rng.integers(len(choices))]

    def _number(self, token):
        low, _, high = token.partition("~")
        return self.rng.uniform(float(low), float(high)) if high else float(low)

    def _color(self, name):
        if name in _LIT:
            return self.light[_LIT.index(name)]
        if name not in self.colors:
            self.colors[name] = self._one_of(_COLORS[name])
        return self.colors[name] * self.light[-1] / 255

    def _shape(self, kind, *tokens):
        points = _SHAPES[kind](*map(self._number, tokens))
        points = np.asarray(points) * (self.unit, -abs(self.unit))
        return np.rint(np.add(points, (self.x, self.y))).astype(np.int32)

    def _line(self, shape):
        width = round(_LINE * len(self.pixels))
        if max(cv2.boundingRect(shape)[2:]) > 2 * width:  # else it is a blot
            cv2.polylines(self.pixels, [shape], False, _INK, width)

    def _area(self, color, shapes):
        width = round(_LINE * len(self.pixels))
        extent = cv2.boundingRect(np.concatenate(shapes))[2:]
        if max(extent) > 3 * width:  # else the contour would swallow it
            cv2.polylines(self.pixels, shapes, True, _INK, 2 * width)
        for shape in shapes:
            cv2.fillPoly(self.pixels, [shape], color)
        if 5 * width < min(extent) < 0.6 * len(self.pixels):
            rim = 1 + int(min(0.15 * min(extent), 4 * width))
            self._shade(color * _SHADOW, shapes, rim)

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


def _box(x=0.0, y=-0.1, width=1.2, height=1.2):
    left, right = x - width / 2, x + width / 2
    return [(left, y), (right, y), (right, y + height), (left, y + height)]


def _oval(x, y, width, height=None, start=0.0, end=1.0):
    height = width if height is None else height
    angle = 2 * np.pi * (start + (end - start) * np.arange(33) / 32)
    return np.array([x + width * np.cos(angle), y + height * np.sin(angle)]).T


def _limb(x, y, end_x, end_y, width):
    """A bar with round ends."""
    turn = np.arctan2(end_y - y, end_x - x) / (2 * np.pi)
    half = width / 2
    first = _oval(x, y, half, half, turn + 0.25, turn + 0.75)
    last = _oval(end_x, end_y, half, half, turn - 0.25, turn + 0.25)
    return np.concatenate([first, last])


def _poly(*numbers):
    return np.reshape(numbers, (-1, 2))


_SHAPES = {"box": _box, "oval": _oval, "limb": _limb, "poly": _poly}
_STEPS = {
    name: [
        step.replace("±", sign).split()
        for step in body.split(";")
        for sign in ("", "-")[: 1 + ("±" in step)]
    ]
    for name, body in re.findall(r"(\w+):([^:]*)$", _DRAWINGS, re.M)
}
