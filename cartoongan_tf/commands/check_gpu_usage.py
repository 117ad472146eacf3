"""Says whether Android's GPU delegate would take a .tflite file as a whole.

    cartoongan check_gpu FILE.tflite ...

The file is one of `cartoongan export`. Names each operator that the delegate
would not take, and ends with 1 if there is one. No rule replaces a try on a
device.
"""

from absl import flags

FLAGS = flags.FLAGS
ARGUMENTS = "one .tflite file or more"
