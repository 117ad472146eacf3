"""Whole scenes, and what lies behind their objects.

Each is a drawing as `pens.Pen` takes it.
"""

from cartoongan_tf.data.scenes import figures
from cartoongan_tf.data.scenes import things


def scene(pen):
    pen.draw(pen.one_of(outdoors, outdoors, people, people, room, details))


def outdoors(pen):
    pen.draw(pen.one_of(plain, village, street, forest, harbor))


def people(pen):
    pen.draw(pen.one_of(portrait, portrait, closeup, crowd, pair))


def details(pen):
    pen.draw(pen.one_of(pile, stones, blooms, crowns, facade, table))


def plain(pen):
    pen.draw(skies)
    pen.draw(peaks, 0, 0.3, 0.6)
    pen.draw(hills, 0, 0.12, 1)
    pen.row(8, 0.3, 0.45, 0.24, things.tree, things.pine, things.house)
    pen.draw(meadow)
    pen.row(12, -0.02, 0.2, 0.06, things.tuft, things.flower, things.rock)
    pen.row(
        4, 0, 0.1, 0.5, things.tree, figures.person, figures.beast, things.house
    )


def village(pen):
    pen.draw(skies)
    pen.draw(hills, 0, 0.2, 1)
    pen.row(5, 0.28, 0.42, 0.34, things.house, things.house, things.tower)
    pen.fill("stone", pen.box(0, -0.1, 1.2, 0.25))
    pen.row(3, 0.15, 0.2, 0.12, things.fence)
    pen.row(5, 0.02, 0.1, 0.26, figures.person, figures.beast, things.car)


def street(pen):
    pen.draw(skies)
    pen.row(5, 0.2, 0.25, 0.7, things.tower)
    pen.row(4, 0.12, 0.2, 0.5, things.house, things.tower)
    pen.fill("stone", pen.box(0, -0.1, 1.2, 0.24))
    pen.row(
        6,
        0.02,
        0.16,
        0.28,
        figures.person,
        figures.person,
        things.car,
        things.bush,
    )


def forest(pen):
    pen.fill("needle", pen.box())
    pen.row(12, 0.35, 0.75, 0.4, things.pine, things.crown)
    pen.draw(meadow, 0, 0.08, 1)
    pen.row(6, 0.12, 0.3, 0.75, things.trunk, things.pine)
    pen.row(9, 0.05, 0.25, 0.1, things.bush, things.flower, things.tuft)
    pen.row(3, 0, 0.1, 0.38, figures.beast)


def harbor(pen):
    pen.draw(skies)
    pen.draw(peaks, 0, 0.4, 0.4)
    pen.fill("water", pen.box(0, -0.1, 1.2, 0.6))
    pen.row(5, 0.05, 0.45, 0.34, things.boat)
    pen.ink(pen.poly(-0.3, 0.3, -0.1, 0.3))
    pen.ink(pen.poly(0.2, 0.12, 0.4, 0.12))
    pen.row(3, 0, 0.03, 0.16, things.rock)


def portrait(pen):
    pen.draw(pen.one_of(plain, village, dots, forest, street))
    pen.row(
        1,
        0,
        0.05,
        pen.between(0.95, 1.2),
        figures.bust,
        figures.bust,
        figures.beast,
    )


def closeup(pen):
    pen.draw(pen.one_of(library, dots, stripes, forest))
    pen.row(1, -0.6, -0.4, 1.6, figures.bust, figures.bust, figures.beast)


def crowd(pen):
    pen.draw(pen.one_of(street, village, forest))
    pen.row(5, 0.25, 0.35, 0.4, figures.bust)
    pen.row(4, -0.05, 0.05, 0.6, figures.bust)


def pair(pen):
    pen.draw(pen.one_of(dots, village, library, plain))
    pen.row(2, 0, 0.1, 0.75, figures.bust, figures.bust, figures.beast)


