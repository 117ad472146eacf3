"""Sheets of the shipped styles: a sample photo beside its cartoon."""

import pathlib
from collections.abc import Iterator

from cartoongan_tf.core import errors
from cartoongan_tf.data import samples
from cartoongan_tf.images import contact_sheets
from cartoongan_tf.images import pictures
from cartoongan_tf.inference import loading
from cartoongan_tf.inference import styles

_PHOTO = "astronaut"
_SIDE = 400  # pixels


def write(folder: pathlib.Path) -> Iterator[pathlib.Path]:
    """Writes a PNG file per style, named after the style.

    Args:
        folder: Output folder, created if missing.

    Yields:
        Path of each file, once it is written.

    Raises:
        InputError: If there are no sample photos, or `folder` is a file.
    """
    photo = samples.read_photos()[_PHOTO]
    if folder.exists() and not folder.is_dir():
        raise errors.InputError(f"`output`={folder} is not a folder.")
    folder.mkdir(parents=True, exist_ok=True)
    for name in styles.names():
        cartoon = loading.open_model(name, "model")(photo)
        sheet = contact_sheets.contact_sheet(
            [photo, cartoon], ["photo", name], side=_SIDE
        )
        path = folder / f"{name}.png"
        pictures.write_png(path, sheet)
        yield path
