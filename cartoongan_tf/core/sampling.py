"""Samples of a sequence."""

from collections.abc import Sequence
from typing import TypeVar

Item = TypeVar("Item")


def evenly_spaced(items: Sequence[Item], count: int) -> list[Item]:
    """Returns at most `count` evenly spaced items, in order."""
    count = min(count, len(items))
    return [items[i * len(items) // count] for i in range(count)]