def room(pen):
    pen.draw(pen.one_of(dots, stripes), 0, 0.1, 1)
    pen.fill("wood", pen.box(0, -0.1, 1.2, 0.35))
    pen.row(2, 0.5, 0.55, 0.3, things.window)
    pen.row(
        3, 0.2, 0.25, 0.36, things.chest, things.sofa, things.plant, things.lamp
    )
    pen.row(3, 0, 0.1, 0.42, figures.person, figures.beast, things.plant)


def table(pen):
    pen.draw(pen.one_of(library, stripes))
    pen.row(3, 0.38, 0.42, 0.5, figures.bust, things.plant)
    pen.draw(pile, 0, -0.65)


def pile(pen):
    pen.fill("wood", pen.box())
    pen.row(36, -0.15, 0.95, 0.3, things.apple)


def stones(pen):
    pen.fill("turf", pen.box())
    pen.row(
        30,
        -0.1,
        0.95,
        0.25,
        things.rock,
        things.rock,
        things.rock,
        things.flower,
    )


def blooms(pen):
    pen.fill("needle", pen.box())
    pen.row(40, -0.05, 1, 0.15, things.bloom, things.bloom, things.bush)


def crowns(pen):
    pen.fill("needle", pen.box())
    pen.row(40, -0.3, 0.95, 0.44, things.crown, things.bush, things.pine)


def facade(pen):
    pen.fill("wall", pen.box())
    pen.row(9, 0, 0.9, 0.08, things.brick)
    pen.row(9, 0, 0.9, 0.08, things.brick)
    pen.row(3, 0.62, 0.64, 0.32, things.window)
    pen.row(3, 0.08, 0.1, 0.42, things.window, things.door)
    pen.row(6, -0.05, 0.05, 0.3, things.bush, things.flower, things.plant)


def skies(pen):
    pen.fill("sky", pen.box())
    x = pen.between(-0.4, 0.4)
    pen.draw(pen.one_of(things.sun, things.cloud), x, 0.78, 0.13)
    pen.fill(
        "haze",
        pen.oval(pen.between(-0.4, -0.2), 0.45, 0.3, 0.15),
        pen.oval(pen.between(0.1, 0.4), 0.42, 0.35, 0.2),
        pen.box(0, -0.1, 1.2, 0.5),
    )
    pen.row(4, 0.6, 0.9, 0.13, things.cloud)


def peaks(pen):
    pen.fill(
        "peak",
        pen.poly(
            -0.8, 0, pen.between(-0.3, -0.2), pen.between(0.5, 0.8), 0.1, 0
        ),
    )
    pen.fill(
        "peak",
        pen.poly(-0.2, 0, pen.between(0.2, 0.3), pen.between(0.6, 0.9), 0.8, 0),
    )


def hills(pen):
    pen.fill(
        "grass",
        pen.box(0, -0.1, 1.2, 0.3),
        pen.oval(-0.3, 0, 0.5, pen.between(0.4, 0.5)),
        pen.oval(0.3, 0, 0.5, pen.between(0.3, 0.5)),
    )


def meadow(pen):
    pen.fill(
        "turf",
        pen.box(0, -0.1, 1.2, 0.25),
        pen.oval(pen.between(-0.2, 0.2), 0, 0.8, pen.between(0.2, 0.28)),
    )


def dots(pen):
    pen.fill("wall", pen.box())
    pen.row(5, 0.75, 0.85, 0.06, things.bloom)
    pen.row(5, 0.45, 0.55, 0.06, things.sun)
    pen.row(5, 0.15, 0.25, 0.06, things.bloom)


def stripes(pen):
    pen.fill("wall", pen.box())
    for side in (1, -1):
        pen.fill("cream", pen.box(side * 0.1, -0.1, 0.1, 1.2))
    for side in (1, -1):
        pen.fill("cream", pen.box(side * 0.3, -0.1, 0.15, 1.2))


def library(pen):
    pen.fill("wood", pen.box())
    pen.draw(things.books, 0, 0.68, 0.25)
    pen.draw(things.books, 0, 0.36, 0.25)
    pen.draw(things.books, 0, 0.04, 0.25)
