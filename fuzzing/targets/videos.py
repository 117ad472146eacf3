"""Videos of strangers: read, and written again with all their streams."""

import contextlib
import pathlib
import tempfile

from cartoongan_tf.cartoonize import media_types
from cartoongan_tf.core import errors
from cartoongan_tf.video import videos


def check(data: bytes) -> None:
    """Writes a video once more, whatever is left of it."""
    with tempfile.TemporaryDirectory() as folder:
        source = pathlib.Path(folder, "source.mp4")
        source.write_bytes(data)
        media_types.of_file(source)
        with contextlib.suppress(errors.InputError):
            videos.cartoonize_video(
                lambda picture: picture,
                source,
                pathlib.Path(folder, "target.mp4"),
                temporal=False,
                quality=40,
            )
