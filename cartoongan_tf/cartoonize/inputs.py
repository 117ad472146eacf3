"""Inputs of a command: files, folders, patterns and devices.

A folder is searched with its sub-folders. What is hidden there is skipped.
Where the results go is skipped too, so that a second run does not make
cartoons of cartoons.
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

from cartoongan_tf.cartoonize import media_type
from cartoongan_tf.core import crashes
from cartoongan_tf.core import errors
from cartoongan_tf.core import folder_walk
from cartoongan_tf.data import samples
from cartoongan_tf.images import formats

STREAM = "-"

_CAMERA = re.compile(r"camera:(\d+)")
_DIGITS = re.compile(r"(\d+)")
_INPUT_SUFFIXES = formats.READ_SUFFIXES.keys() | media_type.VIDEO_SUFFIXES


@dataclasses.dataclass(frozen=True)
class Job:
    """One thing to make a cartoon of.

    Attributes:
        kind: What it is.
        source: A file; the number of a camera; None for standard input.
        relative: Where it lies below its input, which its result mirrors.
        format: A picture's format, as Pillow calls it, or None.
        is_named: Whether the user named just this, and not a folder.
    """

    kind: media_type.Kind
    source: pathlib.Path | int | None
    relative: pathlib.PurePath
    format: str | None = None
    is_named: bool = False


@dataclasses.dataclass(frozen=True)
class Found:
    """Inputs, resolved.

    Attributes:
        jobs: What is to be done, in the order of the inputs.
        problems: What was named and is not there, or cannot be looked at, by
            its name.
        skipped: How many files in folders were skipped, by ending or
            by what they are.
    """

    jobs: list[Job]
    problems: dict[str, str]
    skipped: collections.Counter[str]


def find(
    names: Sequence[str],
    *,
    output: str | pathlib.Path | None,
    samples_folder: pathlib.Path | None = None,
) -> Found:
    """Finds out what inputs mean. A file that is named twice counts once.

    Args:
        names: Files; folders; patterns with `*`, `?`, `[...]` and `**`; `-`
            for standard input; `camera:0` and so on; `sample:photos`.
        output: Where results go; in folders that is skipped.
        samples_folder: Where samples are written as files.
    """
    search = _Search(output, samples_folder)
    for name in names:
        search.add(name)
    return Found(list(search.jobs.values()), search.problems, search.passed)


def natural_key(path: pathlib.PurePath) -> list:
    """Sorts frame2 before frame10, and all below a folder together."""
    return [
        [int(s) if s.isdecimal() else s for s in _DIGITS.split(part)]
        for part in path.parts
    ]


class _Search:
    def __init__(self, output, samples_folder):
        self._output = output and pathlib.Path(output).resolve()
        self._samples_folder = samples_folder
        self.jobs = {}
        self.problems = {}
        self.passed = collections.Counter()

    def add(self, name):
        """Adds what one input means."""
        path = pathlib.Path(name)
        camera = _CAMERA.fullmatch(name)
        if name == STREAM:
            self._add_device(name, media_type.Kind.STREAM, None, "stdin")
        elif os.path.lexists(path):
            self._add_path(path)
        elif camera:
            number = int(camera[1])
            place = f"camera-{number}"
            self._add_device(name, media_type.Kind.CAMERA, number, place)
        elif name.startswith(samples.PREFIX):
            self._add_sample(name)
        elif glob.has_magic(name):
            self._add_pattern(name)
        else:
            self.problems[name] = "does not exist."

    def _add_device(self, name, kind, source, place):
        job = Job(kind, source, pathlib.PurePath(place), is_named=True)
        self.jobs[name] = job

    def _add_path(self, path):
        if path.is_dir():
            for file in self._files_below(path):
                self._add_found(file, file.relative_to(path))
        elif not path.exists():
            self.problems[str(path)] = "is a link to what does not exist."
        elif not path.is_file():  # To read from a pipe might never end.
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
        """All files that are not hidden, in natural order."""
        walk = folder_walk.FolderWalk(folder, self._is_output, natural_key)
        yield from walk.files()
        for what, paths in walk.left_out.items():
            self.passed[what] += len(paths)
        for path, reason in walk.unreadable.items():
            self.problems[str(path)] = reason

    def _is_output(self, folder):
        here = folder.resolve()
        return self._output in (here, *here.parents)

    def _add_found(self, path, relative):
        """Adds a file that was not named, if it has an ending to go by."""
        suffix = path.suffix.lower()
        if not path.is_file():
            self.passed["special file or broken link"] += 1
        elif suffix not in _INPUT_SUFFIXES:
            self.passed[suffix or "no ending"] += 1
        else:
            self._add_file(path, relative)

    def _add_file(self, path, relative, is_named=False):
        try:
            with crashes.handling(path):
                content = media_type.of_file(path)
        except OSError as error:
            self.problems[str(path)] = f"cannot be read ({error.strerror})."
            return
        except crashes.EndsProcess as error:
            self.problems[str(path)] = str(error)
            return
        if content.kind is None and not is_named:
            self.passed[path.suffix.lower()] += 1
            return
        # What is named and of no known kind is told so by who reads it.
        kind = content.kind or media_type.Kind.PICTURE
        job = Job(kind, path, relative, content.format, is_named)
        self.jobs.setdefault(path.resolve(), job)


def _root_of(pattern):
    """The folders of a pattern that stand before its first wildcard."""
    folders = pathlib.Path(pattern).parts[:-1]
    fixed = itertools.takewhile(lambda part: not glob.has_magic(part), folders)
    return pathlib.Path(*fixed)
