"""Recursive walk of a folder.

Hidden files are skipped, and so are the thumbnail and trash folders of file
servers and operating systems. Links to folders are followed after all real
folders, so that a folder reached twice is visited once, by its own path. Links
to a parent folder are circular and skipped.
"""

import collections
import os
import pathlib
from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence

HIDDEN = "hidden"
# Of Synology, QNAP, macOS archives and Windows.
_SYSTEM_FOLDERS = frozenset(
    {"@eaDir", "#recycle", "@Recycle", "__MACOSX", "$RECYCLE.BIN"}
)
CIRCLE = "linked folder that leads in a circle"


class FolderWalk:
    """Files of a folder.

    Args:
        folder: Folder to search.
        is_excluded: Predicate of sub-folders that are not part of the folder;
            they do not count as skipped.
        key: Sort key of files and sub-folders within each folder.

    Attributes:
        skipped: Paths skipped so far, by category.
        unreadable: Folders that cannot be listed, each with an error message
            that follows its path.
    """

    def __init__(
        self,
        folder: pathlib.Path,
        is_excluded: Callable[[pathlib.Path], bool] = lambda folder: False,
        key: Callable | None = None,
    ):
        self.skipped: dict[str, list[pathlib.Path]] = {}
        self.unreadable: dict[pathlib.Path, str] = {}
        self._folder = folder
        self._is_excluded = is_excluded
        self._key = key
        self._visited: set[pathlib.Path] = set()
        self._links: collections.deque[pathlib.Path] = collections.deque()

    def files(self) -> Iterator[pathlib.Path]:
        """Yields non-folders; these include broken links and special files."""
        yield from self._below(self._folder)
        while self._links:
            link = self._links.popleft()
            target = link.resolve()
            if target in self._visited or self._is_excluded(link):
                continue
            above = {
                *self._folder.resolve().parents,
                *link.parent.resolve().parents,
            }
            if target in above:
                self._skip(CIRCLE, link)
            else:
                yield from self._below(link)

    def _below(self, top):
        for parent, below, names in os.walk(top, onerror=self._add_unreadable):
            here = pathlib.Path(parent)
            self._visited.add(here.resolve())
            folders = self._visible(here, below)
            self._links.extend(f for f in folders if f.is_symlink())
            below[:] = [f.name for f in folders if self._is_new(f)]
            yield from self._visible(here, names)

    def _visible(self, here, names):
        paths = sorted((here / name for name in names), key=self._key)
        for path in filter(is_hidden, paths):
            self._skip(HIDDEN, path)
        return [path for path in paths if not is_hidden(path)]

    def _is_new(self, folder):
        is_own = not folder.is_symlink() and not self._is_excluded(folder)
        return is_own and folder.resolve() not in self._visited

    def _skip(self, category, path):
        self.skipped.setdefault(category, []).append(path)

    def _add_unreadable(self, error):
        reason = f"cannot be looked into ({error.strerror})."
        self.unreadable[pathlib.Path(error.filename)] = reason


def is_hidden(path: pathlib.PurePath) -> bool:
    """Whether a name is that of a hidden file or a system folder."""
    return path.name.startswith(".") or path.name in _SYSTEM_FOLDERS


def describe(skipped: Mapping[str, Sequence[pathlib.Path]]) -> str:
    """Describes skipped paths by count and example of each category.

    Args:
        skipped: Paths by category, each with at least one.
    """
    return ", ".join(
        f"{len(paths)} {category} ({paths[0].name})"
        for category, paths in skipped.items()
    )
