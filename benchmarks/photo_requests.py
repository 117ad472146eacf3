"""Photos to send to a server, and requests that hold them."""

import base64
import json
import pathlib

import PIL.Image
import skimage.data


def write_photo(path: pathlib.Path, width: int, height: int) -> pathlib.Path:
    """Writes the astronaut as a JPEG of some size, pixels."""
    photo = PIL.Image.fromarray(skimage.data.astronaut())
    photo.resize((width, height), PIL.Image.Resampling.LANCZOS).save(
        path, quality=92
    )
    return path


def body_of(photo: bytes) -> bytes:
    """The body of a predict request of REST that holds one encoded photo."""
    encoded = base64.b64encode(photo).decode()
    return json.dumps({"instances": [{"b64": encoded}]}).encode()
