"""Measures latency and memory of an exported model.

    cartoongan profile cartoongan_float16.tflite 256x256 512x512

Takes a SavedModel folder (or the parent of its versions), a .tflite or a .onnx
file, and picture sizes; runs the model in a separate process, on all cores.
Prints JSON: the median milliseconds per picture, by size, and the peak memory
in megabytes.
"""

from absl import flags

FLAGS = flags.FLAGS
ARGUMENTS = "a SavedModel folder, a .tflite or a .onnx file, and sizes"
