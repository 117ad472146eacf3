"""Pictures by number, for a graph: from their files, or decoded already.

A cache holds whole pictures as they were decoded, before anything random
happens to them, so that it changes how fast batches come and not what is in
them.
"""

import hashlib
import os
import pathlib
import shutil
from collections.abc import Callable
from collections.abc import Sequence

import numpy as np
import tensorflow as tf

from cartoongan_tf import errors
from cartoongan_tf import files
from cartoongan_tf import inventories
from cartoongan_tf import pictures
from cartoongan_tf import progress

NO_CACHE = "none"
MEMORY = "memory"

_MEMORY = pathlib.Path("/proc/meminfo")


class PictureSource:
    """The pictures of a folder.

    Args:
        paths: Their files, in a fixed order.
        read: Function from a scalar int64 number to a uint8 RGB tensor of
            shape `(height, width, 3)`, for use inside a graph.

    Attributes:
        paths: As given.
        read: As given.
    """

    def __init__(self, paths: Sequence[pathlib.Path], read: Callable):
        self.paths = list(paths)
        self.read = read

    def __len__(self):
        return len(self.paths)


def open_source(inventory: inventories.Inventory, cache: str) -> PictureSource:
    """Opens the pictures of a folder.

    Args:
        inventory: What the folder holds.
        cache: `none`, to decode a picture each time; `memory`; or a folder
            for decoded pictures, which other runs may share.

    Raises:
        InputError: If memory or disk would not hold the decoded pictures.
    """
    with tf.device("cpu:0"):  # Where `tf.data` works; not in a GPU's memory.
        if cache == NO_CACHE:
            read = _read_files(inventory)
        elif cache == MEMORY:
            read = _read_memory(inventory)
        else:
            read = _read_folder(inventory, pathlib.Path(cache))
    return PictureSource(inventory.paths, read)


def _read_files(inventory):
    paths = tf.constant([os.fsencode(path) for path in inventory.paths])
    decoders = tf.constant([h.decoder for h in inventory.headers], tf.int64)

    def read(number):
        return pictures.decode_picture(paths[number], decoders[number])

    return read


def _read_memory(inventory):
    """One long row of bytes: a picture is a slice of it."""
    sizes = np.array([_bytes_of(header) for header in inventory.headers])
    _check_room("memory", 2 * sizes.sum(), _free_memory())
    ends = np.cumsum(sizes)
    row = np.empty(ends[-1], "uint8")

    def store(number):
        picture = pictures.read_picture(inventory.paths[number])
        row[ends[number] - sizes[number] : ends[number]] = picture.ravel()
        return picture.shape

    shapes = _for_each(store, range(len(sizes)))
    begins, ends = tf.constant(ends - sizes), tf.constant(ends)
    pixels, shapes = tf.constant(row), tf.constant(shapes)

    def read(number):
        picture = pixels[begins[number] : ends[number]]
        return tf.ensure_shape(
            tf.reshape(picture, shapes[number]), (None, None, 3)
        )

    return read


def _read_folder(inventory, folder):
    files.make_folder("--cache", folder)
    targets = [folder / state_of(path) for path in inventory.paths]
    # Links to one file have one target, which must not be written twice.
    numbers = {target: number for number, target in enumerate(targets)}
    missing = [n for target, n in numbers.items() if not target.exists()]
    needed = sum(_bytes_of(inventory.headers[n]) for n in missing)
    _check_room(os.fspath(folder), needed, shutil.disk_usage(folder).free)

    def store(number):
        picture = pictures.read_picture(inventory.paths[number])
        with files.written_whole(targets[number]) as draft:
            draft.write_bytes(tf.io.serialize_tensor(picture).numpy())

    _for_each(store, missing)
    names = tf.constant([os.fsencode(target) for target in targets])

    def read(number):
        contents = tf.io.read_file(names[number])
        picture = tf.io.parse_tensor(contents, tf.uint8)
        return tf.ensure_shape(picture, (None, None, 3))

    return read


def _for_each(store, numbers):
    """Decodes in threads; what is kept is what `store` returns."""
    return list(progress.in_threads(store, numbers, "Decoding"))


def _bytes_of(header):
    return 3 * header.width * header.height


def state_of(path: pathlib.Path) -> str:
    """What changes with a file: its place, its size, and when it was written.

    Args:
        path: An existing file.

    Returns:
        A digest, the same as long as the file is.
    """
    state = path.stat()
    text = f"{path.resolve()} {state.st_size} {state.st_mtime_ns}"
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()


def _check_room(cache, needed, free):
    if needed > free:
        raise errors.InputError(
            f"--cache={cache} needs {needed / 1e9:.1f} GB, and "
            f"{free / 1e9:.1f} GB are free; name a folder on a larger disk, "
            "or use --cache=none."
        )


def _free_memory():
    """Where Linux' reading is missing, all is taken for free."""
    if not _MEMORY.exists():
        return float("inf")
    lines = _MEMORY.read_text().splitlines()
    (line,) = (line for line in lines if line.startswith("MemAvailable:"))
    return 1024 * int(line.split()[1])
