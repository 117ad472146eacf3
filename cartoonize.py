r"""Turns photos into cartoons.

    python cartoonize.py photo.jpg ...
    python cartoonize.py --model=runs/mine --output=mine photo.jpg ...

The cartoon of photo.jpg is cartoons/photo.png, of exactly the photo's size.
The model is a style that comes with the program (storybook unless told), a
.keras file, the --workdir of a run, a SavedModel folder, or a .tflite file. A
photo that cannot be read is named, the others go on. sample:photos stands for
the photos that come with scikit-image.
"""

import pathlib
import sys

from absl import app
from absl import flags

from cartoongan_tf import artifacts
from cartoongan_tf import cartoonizing
from cartoongan_tf import devices
from cartoongan_tf import errors
from cartoongan_tf import samples
from cartoongan_tf import styles

FLAGS = flags.FLAGS

flags.DEFINE_string(
    "model",
    styles.DEFAULT,
    "A shipped style by its name, a .keras file, the --workdir of a run, a "
    "SavedModel folder, or a .tflite file.",
)
flags.DEFINE_string("output", "cartoons", "Folder to write into.")


def main(argv):
    if not argv[1:]:
        raise app.UsageError("Which photos? Name at least one file.")
    with errors.one_sentence():
        devices.prepare(deterministic=False)
        photos = _photo_files(argv[1:])
        targets = cartoonizing.cartoon_paths(photos, FLAGS.output)
        cartoonize = artifacts.open_model(FLAGS.model, "--model")
        with devices.memory_advice("the size of the photos"):
            failures = _cartoonize_all(cartoonize, targets)
        if failures:
            raise errors.InputError(
                f"{failures} of {len(targets)} photos were left out."
            )


def _photo_files(names):
    """The files named, with samples written out as files."""
    parent = pathlib.Path(FLAGS.output) / "samples"
    found = []
    for name in names:
        if name.startswith(samples.PREFIX):
            folder = samples.as_folder(name, parent, "PHOTO")
            found += map(str, sorted(folder.iterdir()))
        else:
            found.append(name)
    return found


def _cartoonize_all(cartoonize, targets):
    failures = 0
    done = cartoonizing.cartoonize_files(cartoonize, targets)
    for count, (photo, problem) in enumerate(done, start=1):
        failures += problem is not None
        progress = f"[{count}/{len(targets)}]"
        if problem:
            print(f"{progress} {photo}: {problem}", file=sys.stderr)
        else:
            print(f"{progress} {targets[photo]}", flush=True)
    return failures


if __name__ == "__main__":
    app.run(main)
