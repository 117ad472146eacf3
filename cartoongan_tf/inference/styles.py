"""Shipped styles: named pretrained generators.

Each is `weights/NAME.keras`. Its discriminators from training are
`weights/NAME_discriminator.keras`, for pixels, and
`weights/NAME_feature_discriminator.keras`, for VGG19 features.
"""

import pathlib
from typing import NamedTuple

DEFAULT = "storybook"
FOLDER = pathlib.Path(__file__).parents[1] / "weights"
NOT_STATED = "not stated"  # For credit and license.

_SUFFIX = ".keras"
_DISCRIMINATOR = "_discriminator"


class About(NamedTuple):
    """Name, credit and license of a style, as in an export's report.

    Attributes:
        name: Name of the style.
        credit: Attribution.
        license: License of the weights.
    """

    name: str = "CartoonGAN"
    credit: str = NOT_STATED
    license: str = NOT_STATED

    def with_overrides(
        self, credit: str | None, license: str | None
    ) -> "About":
        """Returns a copy with credit and license replaced where given."""
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
    """Returns the names of the shipped styles, the default first."""
    stems = [path.stem for path in FOLDER.glob(f"*{_SUFFIX}")]
    own = [stem for stem in stems if not stem.endswith(_DISCRIMINATOR)]
    return sorted(own, key=lambda name: (name != DEFAULT, name))


def find(model: str | pathlib.Path) -> pathlib.Path:
    """Returns the file of a style, or `model` as a path if there is no such.

    A file or folder of that name takes precedence.
    """
    path = pathlib.Path(model)
    if str(model) in names() and not path.exists():
        return FOLDER / f"{model}{_SUFFIX}"
    return path


def beside(generator: pathlib.Path, name: str) -> pathlib.Path:
    """Returns the path of a discriminator beside its generator.

    Args:
        generator: The generator's `.keras` file.
        name: `"discriminator"` or `"feature_discriminator"`.
    """
    return generator.with_stem(f"{generator.stem}_{name}")


def about(model: str | pathlib.Path) -> About:
    """Describes a shipped style; other models get only a name."""
    path = find(model)
    name = f"CartoonGAN {path.stem}"
    if path.parent != FOLDER:
        return About(name)
    illustrators = _ILLUSTRATORS[path.stem.removesuffix("-tiny")]
    return About(name, _CREDIT.format(illustrators), _LICENSE)
