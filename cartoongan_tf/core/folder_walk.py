"""Walk of a folder: its files and those of its sub-folders.

What is hidden is left out, and so is what file servers and systems keep to
themselves: thumbnails, and what was thrown away. Links to folders are
followed, after all folders that lie in place, so that a folder that is reached
twice counts once, and by its own path. A link to a folder above itself would
lead in circles.
"""

import collections
import os
import pathlib
from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence

HIDDEN = "hidden"
# Of Synology, QNAP, macOS' archives and Windows.
_OF_SYSTEMS = frozenset(
    {"@eaDir", "#recycle", "@Recycle", "__MACOSX", "$RECYCLE.BIN"}
)
CIRCLE = "linked folder that leads in a circle"


class FolderWalk:
    """Files of a folder.

    Args:
        folder: Folder to search.
        is_skipped: Tells of a sub-folder whether it is none of the folder's,
            without being left out.
        key: What files and sub-folders are sorted by, within each folder.

    Attributes:
        left_out: Paths that were not visited, by what they are, as far as the
            walk has come.
        unreadable: Folders that cannot be looked into, each with the reason,
            to be read after its path.
    """

    def __init__(
        self,
        folder: pathlib.Path,
        is_skipped: Callable[[pathlib.Path], bool] = lambda folder: False,
        key: Callable | None = None,
    ):
        self.left_out: dict[str, list[pathlib.Path]] = {}
        self.unreadable: dict[pathlib.Path, str] = {}
        self._folder = folder
        self._is_skipped = is_skipped
        self._key = key
        self._visited: set[pathlib.Path] = set()
        self._links: collections.deque[pathlib.Path] = collections.deque()

    def files(self) -> Iterator[pathlib.Path]:
        """Paths that are no folders; links may be broken, files special."""
        yield from self._below(self._folder)
        while self._links:
            link = self._links.popleft()
            target = link.resolve()
            if target in self._visited or self._is_skipped(link):
                continue
            above = {
                *self._folder.resolve().parents,
                *link.parent.resolve().parents,
            }
            if target in above:
                self._leave_out(CIRCLE, link)
            else:
                yield from self._below(link)

    def _below(self, top):
        for parent, below, names in os.walk(top, onerror=self._refuse):
            here = pathlib.Path(parent)
            self._visited.add(here.resolve())
            folders = self._visible(here, below)
            self._links.extend(f for f in folders if f.is_symlink())
            below[:] = [f.name for f in folders if self._is_new(f)]
            yield from self._visible(here, names)

    def _visible(self, here, names):
        paths = sorted((here / name for name in names), key=self._key)
        for path in filter(is_hidden, paths):
            self._leave_out(HIDDEN, path)
        return [path for path in paths if not is_hidden(path)]

    def _is_new(self, folder):
        is_own = not folder.is_symlink() and not self._is_skipped(folder)
        return is_own and folder.resolve() not in self._visited

    def _leave_out(self, what, path):
        self.left_out.setdefault(what, []).append(path)

    def _refuse(self, error):
        reason = f"cannot be looked into ({error.strerror})."
        self.unreadable[pathlib.Path(error.filename)] = reason


def is_hidden(path: pathlib.PurePath) -> bool:
    """Whether a file or a folder is hidden, or a system's own, by its name."""
    return path.name.startswith(".") or path.name in _OF_SYSTEMS


def describe(left_out: Mapping[str, Sequence[pathlib.Path]]) -> str:
    """How many of each kind are left out, with an example of each.

    Args:
        left_out: Paths, by what they are; none without a path.
    """
    return ", ".join(
        f"{len(paths)} {what} ({paths[0].name})"
        for what, paths in left_out.items()
    )
