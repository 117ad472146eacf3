"""Flag files, read and parsed as the flags of a command."""

import contextlib
import pathlib
import tempfile

from absl import flags

from cartoongan_tf.commands import cartoonize_usage  # noqa: F401
from cartoongan_tf.commands import command_line
from cartoongan_tf.core import errors


def check(data: bytes) -> None:
    """Parses a file's flags, or is told what is wrong with them."""
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder, "file.flags")
        path.write_bytes(data)
        with contextlib.suppress(errors.InputError, flags.Error):
            arguments = command_line.resolve([f"--flagfile={path}"])
            flags.FLAGS(["command", *arguments])
    flags.FLAGS.unparse_flags()
