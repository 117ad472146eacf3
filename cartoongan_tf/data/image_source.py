"""Pictures by number, for a graph: from their files, or decoded already.

A cache holds whole pictures as they were decoded, before anything random
happens to them, so that it changes how fast batches come and not what is in
them. What is slow and done to each picture once, such as denoising, is kept on
disk in any case.
"""

import dataclasses
import hashlib
import os
import pathlib
import shutil
from collections.abc import Callable
from collections.abc import Sequence

import numpy as np
import tensorflow as tf

from cartoongan_tf.core import atomic_files
from cartoongan_tf.core import errors
from cartoongan_tf.core import progress
from cartoongan_tf.data import folder_scan
from cartoongan_tf.images import pictures

NO_CACHE = "none"
MEMORY = "memory"

_DECODING = "Decoding"
_NO_CACHE_AT_ALL = ", or use `cache`=none"
_MEMORY = pathlib.Path("/proc/meminfo")


@dataclasses.dataclass(frozen=True)
class PictureSource:
    """The pictures of a folder.

    Attributes:
        paths: Their files, in a fixed order.
        read: Function from a scalar int64 number to a uint8 RGB tensor of
            shape `(height, width, 3)`, for use inside a graph.
        copies: Decoded pictures that `read` takes in their place, if it does.
    """

    paths: Sequence[pathlib.Path]
    read: Callable
    copies: Sequence[pathlib.Path] = ()

    def __len__(self):
        return len(self.paths)

    def first_damaged(self) -> errors.InputError | None:
        """Finds out which file a graph stumbled over, and why."""
        if not self.copies:
            return pictures.first_damaged(self.paths)
        for copy in self.copies:
            try:
                _load(copy)
            except (OSError, tf.errors.OpError):
                return errors.InputError(
                    f"{copy}, which holds a decoded picture, is damaged or "
                    "gone; remove its folder, and run the same command again."
                )
        return None


@dataclasses.dataclass(frozen=True)
class Change:
    """A change to each picture, made once, after it is decoded.

    Attributes:
        name: What it does and how; pictures that were changed otherwise are
            not taken for these.
        apply: Function from a uint8 RGB array to one.
        stage: What is being done, for the progress.
        folder: Where changed pictures are kept if the cache is no folder.
    """

    name: str
    apply: Callable[[np.ndarray], np.ndarray]
    stage: str
    folder: pathlib.Path


def open_source(
    scan: folder_scan.FolderScan, cache: str, change: Change | None = None
) -> PictureSource:
    """Opens the pictures of a folder.

    Args:
        scan: What the folder holds.
        cache: `none`, to decode a picture each time; `memory`; or a folder
            for decoded pictures, which other runs may share.
        change: What is done to each picture once.

    Raises:
        InputError: If memory or disk would not hold the decoded pictures.
    """
    folder = _folder_of(cache, change)
    with tf.device("cpu:0"):  # Where `tf.data` works; not in a GPU's memory.
        copies = _fill_folder(scan, folder, change) if folder else []
        if cache == MEMORY:
            load = _load if copies else pictures.read_picture
            read, copies = _read_memory(scan, copies or scan.paths, load), []
        elif copies:
            read = _read_folder(copies)
        else:
            read = _read_files(scan)
    return PictureSource(scan.paths, read, copies)


def _folder_of(cache, change):
    if cache not in (NO_CACHE, MEMORY):
        return atomic_files.make_folder("cache", cache)
    return (
        atomic_files.make_folder("workdir", change.folder) if change else None
    )


def _read_files(scan):
    paths = tf.constant([os.fsencode(path) for path in scan.paths])
    decoders = tf.constant([h.decoder for h in scan.headers], tf.int64)

    def read(number):
        return pictures.decode_picture(paths[number], decoders[number])

    return read


def _read_memory(scan, paths, load):
    """One long row of bytes: a picture is a slice of it."""
    sizes = np.array([_bytes_of(header) for header in scan.headers])
    _check_room("memory", 2 * sizes.sum(), _free_memory(), _NO_CACHE_AT_ALL)
    ends = np.cumsum(sizes)
    row = np.empty(ends[-1], "uint8")

    def store(number):
        picture = load(paths[number])
        row[ends[number] - sizes[number] : ends[number]] = picture.ravel()
        return picture.shape

    shapes = list(progress.in_threads(store, range(len(sizes)), _DECODING))
    begins, ends = tf.constant(ends - sizes), tf.constant(ends)
    pixels, shapes = tf.constant(row), tf.constant(shapes)

    def read(number):
        picture = pixels[begins[number] : ends[number]]
        return tf.ensure_shape(
            tf.reshape(picture, shapes[number]), (None, None, 3)
        )

    return read


def _fill_folder(scan, folder, change):
    """Decodes pictures into files, but for those that are there already."""
    targets = [folder / _cache_name(path, change) for path in scan.paths]
    # Links to one file have one target, which must not be written twice.
    numbers = {target: number for number, target in enumerate(targets)}
    missing = [n for target, n in numbers.items() if not target.exists()]
    needed = sum(_bytes_of(scan.headers[n]) for n in missing)
    free = shutil.disk_usage(folder).free
    _check_room(folder, needed, free, "" if change else _NO_CACHE_AT_ALL)

    def store(number):
        picture = pictures.read_picture(scan.paths[number])
        if change:
            picture = change.apply(picture)
        with atomic_files.atomic_path(targets[number]) as temporary:
            temporary.write_bytes(tf.io.serialize_tensor(picture).numpy())

    stage = change.stage if change else _DECODING
    list(progress.in_threads(store, missing, stage))
    return targets


def _read_folder(targets):
    names = tf.constant([os.fsencode(target) for target in targets])

    def read(number):
        return _parse(tf.io.read_file(names[number]))

    return read


def _load(target):
    return _parse(target.read_bytes()).numpy()


def _parse(contents):
    picture = tf.io.parse_tensor(contents, tf.uint8)
    return tf.ensure_shape(picture, (None, None, 3))


def _bytes_of(header):
    return 3 * header.width * header.height


def state_of(path: pathlib.Path) -> str:
    """Identity of a file: its place, its size, and when it was written.

    Args:
        path: An existing file.

    Returns:
        A digest, the same as long as the file is.
    """
    state = path.stat()
    text = f"{path.resolve()} {state.st_size} {state.st_mtime_ns}"
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()


def _cache_name(path, change):
    state = state_of(path)
    if not change:
        return state
    return hashlib.sha256(f"{state} {change.name}".encode()).hexdigest()


def _check_room(place, needed, free, otherwise):
    if needed > free:
        raise errors.InputError(
            f"Decoded pictures need {needed / 1e9:.1f} GB in {place}, and "
            f"{free / 1e9:.1f} GB are free; name a folder on a larger disk "
            f"with `cache`{otherwise}."
        )


def _free_memory():
    """Where Linux' reading is missing, all is taken for free."""
    if not _MEMORY.exists():
        return float("inf")
    lines = _MEMORY.read_text().splitlines()
    (line,) = (line for line in lines if line.startswith("MemAvailable:"))
    return 1024 * int(line.split()[1])
