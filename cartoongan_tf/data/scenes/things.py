"""Plants, buildings, vehicles and furniture of drawn scenes.

Each is a drawing as `pens.Pen` takes it.
"""


def sun(pen):
    pen.fill("gold", pen.oval(0, 0.5, 0.5))


def cloud(pen):
    pen.fill(
        "white",
        pen.oval(-0.7, 0.2, 0.3),
        pen.oval(-0.2, 0.45, 0.45),
        pen.oval(0.4, 0.3, 0.4),
        pen.box(0, -0.1, 1.4, 0.3),
    )
    pen.ink(pen.oval(-0.2, 0.45, 0.2, 0.2, 0.3, 0.6))


def tree(pen):
    pen.fill("wood", pen.box(0, 0, 0.13, 0.5))
    pen.draw(crown)


def crown(pen):
    pen.fill(
        "leaf",
        pen.oval(-0.2, 0.45, pen.between(0.22, 0.26), 0.23),
        pen.oval(0.2, 0.45, pen.between(0.22, 0.26), 0.23),
        pen.oval(-0.14, 0.7, 0.22, 0.24),
        pen.oval(0.17, 0.72, pen.between(0.2, 0.27), 0.22),
    )
    for side in (1, -1):
        pen.ink(pen.oval(side * 0.2, 0.5, 0.1, 0.1, 0.5, 1))


def pine(pen):
    pen.fill("wood", pen.box(0, 0, 0.12, 0.3))
    pen.fill("needle", pen.poly(-0.34, 0.15, 0.34, 0.15, 0, 0.6))
    pen.fill("needle", pen.poly(-0.27, 0.38, 0.27, 0.38, 0, 0.8))
    pen.fill("needle", pen.poly(-0.2, 0.6, 0.2, 0.6, 0, 1))


def trunk(pen):
    pen.fill("wood", pen.poly(-0.2, -0.1, -0.12, 1.2, 0.12, 1.2, 0.2, -0.1))
    pen.fill("dark", pen.oval(0, 0.45, 0.04, 0.07))
    pen.ink(pen.poly(-0.05, 0.2, -0.04, 0.35))
    pen.ink(pen.poly(0.05, 0.5, 0.04, 0.7))


def bush(pen):
    pen.fill(
        "leaf",
        pen.oval(0.4, 0.3, 0.35),
        pen.oval(0, 0.5, 0.45),
        pen.oval(-0.4, 0.3, 0.35),
    )
    for side in (1, -1):
        pen.ink(pen.oval(side * 0.4, 0.3, 0.2, 0.2, 0.5, 0.85))
    pen.ink(pen.oval(0, 0.6, 0.2, 0.2, 0.5, 0.85))


def flower(pen):
    pen.fill("needle", pen.box(0, 0, 0.06, 0.6))
    pen.fill("needle", pen.limb(0, 0.1, 0.25, 0.3, 0.14))
    pen.draw(bloom, 0, 0.72, 0.3)


def bloom(pen):
    pen.fill(
        "petal",
        pen.oval(0.6, 0, 0.5),
        pen.oval(-0.6, 0, 0.5),
        pen.oval(0.3, 0.6, 0.5),
        pen.oval(-0.3, 0.6, 0.5),
        pen.oval(0.3, -0.6, 0.5),
        pen.oval(-0.3, -0.6, 0.5),
    )
    pen.fill("gold", pen.oval(0, 0, 0.4))


def plant(pen):
    pen.draw(bush, 0, 0.3, 0.5)
    for side in (1, -1):
        pen.draw(flower, side * 0.2, 0.3, 0.65)
    pen.fill("roof", pen.poly(-0.28, 0.4, 0.28, 0.4, 0.2, 0, -0.2, 0))


def tuft(pen):
    pen.ink(pen.poly(-0.5, 0.7, -0.2, 0, 0, 1, 0.2, 0, 0.5, 0.7))


def rock(pen):
    pen.fill(
        "stone",
        pen.poly(
            -0.7, 0, -0.4, pen.between(0.5, 0.7), 0.1, 0.8, 0.5, 0.5, 0.7, 0
        ),
    )
    pen.ink(pen.poly(-0.1, 0.6, 0, 0.35, 0.2, 0.3))


def apple(pen):
    pen.fill("dark", pen.box(0.05, 0.8, 0.06, 0.3))
    pen.fill("fruit", pen.oval(0, 0.45, 0.5, 0.45))
    pen.fill("leaf", pen.limb(0.1, 1, 0.4, 1.1, 0.2))


def house(pen):
    pen.fill("stone", pen.box(0.25, 0.6, 0.14, 0.4))
    pen.fill("wall", pen.box(0, 0, pen.between(0.9, 1.1), 0.62))
    pen.draw(pen.one_of(gable, hip), 0, 0.6, 0.4)
    pen.draw(door, 0, 0, 0.42)
    for side in (1, -1):
        pen.draw(window, side * 0.34, 0.2, 0.26)
    for side in (1, -1):
        pen.ink(pen.poly(side * 0.2, 0.5, side * 0.1, 0.5))


