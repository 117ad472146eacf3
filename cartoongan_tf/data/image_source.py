"""Pictures by index, for use in a graph, with optional caching.

A cache holds whole decoded pictures, before any random augmentation, so that
it changes the speed of batches but not their content. Slow deterministic
transforms, such as denoising, are always cached on disk.
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
_NO_CACHE_ADVICE = ", or use `cache`=none"
_MEMORY_INFO = pathlib.Path("/proc/meminfo")


@dataclasses.dataclass(frozen=True)
class PictureSource:
    """Pictures of a folder.

    Attributes:
        paths: Picture files, in a fixed order.
        read: Function from a scalar int64 index to a uint8 RGB tensor of
            shape `(height, width, 3)`, for use inside a graph.
        copies: Cached decoded pictures that `read` uses instead, if any.
    """

    paths: Sequence[pathlib.Path]
    read: Callable
    copies: Sequence[pathlib.Path] = ()

    def __len__(self):
        return len(self.paths)

    def first_damaged(self) -> errors.InputError | None:
        """Finds the file that a graph failed on, and the reason."""
        if not self.copies:
            return pictures.first_damaged(self.paths)
        for copy in self.copies:
            try:
                _load(copy)
            except (OSError, tf.errors.OpError):
                return errors.InputError(
                    f"{copy}, which holds a decoded picture, is damaged or "
                    "missing; remove its folder and run the command again."
                )
        return None


@dataclasses.dataclass(frozen=True)
class Transform:
    """Deterministic transform, applied once to each decoded picture.

    Attributes:
        name: Description with all parameters, a part of the cache key.
        apply: Function from a uint8 RGB array to another.
        stage: Label for the progress bar.
        folder: Cache folder for the results, if no other is given.
    """

    name: str
    apply: Callable[[np.ndarray], np.ndarray]
    stage: str
    folder: pathlib.Path


def open_source(
    scan: folder_scan.FolderScan,
    cache: str,
    transform: Transform | None = None,
) -> PictureSource:
    """Opens the pictures of a folder.

    Args:
        scan: Scan of the folder.
        cache: `none`, to decode a picture each time; `memory`; or a folder
            for decoded pictures, which runs may share.
        transform: Transform to apply to each picture once, or None.

    Raises:
        InputError: If memory or disk cannot hold the decoded pictures.
    """
    folder = _cache_folder(cache, transform)
    with tf.device("cpu:0"):  # `tf.data` runs there; saves GPU memory.
        copies = _fill_folder(scan, folder, transform) if folder else []
        if cache == MEMORY:
            load = _load if copies else pictures.read_picture
            read, copies = _read_memory(scan, copies or scan.paths, load), []
        elif copies:
            read = _read_folder(copies)
        else:
            read = _read_files(scan)
    return PictureSource(scan.paths, read, copies)


def _cache_folder(cache, transform):
    if cache not in (NO_CACHE, MEMORY):
        return atomic_files.make_folder("cache", cache)
    if transform:
        return atomic_files.make_folder("workdir", transform.folder)
    return None


def _read_files(scan):
    paths = tf.constant([os.fsencode(path) for path in scan.paths])
    decoders = tf.constant([h.decoder for h in scan.headers], tf.int64)

    def read(number):
        return pictures.decode_picture(paths[number], decoders[number])

    return read


def _read_memory(scan, paths, load):
    """All pictures in one byte array; reading a picture slices it."""
    sizes = np.array([_decoded_size(header) for header in scan.headers])
    _check_space("memory", 2 * sizes.sum(), _free_memory(), _NO_CACHE_ADVICE)
    ends = np.cumsum(sizes)
    buffer = np.empty(ends[-1], "uint8")

    def store(number):
        picture = load(paths[number])
        buffer[ends[number] - sizes[number] : ends[number]] = picture.ravel()
        return picture.shape

    shapes = list(progress.in_threads(store, range(len(sizes)), _DECODING))
    begins, ends = tf.constant(ends - sizes), tf.constant(ends)
    pixels, shapes = tf.constant(buffer), tf.constant(shapes)

    def read(number):
        picture = pixels[begins[number] : ends[number]]
        return tf.ensure_shape(
            tf.reshape(picture, shapes[number]), (None, None, 3)
        )

    return read


def _fill_folder(scan, folder, transform):
    """Writes decoded pictures into files, except those already there."""
    copies = [folder / _cache_key(path, transform) for path in scan.paths]
    # Links to one file share a copy, which must not be written twice.
    numbers = {copy: number for number, copy in enumerate(copies)}
    missing = [number for copy, number in numbers.items() if not copy.exists()]
    needed = sum(_decoded_size(scan.headers[number]) for number in missing)
    free = shutil.disk_usage(folder).free
    _check_space(folder, needed, free, "" if transform else _NO_CACHE_ADVICE)

    def store(number):
        picture = pictures.read_picture(scan.paths[number])
        if transform:
            picture = transform.apply(picture)
        with atomic_files.atomic_path(copies[number]) as temporary:
            temporary.write_bytes(tf.io.serialize_tensor(picture).numpy())

    stage = transform.stage if transform else _DECODING
    list(progress.in_threads(store, missing, stage))
    return copies


def _read_folder(copies):
    names = tf.constant([os.fsencode(copy) for copy in copies])

    def read(number):
        return _parse(tf.io.read_file(names[number]))

    return read


def _load(copy):
    return _parse(copy.read_bytes()).numpy()


def _parse(contents):
    picture = tf.io.parse_tensor(contents, tf.uint8)
    return tf.ensure_shape(picture, (None, None, 3))


def _decoded_size(header):
    """Size in bytes."""
    return 3 * header.width * header.height


def file_key(path: pathlib.Path) -> str:
    """Cache key of a file: a digest of its path, size and time.

    Args:
        path: An existing file.

    Returns:
        A digest that changes when the file does.
    """
    state = path.stat()
    text = f"{path.resolve()} {state.st_size} {state.st_mtime_ns}"
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()


def _cache_key(path, transform):
    key = file_key(path)
    if not transform:
        return key
    return hashlib.sha256(f"{key} {transform.name}".encode()).hexdigest()


def _check_space(place, needed, free, advice):
    if needed > free:
        raise errors.InputError(
            f"Decoded pictures need {needed / 1e9:.1f} GB in {place}, and "
            f"{free / 1e9:.1f} GB are free; name a folder on a larger disk "
            f"with `cache`{advice}."
        )


def _free_memory():
    """Available memory in bytes; unlimited on systems other than Linux."""
    if not _MEMORY_INFO.exists():
        return float("inf")
    lines = _MEMORY_INFO.read_text().splitlines()
    (line,) = (line for line in lines if line.startswith("MemAvailable:"))
    return 1024 * int(line.split()[1])
