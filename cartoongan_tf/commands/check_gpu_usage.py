"""Checks whether Android's GPU delegate can run a whole .tflite file.

    cartoongan check_gpu FILE.tflite ...

The file must come from `cartoongan export`. Lists each operator that the
delegate does not support; the exit code is 1 if there are any. This is no
substitute for a test on a device.
"""

from absl import flags

FLAGS = flags.FLAGS
ARGUMENTS = "one or more .tflite files"
