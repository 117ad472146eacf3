"""The flatbuffer that describes a `.tflite` file, as dictionaries.

Its schema is tensorflow_lite_support/metadata/metadata_schema.fbs of
TensorFlow Lite Support 0.4.4. The package itself needs an old protobuf, hence
this part of it: what describes models from image to image.

A table is a dictionary of its fields by their names in the schema. Of a union
both fields are given: the number of the member, ending in `_type`, and it.
"""

from typing import Any

import flatbuffers
import numpy as np
from flatbuffers import number_types
from flatbuffers import table

Table = dict[str, Any]

IDENTIFIER = b"M001"
ROOT = "ModelMetadata"

# Members of unions and enums.
RGB = 1
IMAGE_PROPERTIES = 2
NORMALIZATION_OPTIONS = 1

# For each table and field: its number, and its type in the schema's words.
_SCHEMA: dict[str, dict[str, tuple[int, str]]] = {
    "ModelMetadata": {
        "name": (0, "string"),
        "description": (1, "string"),
        "version": (2, "string"),
        "subgraph_metadata": (3, "[SubGraphMetadata]"),
        "author": (4, "string"),
        "license": (5, "string"),
        "min_parser_version": (7, "string"),
    },
    "SubGraphMetadata": {
        "name": (0, "string"),
        "description": (1, "string"),
        "input_tensor_metadata": (2, "[TensorMetadata]"),
        "output_tensor_metadata": (3, "[TensorMetadata]"),
    },
    "TensorMetadata": {
        "name": (0, "string"),
        "description": (1, "string"),
        "dimension_names": (2, "[string]"),
        "content": (3, "Content"),
        "process_units": (4, "[ProcessUnit]"),
        "stats": (5, "Stats"),
    },
    "Content": {
        "content_properties_type": (0, "ubyte"),
        "content_properties": (1, "ImageProperties"),
    },
    "ImageProperties": {
        "color_space": (0, "ubyte"),
        "default_size": (1, "ImageSize"),
    },
    "ImageSize": {"width": (0, "uint"), "height": (1, "uint")},
    "ProcessUnit": {
        "options_type": (0, "ubyte"),
        "options": (1, "NormalizationOptions"),
    },
    "NormalizationOptions": {"mean": (0, "[float]"), "std": (1, "[float]")},
    "Stats": {"max": (0, "[float]"), "min": (1, "[float]")},
}
_NUMBERS = {
    "ubyte": number_types.Uint8Flags,
    "uint": number_types.Uint32Flags,
}
_OFFSET = number_types.UOffsetTFlags


def write(metadata: Table) -> bytes:
    """Packs a `ModelMetadata` table.

    Raises:
        KeyError: If a field is not in the schema.
    """
    builder = flatbuffers.Builder()
    root = _write_table(builder, ROOT, metadata)
    builder.Finish(root, file_identifier=IDENTIFIER)
    return bytes(builder.Output())


def read(data: bytes) -> Table:
    """Unpacks what `write` packed; fields that are absent are left out.

    Raises:
        ValueError: If it is another kind of flatbuffer.
    """
    if data[4:8] != IDENTIFIER:
        raise ValueError(f"Expected metadata {IDENTIFIER!r}, got {data[4:8]!r}")
    start = flatbuffers.encode.Get(_OFFSET.packer_type, data, 0)
    return _read_table(table.Table(data, start), ROOT)


def _write_table(builder, name, values):
    fields = [(*_SCHEMA[name][key], value) for key, value in values.items()]
    # Nothing may be written while a table is open: first what it refers to.
    slots = [
        (
            number,
            kind,
            value if kind in _NUMBERS else _write(builder, kind, value),
        )
        for number, kind, value in fields
    ]
    builder.StartObject(1 + max(number for number, _, _ in slots))
    for number, kind, value in slots:
        if kind in _NUMBERS:
            builder.PrependSlot(_NUMBERS[kind], number, value, 0)
        else:
            builder.PrependUOffsetTRelativeSlot(number, value, 0)
    return builder.EndObject()


def _write(builder, kind, value):
    if kind == "string":
        return builder.CreateString(value)
    if kind == "[float]":
        return builder.CreateNumpyVector(np.array(value, "float32"))
    if kind.startswith("["):
        return _write_vector(
            builder, [_write(builder, kind[1:-1], item) for item in value]
        )
    return _write_table(builder, kind, value)


def _write_vector(builder, offsets):
    size = _OFFSET.bytewidth
    builder.StartVector(size, len(offsets), size)
    for offset in reversed(offsets):
        builder.PrependUOffsetTRelative(offset)
    return builder.EndVector()


def _read_table(source, name):
    values = {}
    for key, (number, kind) in _SCHEMA[name].items():
        place = source.Offset(4 + 2 * number)  # A vtable begins with two sizes.
        if place:
            values[key] = _read(source, kind, source.Pos + place)
    return values


def _read(source, kind, place):
    if kind in _NUMBERS:
        return source.Get(_NUMBERS[kind], place)
    if kind == "string":
        return source.String(place).decode()
    if kind.startswith("["):
        return _read_vector(source, kind[1:-1], place - source.Pos)
    return _read_table(table.Table(source.Bytes, source.Indirect(place)), kind)


def _read_vector(source, kind, offset):
    flags = number_types.Float32Flags
    start, count = source.Vector(offset), source.VectorLen(offset)
    places = [start + i * flags.bytewidth for i in range(count)]
    if kind == "float":
        return [source.Get(flags, place) for place in places]
    return [_read(source, kind, place) for place in places]
