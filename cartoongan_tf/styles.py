"""Shipped styles: generators that come with the program, by name.

Each is `weights/NAME.keras`, and `weights/NAME_discriminator.keras` is the
discriminator that it was trained with.
"""

import pathlib

DEFAULT = "storybook"
FOLDER = pathlib.Path(__file__).parents[1] / "weights"

_SUFFIX = ".keras"
_DISCRIMINATOR = "_discriminator"


def names() -> list[str]:
    """Names of the shipped styles."""
    stems = sorted(path.stem for path in FOLDER.glob(f"*{_SUFFIX}"))
    return [stem for stem in stems if not stem.endswith(_DISCRIMINATOR)]


def find(model: str | pathlib.Path) -> pathlib.Path:
    """The file of a style, or `model` itself if it is no name of one.

    A file or folder of that name goes first.
    """
    path = pathlib.Path(model)
    if str(model) in names() and not path.exists():
        return FOLDER / f"{model}{_SUFFIX}"
    return path


def discriminator_of(generator: pathlib.Path) -> pathlib.Path:
    """Where the discriminator of a generator's `.keras` file would be."""
    return generator.with_stem(f"{generator.stem}{_DISCRIMINATOR}")
