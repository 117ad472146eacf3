"""Runs a SavedModel in the loader that TensorFlow Serving uses.

    python tests/support/cpp_loader.py FOLDER SIGNATURE REQUEST.npz ANSWER.npz

`tf.saved_model.load` forgives what a server does not. The C++ loader lies in
TensorFlow's own libraries; this opens them through their C API, in a process
that never imports TensorFlow, as bare as a server is. Tests call `run`.

The request holds an array for each input, by the names of the signature:
uint8, float32, or objects of type `bytes`. The answer holds the outputs, or
`error_code` and `error_message`.
"""

import ctypes
import importlib
import importlib.util
import os
import pathlib
import subprocess
import sys
import tempfile
import types

import numpy as np

TEXT = np.dtype(object)
# Of TensorFlow's `DataType`.
TYPES = {1: np.dtype("float32"), 4: np.dtype("uint8"), 7: TEXT}
CODES = {dtype: code for code, dtype in TYPES.items()}
STRING_BYTES = 24  # Of the struct TF_TString.

Pointer = ctypes.c_void_p
Sizes = ctypes.POINTER(ctypes.c_int64)
# What the functions that are called here return and take.
FUNCTIONS = {
    "TF_NewStatus": (Pointer, []),
    "TF_GetCode": (ctypes.c_int, [Pointer]),
    "TF_Message": (ctypes.c_char_p, [Pointer]),
    "TF_NewGraph": (Pointer, []),
    "TF_NewSessionOptions": (Pointer, []),
    "TF_LoadSessionFromSavedModel": (
        Pointer,
        [
            *(Pointer, Pointer, ctypes.c_char_p),
            *(ctypes.POINTER(ctypes.c_char_p), ctypes.c_int),
            *(Pointer, Pointer, Pointer),
        ],
    ),
    "TF_SessionRun": (
        None,
        [
            *(Pointer, Pointer),
            *(Pointer, Pointer, ctypes.c_int),
            *(Pointer, Pointer, ctypes.c_int),
            *(Pointer, ctypes.c_int, Pointer, Pointer),
        ],
    ),
    "TF_GraphOperationByName": (Pointer, [Pointer, ctypes.c_char_p]),
    "TF_AllocateTensor": (
        Pointer,
        [ctypes.c_int, Sizes, ctypes.c_int, ctypes.c_size_t],
    ),
    "TF_TensorData": (Pointer, [Pointer]),
    "TF_TensorByteSize": (ctypes.c_size_t, [Pointer]),
    "TF_TensorType": (ctypes.c_int, [Pointer]),
    "TF_NumDims": (ctypes.c_int, [Pointer]),
    "TF_Dim": (ctypes.c_int64, [Pointer, ctypes.c_int]),
    "TF_StringInit": (None, [Pointer]),
    "TF_StringCopy": (None, [Pointer, ctypes.c_char_p, ctypes.c_size_t]),
    "TF_StringGetDataPointer": (Pointer, [Pointer]),
    "TF_StringGetSize": (ctypes.c_size_t, [Pointer]),
}


class Refused(RuntimeError):
    """What the loader, or the model in it, answered instead of tensors.

    Attributes:
        code: Of `tf.errors`, such as `tf.errors.INVALID_ARGUMENT`.
    """

    def __init__(self, code, message):
        super().__init__(message)
        self.code = code


class Buffer(ctypes.Structure):
    _fields_ = [("data", Pointer), ("size", ctypes.c_size_t), ("_", Pointer)]


class Place(ctypes.Structure):
    """An operation's input or output."""

    _fields_ = [("operation", Pointer), ("index", ctypes.c_int)]


