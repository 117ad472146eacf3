"""Where cartoons of photos are written, whole or not at all.

A server decides whether its cartoons are PNG or JPEG: in a folder, files get
the ending of what came. A file that is named gets the format that its ending
asks for.
"""

import collections
import dataclasses
import hashlib
import io
import os
import pathlib
from collections.abc import Mapping

import PIL.Image

from . import errors

_SUFFIXES = {"JPEG": ".jpg", "PNG": ".png"}
_QUALITY = 95


@dataclasses.dataclass(frozen=True)
class Output:
    """Where the cartoon of one photo goes.

    Attributes:
        path: File to write; without an ending if what comes decides on it.
        has_suffix: Whether the ending is there already.
    """

    path: pathlib.Path
    has_suffix: bool

    def found(self) -> pathlib.Path | None:
        """The cartoon that is there already, if any."""
        suffixes = [""] if self.has_suffix else _SUFFIXES.values()
        paths = [_with_ending(self.path, suffix) for suffix in suffixes]
        return next(filter(pathlib.Path.exists, paths), None)

    def write(self, cartoon: bytes) -> pathlib.Path:
        """Writes an encoded cartoon and gives the file's path.

        Raises:
            ClientError: If it is no picture, or cannot be written as asked.
        """
        with _opened(cartoon) as image:
            if not self.has_suffix:
                suffix = _SUFFIXES.get(str(image.format), ".png")
                path = _with_ending(self.path, suffix)
                return _write_whole(path, cartoon)
            if _format_of(self.path) == image.format:
                return _write_whole(self.path, cartoon)
            stream = io.BytesIO()
            image.save(stream, _format_of(self.path), quality=_QUALITY)
            return _write_whole(self.path, stream.getvalue())


def plan(
    photos: Mapping[pathlib.Path, pathlib.PurePath], output: pathlib.Path
) -> dict[pathlib.Path, Output]:
    """Chooses an output for each photo.

    Photos of one name with different endings, such as `1.heic` and `1.jpg`,
    keep these in the names of their cartoons: `1.heic.jpg` and `1.jpg.jpg`.

    Args:
        photos: Files, and where their cartoons go below a folder.
        output: A folder; for one photo also a file, told by its ending.

    Raises:
        ClientError: If two cartoons would have the same name, or the ending of
            a file is that of no picture.
    """
    if output.suffix and not output.is_dir():
        if len(photos) > 1:
            raise errors.ClientError(
                f"--output={output} is one file, for {len(photos)} photos; "
                "name a folder."
            )
        _format_of(output)
        return {photo: Output(output, True) for photo in photos}
    stems = {photo: place.with_suffix("") for photo, place in photos.items()}
    counts = collections.Counter(map(_folded, stems.values()))
    for photo, place in photos.items():
        if counts[_folded(stems[photo])] > 1:
            stems[photo] = place
    sources: dict[str, pathlib.Path] = {}
    for photo, stem in stems.items():
        other = sources.setdefault(_folded(stem), photo)
        if other != photo:
            raise errors.ClientError(
                f"{other} and {photo} would have the same cartoon in {output}; "
                "send them one after the other, into two folders."
            )
    return {
        photo: Output(output / stem, False) for photo, stem in stems.items()
    }


def _folded(path):
    """Many systems do not tell names apart that differ by case only."""
    return str(path).casefold()


def _with_ending(path, suffix):
    """Adds to a name, which may have a dot in it, such as `beach.2`."""
    return path.with_name(path.name + suffix)


def _format_of(path):
    formats = PIL.Image.registered_extensions()
    try:
        return formats[path.suffix.lower()]
    except KeyError:
        raise errors.ClientError(
            f"--output={path} has the ending of no picture; end it in .png or "
            ".jpg, or name a folder."
        ) from None


def _opened(cartoon):
    try:
        return PIL.Image.open(io.BytesIO(cartoon))
    except PIL.UnidentifiedImageError:
        raise errors.ClientError(
            "The server's response is no picture; is the model's name right?"
        ) from None


def _write_whole(path, data):
    path.parent.mkdir(parents=True, exist_ok=True)
    # Not its name, which may be as long as a name can be.
    digest = hashlib.sha256(os.fsencode(path.name)).hexdigest()
    temporary = path.with_name(f".tmp-{digest}")
    try:
        with open(temporary, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    return path