def gable(pen):
    pen.fill("roof", pen.poly(-0.7, 0, 0.7, 0, 0, 1))
    pen.draw(window, 0, 0.15, 0.45)


def hip(pen):
    pen.fill("roof", pen.poly(-0.7, 0, 0.7, 0, 0.4, 1, -0.4, 1))
    pen.ink(pen.poly(-0.4, 0.3, 0.2, 0.3))


def window(pen):
    pen.fill("white", pen.box(0, 0, 0.8, 1))
    for side in (1, -1):
        pen.fill("glass", pen.box(side * 0.17, 0.1, 0.3, 0.36))
    for side in (1, -1):
        pen.fill("glass", pen.box(side * 0.17, 0.54, 0.3, 0.36))


def door(pen):
    pen.fill("wood", pen.box(0, 0, 0.55, 1))
    pen.fill("gold", pen.oval(0.15, 0.5, 0.04))
    pen.ink(pen.poly(-0.15, 0.6, 0.15, 0.6))


def tower(pen):
    pen.fill("wall", pen.box(0, -0.1, 0.5, 1.1))
    pen.fill("roof", pen.box(0, 1, 0.6, 0.1))
    pen.draw(panes)
    pen.draw(panes, 0, 0.4)
    pen.draw(door, 0, 0, 0.2)


def panes(pen):
    for side in (1, -1):
        pen.fill("glass", pen.box(side * 0.12, 0.2, 0.12, 0.1))
    for side in (1, -1):
        pen.fill("glass", pen.box(side * 0.12, 0.38, 0.12, 0.1))


def brick(pen):
    pen.fill("stone", pen.box(0, 0, 1.2, 0.5))


def fence(pen):
    pen.fill("cream", pen.box(0, 0.35, 4, 0.1))
    pen.fill("cream", pen.box(0, 0.7, 4, 0.1))
    for side in (1, -1):
        pen.draw(board, side * 0.2)
    for side in (1, -1):
        pen.draw(board, side * 0.6)
    for side in (1, -1):
        pen.draw(board, side * 1)
    for side in (1, -1):
        pen.draw(board, side * 1.4)
    for side in (1, -1):
        pen.draw(board, side * 1.8)


def board(pen):
    pen.fill("cream", pen.poly(-0.15, 0, 0.15, 0, 0.15, 0.9, 0, 1, -0.15, 0.9))


def car(pen):
    pen.fill(
        "shirt",
        pen.limb(-0.9, 0.4, 0.9, 0.4, 0.45),
        pen.poly(-0.7, 0.5, -0.45, 1, 0.35, 1, 0.65, 0.5),
    )
    for side in (1, -1):
        pen.fill("glass", pen.box(side * 0.25, 0.58, 0.32, 0.28))
    for side in (1, -1):
        pen.fill("rubber", pen.oval(side * 0.6, 0.18, 0.2))
    for side in (1, -1):
        pen.fill("stone", pen.oval(side * 0.6, 0.18, 0.08))


def boat(pen):
    pen.fill("wood", pen.box(0, 0.2, 0.05, 0.8))
    pen.fill("white", pen.poly(0.07, 0.35, 0.07, 1, 0.5, 0.35))
    pen.fill("petal", pen.poly(-0.07, 0.35, -0.07, 0.85, -0.35, 0.35))
    pen.fill("shirt", pen.poly(-0.55, 0.28, -0.35, 0, 0.35, 0, 0.6, 0.28))


def books(pen):
    for side in (1, -1):
        pen.draw(shelf, side * 0.5)
    for side in (1, -1):
        pen.draw(shelf, side * 1.5)
    pen.fill("cream", pen.box(0, -0.1, 5, 0.1))


def shelf(pen):
    pen.row(6, 0, 0.01, 1, book)


def book(pen):
    pen.fill("shirt", pen.box(0, 0, 0.18, pen.between(0.6, 0.9)))
    pen.fill("gold", pen.box(0, 0.3, 0.12, 0.1))


def chest(pen):
    pen.fill("wood", pen.box(0, 0, 1, 0.7))
    for side in (1, -1):
        pen.fill("gold", pen.oval(side * 0.25, 0.25, 0.05))
    pen.draw(pen.one_of(plant, lamp), 0, 0.7, 0.5)


def sofa(pen):
    pen.fill("shirt", pen.box(0, 0.1, 1.4, 0.7))
    for side in (1, -1):
        pen.fill("shirt", pen.limb(side * 0.7, 0.1, side * 0.7, 0.4, 0.25))
    pen.ink(pen.poly(0, 0.1, 0, 0.6))


def lamp(pen):
    pen.fill("stone", pen.box(0, 0, 0.1, 0.7))
    pen.fill("gold", pen.poly(-0.3, 0.55, 0.3, 0.55, 0.18, 1, -0.18, 1))
