"""Shipped styles: generators that come with the program, by name.

Each is `weights/NAME.keras`. The discriminators that it was trained with are
`weights/NAME_discriminator.keras`, for pixels, and
`weights/NAME_feature_discriminator.keras`, for VGG19's features.
"""

import pathlib
from typing import NamedTuple

DEFAULT = "storybook"
FOLDER = pathlib.Path(__file__).parents[1] / "weights"
NOT_STATED = "not stated"  # Credit or license.

_SUFFIX = ".keras"
_DISCRIMINATOR = "_discriminator"


class About(NamedTuple):
    """The part of an export's report on its style.

    Attributes:
        name: Of the style.
        credit: Whom to credit.
        license: Of the weights.
    """

    name: str = "CartoonGAN"
    credit: str = NOT_STATED
    license: str = NOT_STATED

    def stating(self, credit: str | None, license: str | None) -> "About":
        """The same with another credit and license, where they are given."""
        return self._replace(
            credit=credit or self.credit, license=license or self.license
        )


_CREDIT = (
    "The CartoonGAN authors; trained on illustrations by {}, and photos listed "
    "in the model card."
)
_ILLUSTRATORS = {
    "storybook": "Wiehan de Jager, African Storybook (CC BY)",
    "comic": (
        "Rob Owen, Magriet Brink and Marleen Visser, African Storybook (CC BY)"
    ),
    "bright": "Catherine Groenewald, African Storybook (CC BY)",
    "ink": "Blanche Fisher Wright (1916 and 1918, public domain in the USA)",
    "painted": "David Revoy, Pepper&Carrot (CC BY 4.0)",
}
_LICENSE = "Apache-2.0"


def names() -> list[str]:
    """Names of the shipped styles, the default one first."""
    stems = [path.stem for path in FOLDER.glob(f"*{_SUFFIX}")]
    own = [stem for stem in stems if not stem.endswith(_DISCRIMINATOR)]
    return sorted(own, key=lambda name: (name != DEFAULT, name))


def find(model: str | pathlib.Path) -> pathlib.Path:
    """The file of a style, or `model` itself if it is no name of one.

    A file or folder of that name goes first.
    """
    path = pathlib.Path(model)
    if str(model) in names() and not path.exists():
        return FOLDER / f"{model}{_SUFFIX}"
    return path


def beside(generator: pathlib.Path, name: str) -> pathlib.Path:
    """Where a network would be that was trained with a generator.

    Args:
        generator: The generator's `.keras` file.
        name: `"discriminator"` or `"feature_discriminator"`.
    """
    return generator.with_stem(f"{generator.stem}_{name}")


def about(model: str | pathlib.Path) -> About:
    """Facts of a shipped style; of another model, its name."""
    path = find(model)
    name = f"CartoonGAN {path.stem}"
    if path.parent != FOLDER:
        return About(name)
    illustrators = _ILLUSTRATORS[path.stem.removesuffix("-tiny")]
    return About(name, _CREDIT.format(illustrators), _LICENSE)