def run(folder, signature, **inputs):
    """Runs one signature in a process of its own.

    Args:
        folder: The SavedModel.
        signature: Its name.
        **inputs: An array for each input.

    Returns:
        The outputs by name.

    Raises:
        Refused: If the model cannot be loaded or run.
    """
    with tempfile.TemporaryDirectory() as scratch:
        request = pathlib.Path(scratch, "request.npz")
        answer = pathlib.Path(scratch, "answer.npz")
        np.savez(request, **inputs)
        subprocess.run(
            [sys.executable, __file__, folder, signature, request, answer],
            check=True,
            env={**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"},
        )
        outputs = _read(answer)
    if "error_code" in outputs:
        raise Refused(int(outputs["error_code"]), str(outputs["error_message"]))
    return outputs


def main(folder, signature, request, answer):
    inputs = _read(request)
    try:
        outputs = Session(folder).run(signature, inputs)
    except Refused as error:
        outputs = {"error_code": error.code, "error_message": str(error)}
    np.savez(answer, **outputs)


class Session:
    """A SavedModel in the C++ loader.

    Nothing is ever freed: the process ends with its one request.
    """

    def __init__(self, folder):
        self._library, where = _open_library()
        self._status = self._library.TF_NewStatus()
        self._graph = self._library.TF_NewGraph()
        description = Buffer()
        self._session = self._library.TF_LoadSessionFromSavedModel(
            self._library.TF_NewSessionOptions(),
            None,
            os.fsencode(folder),
            (ctypes.c_char_p * 1)(b"serve"),
            1,
            self._graph,
            ctypes.byref(description),
            self._status,
        )
        self._check()
        data = ctypes.string_at(description.data, description.size)
        self._signatures = _read_signatures(data, where)

    def run(self, name, inputs):
        signature = self._signatures[name]
        results = (Pointer * len(signature.outputs))()
        self._library.TF_SessionRun(
            self._session,
            None,
            self._places(signature.inputs[key] for key in inputs),
            (Pointer * len(inputs))(*map(self._to_tensor, inputs.values())),
            len(inputs),
            self._places(signature.outputs.values()),
            results,
            len(results),
            None,
            0,
            None,
            self._status,
        )
        self._check()
        arrays = map(self._to_array, results)
        return dict(zip(signature.outputs, arrays, strict=True))

    def _check(self):
        code = self._library.TF_GetCode(self._status)
        if code:
            message = self._library.TF_Message(self._status)
            raise Refused(code, message.decode(errors="replace"))

    def _places(self, tensors):
        places = []
        for tensor in tensors:
            name, index = tensor.name.split(":")
            operation = self._library.TF_GraphOperationByName(
                self._graph, name.encode()
            )
            places.append(Place(operation, int(index)))
        return (Place * len(places))(*places)

    def _to_tensor(self, array):
        is_text = array.dtype == TEXT
        size = STRING_BYTES * array.size if is_text else array.nbytes
        shape = (ctypes.c_int64 * array.ndim)(*array.shape)
        tensor = self._library.TF_AllocateTensor(
            CODES[array.dtype], shape, array.ndim, size
        )
        data = self._library.TF_TensorData(tensor)
        if is_text:
            self._write_texts(data, array.ravel())
        else:
            ctypes.memmove(data, np.ascontiguousarray(array).ctypes.data, size)
        return tensor

    def _to_array(self, tensor):
        library = self._library
        rank = library.TF_NumDims(tensor)
        shape = [library.TF_Dim(tensor, axis) for axis in range(rank)]
        dtype = TYPES[library.TF_TensorType(tensor)]
        data = library.TF_TensorData(tensor)
        if dtype == TEXT:
            texts = self._read_texts(data, int(np.prod(shape)))
            return np.array(texts, dtype=object).reshape(shape)
        content = ctypes.string_at(data, library.TF_TensorByteSize(tensor))
        return np.frombuffer(content, dtype).reshape(shape)

    def _write_texts(self, data, texts):
        for number, text in enumerate(texts):
            place = data + STRING_BYTES * number
            self._library.TF_StringInit(place)
            self._library.TF_StringCopy(place, text, len(text))

    def _read_texts(self, data, count):
        texts = []
        for place in range(data, data + STRING_BYTES * count, STRING_BYTES):
            start = self._library.TF_StringGetDataPointer(place)
            size = self._library.TF_StringGetSize(place)
            texts.append(ctypes.string_at(start, size))
        return texts


def _open_library():
    """Gives TensorFlow's library and the folder of its package."""
    package = importlib.util.find_spec("tensorflow")
    where = pathlib.Path(package.origin).parent
    library = ctypes.CDLL(str(next(where.glob("libtensorflow_cc.*"))))
    for name, (result, arguments) in FUNCTIONS.items():
        function = getattr(library, name)
        function.restype, function.argtypes = result, arguments
    return library, where


def _read_signatures(data, where):
    # An empty package in its stead: with the library open, importing
    # TensorFlow itself has been seen to crash.
    package = types.ModuleType("tensorflow")
    package.__path__ = [str(where)]
    sys.modules["tensorflow"] = package
    messages = importlib.import_module(
        "tensorflow.core.protobuf.meta_graph_pb2"
    )
    return messages.MetaGraphDef.FromString(data).signature_def


def _read(path):
    with np.load(path, allow_pickle=True) as archive:
        return dict(archive)


if __name__ == "__main__":
    main(*sys.argv[1:])
