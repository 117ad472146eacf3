"""Seeds of independent random streams, derived from the seed of a run.

Photos and cartoons must not be paired in the same order every epoch. No two
runs with different seeds share a stream.
"""


def photo(seed: int) -> int:
    return 2 * seed


def cartoon(seed: int) -> int:
    return 2 * seed + 1


def people(seed: int) -> int:
    return -5 * seed - 1


def match(seed: int) -> int:
    return -5 * seed - 2


def flip(seed: int) -> int:
    return -5 * seed - 3


def stray(seed: int) -> int:
    return -5 * seed - 4


def stroke(seed: int) -> int:
    return -5 * seed - 5
