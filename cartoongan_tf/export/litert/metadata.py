"""What a `.tflite` file says of itself, as metadata readers expect it.

In the standard table TFLITE_METADATA, one entry for each signature. Pixels are
of 0 to 255. Normalization is `(x - mean) / std`, from pixels to what the input
takes, and from what the output gives back to pixels; a file that takes pixels
has none. Where uint8 stands for quantized numbers, the schema has the
normalization in front of that.
"""

import pathlib

import flatbuffers
import numpy as np
from ai_edge_litert import schema_py_generated as schema
from ai_edge_litert.tools import flatbuffer_utils

import cartoongan_tf
from cartoongan_tf.core import model_interface
from cartoongan_tf.export.litert import metadata_schema
from cartoongan_tf.inference import styles

_ENTRY = "TFLITE_METADATA"
_FILE_IDENTIFIER = b"TFL3"
_ALIGNMENT = 16  # bytes, of all buffers in TensorFlow Lite's schema
_PARSER = "1.0.0"  # The first one knows all that is here.

_TO_RANGE = (127.5, 127.5)
_TO_PIXELS = (-1.0, 1 / 127.5)


def add(model: bytes, about: styles.About) -> bytes:
    """Adds metadata to a `.tflite` file.

    Args:
        model: Contents of a file of `litert.convert`.
        about: Name, credit and license of the style.

    Returns:
        Contents of a file with the same signatures.
    """
    tree = flatbuffer_utils.read_model_from_bytearray(model)
    metadata = _describe(tree, about)
    tree.description = metadata["description"]
    buffer = schema.BufferT()
    buffer.data = np.frombuffer(metadata_schema.write(metadata), np.uint8)
    entry = schema.MetadataT()
    entry.name = _ENTRY
    entry.buffer = len(tree.buffers)
    tree.buffers.append(buffer)
    tree.metadata = [*(tree.metadata or []), entry]
    builder = _AligningBuilder(len(model))
    builder.Finish(tree.Pack(builder), file_identifier=_FILE_IDENTIFIER)
    return bytes(builder.Output())


def read(path: str | pathlib.Path) -> metadata_schema.Table:
    """Reads the metadata of a `.tflite` file.

    Returns:
        Its `ModelMetadata`, fields by their names in the schema.

    Raises:
        ValueError: If the file has none.
    """
    root = schema.Model.GetRootAs(pathlib.Path(path).read_bytes())
    for entry in map(root.Metadata, range(root.MetadataLength())):
        if entry.Name().decode() == _ENTRY:
            data = root.Buffers(entry.Buffer()).DataAsNumpy()
            return metadata_schema.read(data.tobytes())
    raise ValueError(f"{path} has no metadata.")


class _AligningBuilder(flatbuffers.Builder):
    """Keeps weights where kernels may load them: Python's schema forgets it."""

    def StartVector(self, elemSize, numElems, alignment):
        if elemSize == 1:
            alignment = _ALIGNMENT
        return super().StartVector(elemSize, numElems, alignment)


def _describe(tree, about):
    names = {
        definition.subgraphIndex: definition.signatureKey.decode()
        for definition in tree.signatureDefs
    }
    return {
        "name": about.name,
        "description": "Turns a photo into a cartoon of the same size.",
        "version": cartoongan_tf.__version__,
        "author": about.credit,
        "license": about.license,
        "min_parser_version": _PARSER,
        "subgraph_metadata": [
            _describe_signature(graph, names[index])
            for index, graph in enumerate(tree.subgraphs)
        ],
    }


def _describe_signature(graph, name):
    photo, cartoon = (graph.tensors[i] for i in (*graph.inputs, *graph.outputs))
    return {
        "name": name,
        "description": f"For pictures of {_size_rule(photo)}.",
        "input_tensor_metadata": [
            _describe_tensor(
                photo, model_interface.IMAGE, "The photo", _TO_RANGE
            )
        ],
        "output_tensor_metadata": [
            _describe_tensor(
                cartoon, model_interface.CARTOON, "The cartoon", _TO_PIXELS
            )
        ],
    }


def _describe_tensor(tensor, name, meaning, normalization):
    is_float = tensor.type == schema.TensorType.FLOAT32
    low, high = (-1, 1) if is_float else (0, 255)
    described = {
        "name": name,
        "description": (
            f"{meaning}, RGB, {low} to {high}; {_size_rule(tensor)}."
        ),
        "dimension_names": ["batch", "height", "width", "channels"],
        "content": {
            "content_properties_type": metadata_schema.IMAGE_PROPERTIES,
            "content_properties": _image_properties(tensor),
        },
        "stats": {"max": [high], "min": [low]},
    }
    if is_float or tensor.quantization.scale is not None:
        described["process_units"] = [_normalization(*normalization)]
    return described


def _size_rule(tensor):
    if _is_of_any_size(tensor):
        return (
            f"any size of at least {model_interface.MINIMUM_SIDE} pixels a side"
        )
    _, height, width, _ = tensor.shape
    return f"exactly {width}x{height} pixels, width by height"


def _image_properties(tensor):
    properties = {"color_space": metadata_schema.RGB}
    if not _is_of_any_size(tensor):
        _, height, width, _ = map(int, tensor.shape)
        properties["default_size"] = {"width": width, "height": height}
    return properties


def _is_of_any_size(tensor):
    return -1 in (tensor.shapeSignature or ())


def _normalization(mean, std):
    return {
        "options_type": metadata_schema.NORMALIZATION_OPTIONS,
        "options": {"mean": [mean], "std": [std]},
    }
