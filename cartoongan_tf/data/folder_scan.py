"""Folder scan: finds pictures to train on and files that cannot be used.

Every picture is decoded once, so that damaged ones are found before hours of
work, not after them.
"""

import dataclasses
import pathlib
import sys
from collections.abc import Collection
from collections.abc import Mapping
from collections.abc import Sequence

from cartoongan_tf.core import crashes
from cartoongan_tf.core import errors
from cartoongan_tf.core import folder_walk
from cartoongan_tf.core import progress
from cartoongan_tf.data import file_lists
from cartoongan_tf.images import formats
from cartoongan_tf.images import headers
from cartoongan_tf.images import jpeg_end
from cartoongan_tf.images import pictures

_MAX_LISTED = 5
_NO_ENDING = "without an ending"
_NO_FILE = "special file or broken link"


@dataclasses.dataclass(frozen=True)
class FolderScan:
    """Files of a folder and its subfolders, or of a file list.

    Attributes:
        folder: The folder, or the file list.
        paths: Pictures that decode without errors, in the same order on every
            machine.
        headers: Headers of `paths`.
        problems: Damaged pictures and unreadable folders, each with the
            reason, phrased to follow its path.
        ignored: All other files, by suffix or by description.
    """

    folder: pathlib.Path
    paths: list[pathlib.Path]
    headers: list[headers.Header]
    problems: dict[pathlib.Path, str]
    ignored: Mapping[str, Sequence[pathlib.Path]]


def scan_folder(
    folder: str | pathlib.Path,
    flag: str,
    excluded: Collection[pathlib.Path] = (),
) -> FolderScan:
    """Decodes every picture of a folder; links to folders are followed.

    Args:
        folder: Folder to search, with its subfolders; or a file list
            (`file_lists.py`), whose order is kept.
        flag: Name of the argument that gave `folder`, for messages.
        excluded: Subfolders to skip, as resolved paths: outputs that must not
            be read back.

    Raises:
        InputError: If the folder or the list is missing.
    """
    folder = pathlib.Path(folder)
    if folder.suffix == file_lists.SUFFIX and not folder.is_dir():
        return _examine_all(folder, file_lists.read_list(folder, flag), {}, {})
    if not folder.is_dir():
        raise errors.InputError(f"`{flag}`={folder} is not a folder.")
    walk = folder_walk.FolderWalk(
        folder, lambda path: path.resolve() in excluded
    )
    candidates: list[pathlib.Path] = []
    ignored: dict[str, list[pathlib.Path]] = {}
    for path in sorted(walk.files()):
        suffix = path.suffix.lower()
        if not path.is_file():
            ignored.setdefault(_NO_FILE, []).append(path)
        elif _is_picture(path):
            candidates.append(path)
        else:
            ignored.setdefault(suffix or _NO_ENDING, []).append(path)
    hidden = walk.skipped.pop(folder_walk.HIDDEN, [])
    hidden_pictures = [p for p in hidden if _is_picture(p)]
    if hidden_pictures:
        ignored[folder_walk.HIDDEN] = hidden_pictures
    ignored.update(walk.skipped)
    return _examine_all(folder, candidates, ignored, walk.unreadable)


def require_pictures(scan: FolderScan, flag: str, bad_images: str) -> None:
    """Checks that a folder can be trained on, and prints what is left out.

    Args:
        scan: Scan of the folder.
        flag: Name of the argument that gave the folder, for messages.
        bad_images: `error` to fail at damaged pictures, or `skip` to list
            them and go on.

    Raises:
        InputError: If there are no pictures, or damaged ones.
    """
    named = f"`{flag}`={scan.folder}"
    left_out = folder_walk.describe(scan.ignored)
    if scan.problems and bad_images == "error":
        raise errors.InputError(
            f"{_describe(scan, named)}\nOr pass `bad_images`=skip."
        )
    if not scan.paths:
        other = f", but {left_out}" if left_out else ""
        raise errors.InputError(
            f"{named} holds no pictures{other}; known suffixes are "
            f"{', '.join(formats.READ_SUFFIXES)}."
        )
    if left_out:
        print(f"Left out of {named}: {left_out}.", file=sys.stderr)
    if scan.problems:
        print(f"Skipped: {_describe(scan, named)}", file=sys.stderr)
    if truncated := _without_end_marker(scan):
        read = folder_walk.describe({"JPEG without an end marker": truncated})
        print(f"Read from {named} nevertheless: {read}.", file=sys.stderr)


def _is_picture(path):
    return path.suffix.lower() in formats.READ_SUFFIXES


def _examine_all(folder, candidates, ignored, problems):
    results = progress.in_threads(_examine, candidates, f"Reading {folder}")
    good, problems = {}, dict(problems)
    for path, result in zip(candidates, results, strict=True):
        if isinstance(result, headers.UnreadableImage):
            problems[path] = result.reason
        else:
            good[path] = result
    return FolderScan(
        folder, list(good), list(good.values()), problems, ignored
    )


def _examine(path):
    try:
        with crashes.handling(path):
            header = headers.read_header(path)
            headers.check_suffix(path, header)
            pictures.read_picture(path)
    except headers.UnreadableImage as problem:
        return problem
    except crashes.CrashError as error:
        return headers.UnreadableImage(path, str(error))
    return header


def _without_end_marker(scan):
    return [
        path
        for path, header in zip(scan.paths, scan.headers, strict=True)
        if header.format == "JPEG"
        and header.decoder == headers.PILLOW
        and jpeg_end.is_missing(path)
    ]


def _describe(scan, named):
    """A summary line, and one line for each of the first problems."""
    problems = [f"{path} {why}" for path, why in scan.problems.items()]
    more = len(problems) - _MAX_LISTED
    count = len(problems) + len(scan.paths)
    lines = [
        f"{len(problems)} of {count} pictures in {named} cannot be used:",
        *problems[:_MAX_LISTED],
    ]
    if more > 0:
        lines.append(f"And {more} more; python prepare.py check lists all.")
    return "\n  ".join(lines)
