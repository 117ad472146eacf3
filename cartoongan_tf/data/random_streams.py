"""Streams of random numbers, each with a seed that is a function of a run's.

Photos and cartoons must not meet in the same order pass after pass. No two
seeds of runs share a stream.
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
