"""People and animals of drawn scenes, and their faces, from -1 to 1.

Each is a drawing as `pens.Pen` takes it.
"""


def person(pen):
    for side in (1, -1):
        pen.fill("pants", pen.limb(side * 0.07, 0.28, side * 0.08, 0.06, 0.1))
    for side in (1, -1):
        pen.fill("rubber", pen.limb(side * 0.08, 0.03, side * 0.12, 0.03, 0.06))
    for side in (1, -1):
        pen.fill("skin", pen.oval(side * 0.22, 0.28, 0.045))
    for side in (1, -1):
        pen.fill("shirt", pen.limb(side * 0.12, 0.48, side * 0.2, 0.34, 0.09))
    pen.fill(
        "shirt", pen.poly(-0.13, 0.52, 0.13, 0.52, 0.17, 0.25, -0.17, 0.25)
    )
    pen.draw(pen.one_of(head, head, maid), 0, 0.72, 0.22)


def bust(pen):
    pen.fill(
        "shirt", pen.oval(0, -0.25, 0.48, 0.42), pen.box(0, -1, 0.96, 0.75)
    )
    pen.fill("skin", pen.box(0, 0.1, 0.2, 0.2))
    pen.fill(
        "pants",
        pen.poly(-0.2, 0.16, 0, -0.02, 0.2, 0.16, 0.1, 0.22, -0.1, 0.22),
    )
    pen.draw(pen.one_of(head, maid), 0, 0.58, 0.38)


def head(pen):
    for side in (1, -1):
        pen.fill("skin", pen.oval(side * 0.98, -0.1, 0.2, 0.25))
    pen.fill("skin", pen.oval(0, 0, 0.98, 1))
    pen.draw(face)
    pen.draw(pen.one_of(crop, sweep, curls, hat))


def maid(pen):
    for side in (1, -1):
        pen.fill("hair", pen.limb(side * 0.85, 0.2, side * 0.9, -0.9, 0.5))
    pen.draw(head)


def face(pen):
    for side in (1, -1):
        pen.ink(pen.oval(side * 0.4, 0.15, 0.22, 0.2, 0.15, 0.35))
    for side in (1, -1):
        pen.fill("white", pen.oval(side * 0.4, -0.05, 0.2, 0.24))
    pen.ink(pen.oval(0, -0.25, 0.12, 0.1, 0.5, 1))
    for side in (1, -1):
        pen.draw(pupil, side * 0.38, -0.08, 1)
    pen.draw(pen.one_of(smile, laugh), 0, -0.5, 1)


def pupil(pen):
    pen.fill("dark", pen.oval(0, 0, 0.09, 0.13))
    pen.fill("white", pen.oval(0.03, 0.05, 0.03))


def smile(pen):
    pen.ink(pen.oval(0, 0.05, 0.3, 0.2, 0.55, 0.95))


def laugh(pen):
    pen.fill("red", pen.oval(0, 0.1, 0.3, 0.3, 0.5, 1))


def crop(pen):
    pen.fill(
        "hair",
        pen.oval(0, 0.05, 1.06, 1.05, 0.07, 0.43),
        pen.poly(
            -0.95,
            0.55,
            -0.9,
            0.1,
            -0.65,
            0.4,
            -0.35,
            0.25,
            0,
            0.45,
            0.35,
            0.25,
            0.65,
            0.4,
            0.9,
            0.1,
            0.95,
            0.55,
        ),
    )


def sweep(pen):
    pen.fill(
        "hair",
        pen.oval(0, 0.05, 1.06, 1.05, 0.07, 0.43),
        pen.poly(-0.98, 0.55, -0.9, 0.2, 0, 0.35, 0.6, 0.6),
    )


def curls(pen):
    pen.fill(
        "hair",
        pen.oval(0.5, 0.75, 0.4),
        pen.oval(-0.5, 0.75, 0.4),
        pen.oval(0, 0.85, 0.5, 0.4),
        pen.oval(0.9, 0.35, 0.25, 0.35),
        pen.oval(-0.9, 0.35, 0.25, 0.35),
    )


def hat(pen):
    pen.fill("shirt", pen.oval(0, 0.4, 1, 0.85, 0, 0.5))
    pen.fill("shirt", pen.limb(-1.2, 0.45, 1.2, 0.45, 0.25))


def beast(pen):
    pen.fill("fur", pen.limb(0.15, 0.08, 0.45, 0.3, 0.12))
    pen.fill("fur", pen.oval(0, 0.25, 0.25, 0.28))
    for side in (1, -1):
        pen.fill("fur", pen.limb(side * 0.1, 0.25, side * 0.1, 0.05, 0.12))
    pen.draw(snout, 0, 0.66, 0.25)


def snout(pen):
    pen.draw(pen.one_of(cat, bear, dog, hare))
    pen.fill("fur", pen.oval(0, 0, 1.05, 0.95))
    pen.fill("cream", pen.oval(0, -0.4, 0.5, 0.4))
    pen.fill("dark", pen.oval(0, -0.2, 0.14, 0.09))
    for side in (1, -1):
        pen.ink(pen.oval(side * 0.15, -0.4, 0.15, 0.12, 0.5, 1))
    for side in (1, -1):
        pen.fill("white", pen.oval(side * 0.45, 0.2, 0.2, 0.24))
    for side in (1, -1):
        pen.draw(pupil, side * 0.42, 0.18, 1)


def cat(pen):
    for side in (1, -1):
        pen.fill(
            "fur",
            pen.poly(side * 0.25, 0.8, side * 0.8, 1.35, side * 0.95, 0.3),
        )


def bear(pen):
    for side in (1, -1):
        pen.fill("fur", pen.oval(side * 0.75, 0.75, 0.35))


def dog(pen):
    for side in (1, -1):
        pen.fill("fur", pen.limb(side * 0.95, 0.5, side * 1.15, -0.3, 0.5))


def hare(pen):
    for side in (1, -1):
        pen.fill("fur", pen.limb(side * 0.45, 0.8, side * 0.6, 1.6, 0.4))
