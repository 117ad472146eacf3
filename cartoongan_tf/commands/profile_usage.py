"""Measures how fast an exported file is, and how much memory it takes.

    cartoongan profile cartoongan_float16.tflite 256x256 512x512

Takes a SavedModel folder, a .tflite or an .onnx file, and sizes of pictures;
runs it alone in a process, on all cores. Prints JSON: the median milliseconds
of a picture, by size, and the most memory in megabytes.
"""

from absl import flags

FLAGS = flags.FLAGS
ARGUMENTS = "a SavedModel folder, a .tflite or an .onnx file, and sizes"
