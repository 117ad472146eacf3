"""Sample datasets without downloads, named `sample:...` in place of a folder.

`sample:photos` are the color photos bundled with scikit-image, `sample:scenes`
are cartoons drawn by `synthetic_scenes.py`.
"""

import pathlib
from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Iterator

import numpy as np

from cartoongan_tf.core import atomic_files
from cartoongan_tf.core import errors
from cartoongan_tf.data import synthetic_scenes
from cartoongan_tf.images import pictures

PREFIX = "sample:"
SCENE_COUNT = 400

_SCENE_SIZE = 256


def read_photos() -> dict[str, np.ndarray]:
    """Reads the photos by name: uint8 RGB arrays of several sizes.

    Raises:
        InputError: If scikit-image is not installed.
    """
    try:
        import skimage.data
    except ImportError as error:
        raise errors.InputError(
            f"{PREFIX}photos come from scikit-image, which is not installed; "
            f"{errors.install_hint('samples')}, or name a folder of photos."
        ) from error
    left, right, _ = skimage.data.stereo_motorcycle()
    return {
        "astronaut": skimage.data.astronaut(),
        "cat": skimage.data.chelsea(),
        "coffee": skimage.data.coffee(),
        "motorcycle": left,
        "motorcycle_right": right,
        "rocket": skimage.data.rocket(),
    }


def resolve_folder(name: str, parent: pathlib.Path, flag: str) -> pathlib.Path:
    """Resolves the value of a folder argument, writing a sample if needed.

    Args:
        name: A folder, or `sample:photos` or `sample:scenes`.
        parent: Folder in which a sample is written, as a folder of PNG files,
            unless it exists.
        flag: Name of the argument that gave `name`, for messages.

    Returns:
        Path of the folder.

    Raises:
        InputError: If there is no sample of that name.
    """
    if not name.startswith(PREFIX):
        return pathlib.Path(name)
    sample = name.removeprefix(PREFIX)
    if sample not in _SAMPLES:
        raise errors.InputError(
            f"`{flag}`={name} is unknown; the samples are "
            f"{' and '.join(PREFIX + s for s in _SAMPLES)}."
        )
    folder = parent / sample
    if not folder.exists():
        with atomic_files.atomic_path(folder) as temporary:
            temporary.mkdir()
            for stem, pixels in _SAMPLES[sample]():
                pictures.write_png(temporary / f"{stem}.png", pixels)
    return folder


def _scenes() -> Iterator[tuple[str, np.ndarray]]:
    """One quarter of each scene, drawn at twice the size.

    Seen close up, contours stay bold and areas flat in crops of 100 pixels, and
    the discriminator learns from them rather than from fine detail.
    """
    for seed in range(SCENE_COUNT):
        whole = synthetic_scenes.draw_scene(seed, 2 * _SCENE_SIZE)
        top, left = (half * _SCENE_SIZE for half in divmod(seed % 4, 2))
        yield (
            f"{seed:04}",
            whole[top : top + _SCENE_SIZE, left : left + _SCENE_SIZE],
        )


_SAMPLES: dict[str, Callable[[], Iterable[tuple[str, np.ndarray]]]] = {
    "photos": lambda: read_photos().items(),
    "scenes": _scenes,
}
