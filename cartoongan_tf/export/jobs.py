"""Export jobs: writing each artifact, and opening it for comparison."""

import functools
import pathlib
from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Sequence
from typing import NamedTuple

import keras
import numpy as np
import tensorflow as tf

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


class Refused(Exception):
    """An artifact that must not be written, with the reason."""


class Variant(NamedTuple):
    """A way in which an artifact is used.

    Attributes:
        cartoonize: Function from photo to cartoon, both uint8 RGB.
        seen: What becomes of the Keras model's cartoon in that case.
    """

    cartoonize: Callable
    seen: Callable = lambda cartoon: cartoon


class ExportJob(NamedTuple):
    """The writing of one artifact.

    Attributes:
        name: Its path in the folder of the export.
        precision: Of its weights.
        sizes: Sizes of photos to compare it at; None for photos as they are.
        write: Writes it to a path.
        variants: Opens it in each way in which it is used.
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
    """Jobs for all that is asked for.

    Args:
        generator: Photos to cartoons, both in [-1, 1].
        settings: What is asked for.
        output: Folder of the export, where versions may already be.
        photos: uint8 RGB arrays that calibrate int8.

    Raises:
        InputError: If a package is missing.
    """
    found: list[ExportJob] = []
    if "saved_model" in settings.formats:
        found.append(_saved_model(generator, settings, output))
    if "litert" in settings.formats:
        found += _litert_files(generator, settings, photos)
    if "onnx" in settings.formats:
        onnx_converter.require_packages()
        found += _onnx_files(generator, settings)
    return found


def _saved_model(generator, settings, output):
    def write(folder):
        saved_models.write(generator, folder, settings.encoded)
        warmup.write(folder, settings.warmup_sizes)

    version = settings.version or _next_version(output / SAVED_MODELS)
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
    """One file that takes any size, if that is asked for: it is enough."""
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
