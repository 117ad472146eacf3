"""Files for LiteRT, as far as a server must know them, without TensorFlow."""

import pathlib

# The identifier of a flatbuffer follows its first offset.
_IDENTIFIER = slice(4, 8)
_OURS = b"TFL3"


def check(path: pathlib.Path) -> None:
    """Looks whether a file is one that LiteRT can read.

    Raises:
        ValueError: If there is no file, or one of another kind.
    """
    if not path.is_file():
        raise ValueError(f"--tflite: there is no file {path}.")
    with path.open("rb") as file:
        if file.read(8)[_IDENTIFIER] != _OURS:
            raise ValueError(
                f"--tflite: {path} is no .tflite file; give the "
                "cartoongan_float16.tflite that export.py wrote."
            )
