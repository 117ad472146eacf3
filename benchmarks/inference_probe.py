"""One runtime with one network, alone in a process.

    python -m benchmarks.inference_probe RUNTIME FOLDER THREADS wall|cpu

The folder holds what `benchmarks.inference` puts there. Prints `ready`, or
what is not installed; then, for each line of standard input, the milliseconds
of one cartoon. What each runtime needs is imported where it is used: its
memory is measured without that of the others.
"""

import pathlib
import sys
import time

import numpy as np

from benchmarks import turns

PHOTO, WEIGHTS = "photo.npy", "weights.npz"
KERAS, SAVED_MODEL, ONNX = "model.keras", "saved_model", "model.onnx"


def main(runtime, folder, threads, clock):
    folder = pathlib.Path(folder)
    photo = np.load(folder / PHOTO)
    try:
        cartoonize = RUNTIMES[runtime](folder, int(threads), photo)
    except ImportError as error:
        print(f"{error.name or error} is not installed")
        return
    np.save(folder / f"{runtime}.npy", cartoonize(photo))
    now = {"wall": time.perf_counter, "cpu": time.process_time}[clock]

    def milliseconds():
        begin = now()
        cartoonize(photo)
        return 1000 * (now() - begin)

    turns.take_turns(milliseconds)


def keras_in_tiles(folder, threads, photo):
    """As cartoonize.py runs it, in one tile."""
    _tensorflow(threads)
    from cartoongan_tf.inference import loading
    from cartoongan_tf.inference import tiling

    generator = loading.load_generator(folder / KERAS, "model")
    side = max(*photo.shape, 4 * generator.receptive_field_radius)
    return tiling.TiledGenerator(generator, side)


def saved_model(folder, threads, photo):
    _tensorflow(threads)
    from cartoongan_tf.inference import loading
    from cartoongan_tf.inference import saved_model_runtime

    model = saved_model_runtime.SessionModel(folder / SAVED_MODEL)
    return loading.from_session(model)


def litert_float32(folder, threads, photo):
    run = _litert(folder / "float32.tflite", threads)
    return lambda photo: _to_pixels(run(_to_range(photo)))


def litert_dynamic_range(folder, threads, photo):
    return _litert(folder / "dynamic_range.tflite", threads)


def onnx_runtime(folder, threads, photo):
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    session = onnxruntime.InferenceSession(
        str(folder / ONNX), options, providers=["CPUExecutionProvider"]
    )

    def cartoonize(photo):
        (cartoons,) = session.run(None, {"image": _to_range(photo)[None]})
        return _to_pixels(cartoons[0])

    return cartoonize


def open_vino(folder, threads, photo):
    import openvino

    core = openvino.Core()
    model = core.read_model(str(folder / ONNX))
    model.reshape([1, *photo.shape])
    settings = {
        "INFERENCE_NUM_THREADS": threads,
        "INFERENCE_PRECISION_HINT": "f32",  # Else it may take bfloat16.
    }
    compiled = core.compile_model(model, "CPU", settings)

    def cartoonize(photo):
        answer = compiled([_to_range(photo)[None]])
        return _to_pixels(answer[compiled.output(0)][0])

    return cartoonize


def pytorch(folder, threads, photo):
    import torch

    from benchmarks import inference_pytorch

    torch.set_num_threads(threads)
    with np.load(folder / WEIGHTS) as arrays:
        weights = [arrays[name] for name in arrays.files]
    network = inference_pytorch.generator(weights)

    def cartoonize(photo):
        image = torch.from_numpy(_to_range(photo)[None]).permute(0, 3, 1, 2)
        with torch.inference_mode():
            cartoons = network(image).permute(0, 2, 3, 1)
        return _to_pixels(cartoons[0].numpy())

    return cartoonize


RUNTIMES = {
    "keras": keras_in_tiles,
    "saved_model": saved_model,
    "litert_float32": litert_float32,
    "litert_dynamic": litert_dynamic_range,
    "onnxruntime": onnx_runtime,
    "openvino": open_vino,
    "pytorch": pytorch,
}


def _tensorflow(threads):
    import tensorflow as tf

    tf.config.threading.set_intra_op_parallelism_threads(threads)
    tf.config.threading.set_inter_op_parallelism_threads(1)


def _litert(path, threads):
    from cartoongan_tf.inference import litert_runtime

    model = litert_runtime.LitertModel(path, threads)
    (signature,) = model.signatures
    return lambda image: model.run(signature, image[None])[0]


def _to_range(photo):
    return photo.astype(np.float32) / np.float32(127.5) - 1


def _to_pixels(cartoon):
    return np.round((cartoon + 1) * np.float32(127.5)).astype(np.uint8)


if __name__ == "__main__":
    main(*sys.argv[1:])
