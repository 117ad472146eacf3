"""Folders to upload as model repositories of the Hugging Face Hub."""

import pathlib
import re
import shutil
from collections.abc import Sequence

import numpy as np

from cartoongan_tf.core import atomic_files
from cartoongan_tf.core import errors
from cartoongan_tf.export import exporter
from cartoongan_tf.export import jobs
from cartoongan_tf.export import model_card
from cartoongan_tf.export import options
from cartoongan_tf.images import contact_sheets
from cartoongan_tf.images import pictures
from cartoongan_tf.inference import loading
from cartoongan_tf.inference import model_paths
from cartoongan_tf.inference import styles

CARD = "README.md"
SHEET = "samples.jpg"

_AUTHOR_CARD = "MODEL_CARD.md"  # The author's text, beside a model.
_REPOSITORY = re.compile(r"\w[\w.-]*/\w[\w.-]*", re.ASCII)
_MAX_SHEET_PHOTOS = 4
_SHEET_SIDE = 400  # Pixels, of each photo, cropped to a square.
_LITERT = options.Settings(
    formats=("litert",), precisions=("float16",), sizes=(None,)
)
_KERAS_ROW = (
    "Keras: float32 in [-1, 1], `(batch, height, width, 3)`, any size; its "
    "layers are those of `cartoongan_tf`"
)
_LITERT_ROW = (
    "LiteRT, weights in float16: float32 in [-1, 1], `(1, height, width, 3)`, "
    "any size; {:.0f} dB (PSNR, mean over {} photos) from the Keras model"
)


def check(repository: str, folder: pathlib.Path, overwrite: bool) -> None:
    """Checks a repository's name, and that its folder can be written.

    Args:
        repository: Hub repository, `OWNER/NAME`.
        folder: The folder, which need not exist.
        overwrite: Whether to replace a folder that `write` made.

    Raises:
        InputError: If `repository` is not a valid name, or files in the folder
            would be lost.
    """
    if not _REPOSITORY.fullmatch(repository):
        raise errors.InputError(
            f"`repo`={repository} is no name of a repository; give OWNER/NAME, "
            "in letters, digits, _, - and dots."
        )
    if folder.exists() and not folder.is_dir():
        raise errors.InputError(f"`output`={folder} is not a folder.")
    there = sorted(p.name for p in folder.iterdir()) if folder.exists() else []
    foreign = [name for name in there if not _is_ours(name)]
    if foreign:
        raise errors.InputError(
            f"`output`={folder} holds {foreign[0]}, which would be lost; name "
            "another folder."
        )
    if there and not overwrite:
        raise errors.InputError(
            f"`output`={folder} is there already; `overwrite` replaces it."
        )


def write(
    model: str,
    repository: str,
    folder: pathlib.Path,
    about: styles.About,
    photos: Sequence[np.ndarray],
) -> None:
    """Writes a folder atomically, replacing an existing one.

    It holds the model as a `.keras` and a `.tflite` file, a contact sheet of
    photos above their cartoons, and a card with metadata, the input and output
    of each file, and the `MODEL_CARD.md` beside the model, if any.

    Args:
        model: Name of a shipped style, `.keras` file, or folder of a run.
        repository: Hub repository, `OWNER/NAME`.
        folder: The folder.
        about: Name, credit and license of the model.
        photos: uint8 RGB arrays for the comparison and the contact sheet.

    Raises:
        InputError: If there is no such model, or the fidelity of its `.tflite`
            file is too low.
    """
    source = _keras_file(model)
    generator = loading.load_generator(source, "model")
    examples = exporter.Examples(generator, photos)
    name = f"{repository.partition('/')[2]}.keras"
    with atomic_files.atomic_path(folder) as temporary:
        temporary.mkdir()
        shutil.copyfile(source, temporary / name)
        artifact = _export(generator, temporary, examples)
        sheet_examples = examples.at((_SHEET_SIDE, _SHEET_SIDE))[
            :_MAX_SHEET_PHOTOS
        ]
        (temporary / SHEET).write_bytes(_sheet(sheet_examples))
        files = {
            name: _KERAS_ROW,
            artifact.name: _LITERT_ROW.format(
                artifact.fidelity.psnr, len(photos)
            ),
        }
        own = source.with_name(_AUTHOR_CARD)
        card = model_card.text(
            repository,
            about,
            generator.count_params(),
            files,
            SHEET,
            own.read_text("utf-8") if own.exists() else "",
        )
        (temporary / CARD).write_text(card, "utf-8")


def _is_ours(name):
    is_model = name.endswith((".keras", ".tflite"))
    return is_model or name in (CARD, SHEET)


def _keras_file(model):
    path = pathlib.Path(model_paths.find(model, "model"))
    if path.is_dir():
        path = path / loading.GENERATOR_FILE
    if path.exists() and path.suffix != ".keras":
        raise errors.InputError(
            f"`model`={model} is no .keras file; name one, a shipped style, or "
            "the folder of a run."
        )
    return path


def _export(generator, folder, examples):
    (job,) = jobs.plan(generator, _LITERT, folder, [])
    made = exporter.export(job, folder, examples)
    if isinstance(made, exporter.FailedExport):
        raise errors.InputError(f"{made.name}: {made.reason}")
    return made


def _sheet(examples):
    photos, cartoons = zip(*examples, strict=True)
    sheet = contact_sheets.contact_sheet(
        [*photos, *cartoons], columns=len(photos), side=_SHEET_SIDE
    )
    return pictures.encode_jpeg(sheet)
