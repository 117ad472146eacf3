"""Says whether Android's GPU delegate would take a .tflite file as a whole.

    cartoongan check_gpu FILE.tflite ...

Names each operator that it would not take, and ends with 1 if there is one. No
rule replaces a try on a device.
"""

from absl import flags

FLAGS = flags.FLAGS
ARGUMENTS = "one .tflite file or more"
