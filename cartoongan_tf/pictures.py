"""Picture files <-> uint8 RGB arrays <-> the networks' [-1, 1].

The only place that decodes, encodes, or converts a range. Arrays are uint8,
RGB, channels last.
"""

import pathlib
from collections.abc import Sequence

import cv2
import numpy as np
import PIL.Image
import PIL.ImageOps
import tensorflow as tf

from cartoongan_tf import errors
from cartoongan_tf import files

SUFFIXES = (".bmp", ".gif", ".jpeg", ".jpg", ".png", ".webp")


def list_pictures(folder: str | pathlib.Path, flag: str) -> list[pathlib.Path]:
    """Lists the pictures of a folder and of its sub-folders.

    Args:
        folder: Folder to search. Files that do not end like a picture are
            passed over.
        flag: The flag that named the folder, for messages.

    Returns:
        Paths, in the same order on every machine.

    Raises:
        InputError: If the folder is missing or holds no picture, or a file
            that ends like a picture is none.
    """
    folder = pathlib.Path(folder)
    if not folder.is_dir():
        raise errors.InputError(f"{flag}={folder} is not a folder.")
    paths = sorted(p for p in folder.rglob("*") if _looks_like_picture(p))
    if not paths:
        raise errors.InputError(
            f"{flag}={folder} holds no picture; known endings are "
            f"{', '.join(SUFFIXES)}."
        )
    for path in paths:
        check_picture(path)
    return paths


def check_picture(path: str | pathlib.Path) -> None:
    """Raises `InputError` if the header of a file is not a picture's."""
    try:
        with PIL.Image.open(path):
            pass
    except (OSError, PIL.Image.DecompressionBombError) as error:
        raise _unreadable(path, error) from error


def read_picture(
    path: str | pathlib.Path, *, least_side: int | None = None
) -> np.ndarray:
    """Reads a picture the way up that a viewer shows it.

    Args:
        path: File to read. Transparent pictures are put on white.
        least_side: Height and width, in pixels, that are enough; a JPEG that
            is much larger is read at half, a quarter or an eighth of its
            size, which takes a fraction of the time.

    Returns:
        uint8 RGB array of shape `(height, width, 3)`.

    Raises:
        InputError: If the file is missing, no picture, or damaged.
    """
    try:
        with PIL.Image.open(path) as picture:
            if least_side:
                picture.draft(None, (least_side, least_side))
            upright = PIL.ImageOps.exif_transpose(picture)
            return np.array(_opaque(upright).convert("RGB"))
    except (OSError, SyntaxError, PIL.Image.DecompressionBombError) as error:
        raise _unreadable(path, error) from error


def read_size(path: str | pathlib.Path) -> tuple[int, int]:
    """Width and height of a picture that can be read, as stored: not turned."""
    with PIL.Image.open(path) as picture:
        return picture.size


def write_png(path: str | pathlib.Path, pixels: np.ndarray) -> None:
    """Writes a uint8 RGB array to a PNG file, whole or not at all."""
    data = encode_png(pixels)
    with files.written_whole(path) as draft:
        draft.write_bytes(data)


def encode_png(pixels: np.ndarray) -> bytes:
    """Encodes a uint8 RGB array of shape `(height, width, 3)`."""
    _, data = cv2.imencode(".png", cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR))
    return data.tobytes()


def encode_jpeg(pixels: np.ndarray) -> bytes:
    """Encodes a uint8 RGB array for looking at, at a tenth of a PNG's size."""
    _, data = cv2.imencode(".jpg", cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR))
    return data.tobytes()


def decode_picture(path: tf.Tensor) -> tf.Tensor:
    """Reads a picture inside a graph.

    Args:
        path: Scalar string.

    Returns:
        uint8 RGB tensor of shape `(height, width, 3)`; of an animation the
        first frame.
    """
    image = tf.io.decode_image(
        tf.io.read_file(path), channels=3, expand_animations=False
    )
    image.set_shape((None, None, 3))
    return image


def first_damaged(paths: Sequence[pathlib.Path]) -> str | None:
    """Finds out which file a graph stumbled over, and why.

    Returns:
        A sentence that names the first file that `decode_picture` cannot
        read, or None.
    """
    for path in paths:
        try:
            decode_picture(tf.constant(str(path)))
        except tf.errors.OpError as error:
            return f"{path} cannot be decoded: {error.message.splitlines()[0]}"
    return None


def to_network(pixels: tf.Tensor) -> tf.Tensor:
    """uint8 of 0 to 255 -> float32 of -1 to 1."""
    return tf.cast(pixels, tf.float32) / 127.5 - 1


def to_pixels(images: tf.Tensor) -> tf.Tensor:
    """Float of -1 to 1 -> uint8 of 0 to 255; `tanh` keeps to that range."""
    return tf.cast(tf.round((images + 1) * 127.5), tf.uint8)


def _looks_like_picture(path):
    hidden = path.name.startswith(".")
    return path.suffix.lower() in SUFFIXES and not hidden and path.is_file()


def _opaque(picture):
    if not picture.has_transparency_data:
        return picture
    picture = picture.convert("RGBA")
    white = PIL.Image.new("RGBA", picture.size, "white")
    return PIL.Image.alpha_composite(white, picture)


def _unreadable(path, error):
    if isinstance(error, FileNotFoundError):
        return errors.InputError(f"{path} does not exist.")
    reason = str(error).splitlines()[0]
    return errors.InputError(
        f"{path} is not a picture that can be read ({reason}); mend or "
        "remove the file."
    )
