"""Photos -> cartoons, file by file."""

import collections
import pathlib
from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Sequence

from cartoongan_tf import errors
from cartoongan_tf import files
from cartoongan_tf import pictures


def cartoon_paths(
    photos: Sequence[str], output: str | pathlib.Path
) -> dict[pathlib.Path, pathlib.Path]:
    """Where the cartoon of each photo goes: `OUTPUT/<photo's name>.png`.

    Args:
        photos: Files to cartoonize.
        output: Folder to write into.

    Returns:
        Files to write by photo.

    Raises:
        InputError: If two photos have the same name, a cartoon would replace
            a photo, or `output` cannot be a folder.
    """
    output = files.make_folder("--output", output)
    targets = {
        pathlib.Path(photo): output / f"{pathlib.Path(photo).stem}.png"
        for photo in photos
    }
    for target, count in collections.Counter(targets.values()).items():
        if count > 1:
            raise errors.InputError(
                f"{count} photos would all become {target}; rename them, or "
                "give them in several calls with --output folders of their "
                "own."
            )
    for photo, target in targets.items():
        if photo.resolve() == target.resolve():
            raise errors.InputError(
                f"{photo} would be replaced by its cartoon; choose another "
                "--output folder."
            )
    return targets


def cartoonize_files(
    cartoonize: Callable, targets: dict[pathlib.Path, pathlib.Path]
) -> Iterator[tuple[pathlib.Path, str | None]]:
    """Cartoonizes one photo after the other.

    Args:
        cartoonize: Function of `artifacts.open_model`.
        targets: Files to write by photo, of `cartoon_paths`.

    Yields:
        Each photo, with None once its cartoon is written, or with what was
        wrong with it.
    """
    for photo, target in targets.items():
        try:
            picture = pictures.read_picture(photo)
            pictures.write_png(target, cartoonize(picture))
        except errors.InputError as error:
            yield photo, str(error)
        else:
            yield photo, None
