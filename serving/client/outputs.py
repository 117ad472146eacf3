"""Output paths of cartoons, and atomic writes.

The server chooses between PNG and JPEG: files in an output folder get the
suffix of the format received. A single output file is converted to the format
of its suffix.
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

PIL.Image.init()  # Without it, Pillow loads only the most common formats.
_SUFFIXES = {"JPEG": ".jpg", "PNG": ".png"}
_FORMATS = {
    suffix: name
    for suffix, name in {
        ".avif": "AVIF",
        ".bmp": "BMP",
        ".gif": "GIF",
        ".jpeg": "JPEG",
        ".jpg": "JPEG",
        ".png": "PNG",
        ".tif": "TIFF",
        ".tiff": "TIFF",
        ".webp": "WEBP",
    }.items()
    if name in PIL.Image.SAVE
}
_QUALITY = 95


@dataclasses.dataclass(frozen=True)
class Output:
    """Output of one photo.

    Attributes:
        path: File to write, without a suffix if the server decides on it.
        has_suffix: Whether `path` has its suffix.
    """

    path: pathlib.Path
    has_suffix: bool

    def found(self) -> pathlib.Path | None:
        """Returns the path of an existing cartoon, or None."""
        suffixes = [""] if self.has_suffix else _SUFFIXES.values()
        paths = [_append_suffix(self.path, suffix) for suffix in suffixes]
        return next(filter(pathlib.Path.exists, paths), None)

    def write(self, cartoon: bytes) -> pathlib.Path:
        """Writes an encoded cartoon and returns the file's path.

        Raises:
            ClientError: If it is not a picture.
        """
        with _opened(cartoon) as image:
            if not self.has_suffix:
                suffix = _SUFFIXES.get(str(image.format), ".png")
                path = _append_suffix(self.path, suffix)
                return _write_atomically(path, cartoon)
            if _format_of(self.path) == image.format:
                return _write_atomically(self.path, cartoon)
            stream = io.BytesIO()
            image.save(stream, _format_of(self.path), quality=_QUALITY)
            return _write_atomically(self.path, stream.getvalue())


def plan(
    photos: Mapping[pathlib.Path, pathlib.PurePath], output: pathlib.Path
) -> dict[pathlib.Path, Output]:
    """Chooses an output for each photo.

    Photos whose names differ by suffix only, such as `1.heic` and `1.jpg`, keep
    the suffix in the cartoon's name: `1.heic.jpg` and `1.jpg.jpg`.

    Args:
        photos: Photo files, and relative paths for their cartoons.
        output: A folder; for a single photo also a file, if it has a suffix.

    Raises:
        ClientError: If two cartoons would have the same name, or the suffix of
            a file is not that of a format that cartoons are written in.
    """
    if output.suffix and not output.is_dir():
        if len(photos) > 1:
            raise errors.ClientError(
                f"--output={output} is a single file, for {len(photos)} "
                "photos; name a folder."
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
    """Returns a key for paths on case-insensitive file systems."""
    return str(path).casefold()


def _append_suffix(path, suffix):
    """Appends a suffix to a name that may contain dots, such as `beach.2`."""
    return path.with_name(path.name + suffix)


def _format_of(path):
    try:
        return _FORMATS[path.suffix.lower()]
    except KeyError:
        raise errors.ClientError(
            f"--output={path}: {path.suffix} is not a format for cartoons; use "
            f"one of {', '.join(_FORMATS)}, or name a folder."
        ) from None


def _opened(cartoon):
    try:
        return PIL.Image.open(io.BytesIO(cartoon), formats=tuple(_SUFFIXES))
    except PIL.UnidentifiedImageError:
        raise errors.ClientError(
            "The server's response is not a picture; is the model name right?"
        ) from None


def _write_atomically(path, data):
    path.parent.mkdir(parents=True, exist_ok=True)
    # A digest, as the name itself may be of the maximum length.
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
