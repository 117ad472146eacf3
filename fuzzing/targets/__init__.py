"""What is fuzzed.

A target is a function of bytes, which come from a stranger. It returns
whatever they are: that a reader refuses them with its own error is fine, and
anything else that it raises is a fault.
"""

import functools
import importlib
import pathlib
from collections.abc import Callable
from typing import NamedTuple

_CORPUS = pathlib.Path(__file__).parents[1] / "corpus"


class Target(NamedTuple):
    """A target of fuzzing.

    Attributes:
        module: Holds the function `check`.
        seeds: Folder of `corpus/` with inputs to begin with.
        max_bytes: Of an input.
        suffix: Of the files that `check` is to make, if it takes one.
    """

    module: str
    seeds: str
    max_bytes: int
    suffix: str | None = None

    @property
    def corpus(self) -> pathlib.Path:
        """Folder of the seeds."""
        return _CORPUS / self.seeds

    def load(self) -> Callable[[bytes], None]:
        """Imports the function."""
        check = importlib.import_module(self.module).check
        if self.suffix is None:
            return check
        return functools.partial(check, suffix=self.suffix)


def _target(module, seeds, max_bytes, suffix=None):
    return Target(f"{__name__}.{module}", seeds, max_bytes, suffix)


TARGETS = {
    "pictures": _target("pictures", "pictures", 16_384),
    "graph_decoder": _target("graph_decoder", "pictures", 16_384),
    "animations": _target("animations", "animations", 1024),
    "videos": _target("videos", "videos", 65_536),
    "requests": _target("requests", "requests", 8192),
    "flag_files": _target("flag_files", "flag_files", 1024),
    "keras": _target("models", "keras", 65_536, ".keras"),
    "npz": _target("models", "npz", 16_384, ".npz"),
    "h5": _target("vgg19_weights", "h5", 65_536, ".h5"),
    "litert": _target("models", "litert", 65_536, ".tflite"),
    "onnx": _target("models", "onnx", 65_536, ".onnx"),
}
