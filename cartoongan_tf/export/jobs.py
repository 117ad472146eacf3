"""Export jobs: functions that write an artifact and open it to compare."""

import functools
import pathlib
from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Sequence
from typing import NamedTuple

import keras
import numpy as np
import tensorflow as tf

from cartoongan_tf.core import errors
from cartoongan_tf.core import model_interface
from cartoongan_tf.export import onnx_converter
from cartoongan_tf.export import options
from cartoongan_tf.export import saved_models
from cartoongan_tf.export import warmup
from cartoongan_tf.export.graph_decoding import encoded_images
from cartoongan_tf.export.litert import conversion
from cartoongan_tf.inference import loading
from cartoongan_tf.inference import saved_model_runtime

SAVED_MODELS = "saved_model"
FILE = model_interface.MODEL_NAME

_THREADS = (1, 2)


class ExportError(Exception):
    """Reason why an artifact must not be written."""


class Variant(NamedTuple):
    """One configuration in which an artifact is run.

    Attributes:
        cartoonize: Function from photo to cartoon, both uint8 RGB.
        seen: Function from the Keras model's cartoon to the expected one,
            which differs if it is encoded.
    """

    cartoonize: Callable
    seen: Callable = lambda cartoon: cartoon


class ExportJob(NamedTuple):
    """Export of one artifact.

    Attributes:
        name: Path in the folder of the export.
        precision: Precision of the weights.
        sizes: Photo sizes for the comparison; None for the original size.
        write: Function that writes the artifact to a path.
        variants: Function that opens it in each configuration.
    """

    name: str
    precision: str
    sizes: Sequence[model_interface.Size]
    write: Callable[[pathlib.Path], None]
    variants: Callable[[pathlib.Path], list[Variant]]


def plan(
    generator: keras.Model,
    settings: options.Settings,
    output: pathlib.Path,
    photos: Sequence[np.ndarray],
) -> list[ExportJob]:
    """Plans the jobs of an export.

    Args:
        generator: Model from photos to cartoons, both in [-1, 1].
        settings: Settings of the export.
        output: Folder of the export, which may hold earlier versions.
        photos: uint8 RGB arrays to calibrate int8.

    Raises:
        InputError: If a package is missing, if the version to write exists,
            or if there is nothing to write.
    """
    found: list[ExportJob] = []
    if "saved_model" in settings.formats:
        found.append(_saved_model(generator, settings, output))
    if "litert" in settings.formats:
        found += _litert_files(generator, settings, photos)
    if "onnx" in settings.formats:
        onnx_converter.require_packages()
        found += _onnx_files(generator, settings)
    if not found:
        raise errors.InputError(
            "`formats` and `sizes` leave nothing to export; pass a format, "
            "and for litert a size or any."
        )
    return found


def _saved_model(generator, settings, output):
    def write(folder):
        saved_models.write(generator, folder, settings.encoded)
        warmup.write(folder, settings.warmup_sizes)

    version = settings.version or _next_version(output / SAVED_MODELS)
    if (output / SAVED_MODELS / str(version)).exists():
        raise errors.InputError(
            f"`version`={version} exists in {output / SAVED_MODELS}, and a "
            "server may have loaded it; leave `version` out for the next "
            "one, or remove the folder."
        )
    variants = functools.partial(
        _session_variants, encoding=settings.encoded.encoding
    )
    name = f"{SAVED_MODELS}/{version}"
    return ExportJob(name, "float32", [None], write, variants)


def _next_version(folder):
    versions = [int(p.name) for p in folder.glob("*") if p.name.isdigit()]
    return max(versions, default=0) + 1


def _session_variants(folder, encoding):
    model = saved_model_runtime.SessionModel(folder)
    for signature, value in warmup.read(folder):
        model.run(signature, value)

    def encoded(cartoon):
        contents = encoded_images.encode(cartoon, encoding)
        return tf.io.decode_image(contents, 3).numpy()

    return [
        Variant(loading.from_session(model, model_interface.UINT8)),
        Variant(loading.from_session(model, model_interface.FLOAT32)),
        Variant(loading.from_session(model, model_interface.BYTES), encoded),
    ]


def _litert_files(generator, settings, photos) -> Iterator[ExportJob]:
    fixed = [size for size in settings.sizes if size]
    free = [None] if None in settings.sizes else []
    for precision in settings.precisions:
        for ending, sizes in (("", fixed), ("_any", free)):
            if sizes:
                write = functools.partial(
                    _write_litert,
                    generator=generator,
                    sizes=sizes,
                    precision=precision,
                    photos=photos,
                )
                name = f"{FILE}_{precision}{ending}.tflite"
                yield ExportJob(name, precision, sizes, write, _litert_variants)


def _onnx_files(generator, settings) -> Iterator[ExportJob]:
    """Yields one dynamic-size job if requested, else one per size."""
    is_free = None in settings.sizes or not settings.sizes
    for size in [None] if is_free else settings.sizes:
        ending = f"_{model_interface.signature_of(size)}" if size else ""
        write = functools.partial(onnx_converter.write, generator, size=size)
        name = f"{FILE}{ending}.onnx"
        yield ExportJob(name, "float32", [size], write, _onnx_variants)


def _write_litert(path, generator, sizes, precision, photos):
    path.write_bytes(conversion.convert(generator, sizes, precision, photos))


def _litert_variants(path):
    return [Variant(loading.from_litert(path, threads)) for threads in _THREADS]


def _onnx_variants(path):
    return [Variant(loading.from_onnx(path))]
