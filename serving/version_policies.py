"""Which of the versions in a model's folder are to be served.

The three policies of TensorFlow Serving's `ServableVersionPolicy`.
"""

import dataclasses
from collections.abc import Iterable


@dataclasses.dataclass(frozen=True)
class Latest:
    """The highest numbers, one unless told otherwise."""

    num_versions: int = 1

    def choose(self, versions: Iterable[int]) -> set[int]:
        return set(sorted(versions)[-self.num_versions :])


@dataclasses.dataclass(frozen=True)
class All:
    """Each version that is there."""

    def choose(self, versions: Iterable[int]) -> set[int]:
        return set(versions)


@dataclasses.dataclass(frozen=True)
class Specific:
    """Named versions, as far as they are there."""

    versions: frozenset[int]

    def choose(self, versions: Iterable[int]) -> set[int]:
        return set(self.versions.intersection(versions))


Policy = Latest | All | Specific
