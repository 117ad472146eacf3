"""Inputs of a command: files, folders, patterns and devices.

Folders are searched recursively. Hidden files are skipped, and so is the
output folder, so that a second run does not cartoonize cartoons.
"""

import collections
import dataclasses
import glob
import itertools
import os
import pathlib
import re
from collections.abc import Iterator
from collections.abc import Sequence

from cartoongan_tf.cartoonize import media_types
from cartoongan_tf.core import crashes
from cartoongan_tf.core import errors
from cartoongan_tf.core import folder_walk
from cartoongan_tf.data import samples
from cartoongan_tf.images import formats

STREAM = "-"

_CAMERA = re.compile(r"camera:(\d+)")
_DIGITS = re.compile(r"(\d+)")
_INPUT_SUFFIXES = formats.READ_SUFFIXES.keys() | media_types.VIDEO_SUFFIXES


@dataclasses.dataclass(frozen=True)
class Input:
    """A picture, animation, video, stream or camera to cartoonize.

    Attributes:
        media_type: Media type.
        source: Path of a file, index of a camera, or None for standard input.
        relative: Path relative to the named folder, also of the result.
        format: Pillow's name of a picture's format, or None.
        is_named: Whether the user named this input itself, not its folder.
    """

    media_type: media_types.MediaType
    source: pathlib.Path | int | None
    relative: pathlib.PurePath
    format: str | None = None
    is_named: bool = False


@dataclasses.dataclass(frozen=True)
class Found:
    """Result of a search for inputs.

    Attributes:
        inputs: Inputs, in the order of their names.
        problems: Problems with named inputs that are missing or unreadable,
            by name.
        skipped: Number of files skipped in folders, by extension or reason.
    """

    inputs: list[Input]
    problems: dict[str, str]
    skipped: collections.Counter[str]


def find(
    names: Sequence[str],
    *,
    output: str | pathlib.Path | None,
    samples_folder: pathlib.Path | None = None,
) -> Found:
    """Finds the inputs that names refer to; duplicates count once.

    Args:
        names: Files; folders; patterns with `*`, `?`, `[...]` and `**`; `-`
            for standard input; `camera:0` and so on; `sample:photos`.
        output: File or folder of results, to skip in folders.
        samples_folder: Folder to write samples to.
    """
    search = _Search(output, samples_folder)
    for name in names:
        search.add(name)
    return Found(list(search.inputs.values()), search.problems, search.skipped)


def natural_key(path: pathlib.PurePath) -> list:
    """Key to sort frame2 before frame10, and the files of a folder together."""
    return [
        [int(s) if s.isdecimal() else s for s in _DIGITS.split(part)]
        for part in path.parts
    ]


class _Search:
    def __init__(self, output, samples_folder):
        self._output = output and pathlib.Path(output).resolve()
        self._samples_folder = samples_folder
        self.inputs = {}
        self.problems = {}
        self.skipped = collections.Counter[str]()

    def add(self, name):
        """Adds the inputs that a name refers to."""
        path = pathlib.Path(name)
        camera = _CAMERA.fullmatch(name)
        if name == STREAM:
            self._add_device(name, media_types.MediaType.STREAM, None, "stdin")
        elif os.path.lexists(path):
            self._add_path(path)
        elif camera:
            index = int(camera[1])
            self._add_device(
                name, media_types.MediaType.CAMERA, index, f"camera-{index}"
            )
        elif name.startswith(samples.PREFIX):
            self._add_sample(name)
        elif glob.has_magic(name):
            self._add_pattern(name)
        else:
            self.problems[name] = "does not exist."

    def _add_device(self, name, media_type, source, relative):
        self.inputs[name] = Input(
            media_type, source, pathlib.PurePath(relative), is_named=True
        )

    def _add_path(self, path):
        if path.is_dir():
            for file in self._files_below(path):
                self._add_found(file, file.relative_to(path))
        elif not path.exists():
            self.problems[str(path)] = "is a broken link."
        elif not path.is_file():  # Reading from a pipe might never end.
            self.problems[str(path)] = (
                "is not a regular file; pipe it into `-` instead."
            )
        else:
            self._add_file(path, pathlib.PurePath(path.name), is_named=True)

    def _add_sample(self, name):
        try:
            folder = samples.resolve_folder(name, self._samples_folder, "INPUT")
        except errors.InputError as error:
            self.problems[name] = str(error)
            return
        for file in sorted(folder.iterdir(), key=natural_key):
            self._add_file(file, pathlib.PurePath(file.name))

    def _add_pattern(self, pattern):
        root = _root_of(pattern)
        found = sorted(
            map(pathlib.Path, glob.iglob(pattern, recursive=True)),
            key=natural_key,
        )
        if not found:
            self.problems[pattern] = "matches no file."
        # `**` finds both folders and what is in them.
        parents = {path.parent for path in found}
        for path in found:
            if path in parents or self._is_output(path.parent):
                continue
            below = self._files_below(path) if path.is_dir() else [path]
            for file in below:
                self._add_found(file, file.relative_to(root))

    def _files_below(self, folder) -> Iterator[pathlib.Path]:
        """Yields all files that are not hidden, in natural order."""
        walk = folder_walk.FolderWalk(folder, self._is_output, natural_key)
        yield from walk.files()
        for reason, paths in walk.skipped.items():
            self.skipped[reason] += len(paths)
        for path, problem in walk.unreadable.items():
            self.problems[str(path)] = problem

    def _is_output(self, folder):
        resolved = folder.resolve()
        return self._output in (resolved, *resolved.parents)

    def _add_found(self, path, relative):
        """Adds a file that was not named, if its extension is known."""
        suffix = path.suffix.lower()
        if not path.is_file():
            self.skipped["special file or broken link"] += 1
        elif suffix not in _INPUT_SUFFIXES:
            self.skipped[suffix or "no extension"] += 1
        else:
            self._add_file(path, relative)

    def _add_file(self, path, relative, is_named=False):
        try:
            with crashes.handling(path):
                content = media_types.of_file(path)
        except OSError as error:
            self.problems[str(path)] = f"cannot be read ({error.strerror})."
            return
        except crashes.CrashError as error:
            self.problems[str(path)] = str(error)
            return
        if content.media_type is None and not is_named:
            self.skipped[path.suffix.lower()] += 1
            return
        # A named file of unknown type is reported when it is read.
        media_type = content.media_type or media_types.MediaType.PICTURE
        found = Input(media_type, path, relative, content.format, is_named)
        self.inputs.setdefault(path.resolve(), found)


def _root_of(pattern):
    """Returns the folders of a pattern before its first wildcard."""
    folders = pathlib.Path(pattern).parts[:-1]
    fixed = itertools.takewhile(lambda part: not glob.has_magic(part), folders)
    return pathlib.Path(*fixed)
