"""Lists the shipped styles with license and credit.

cartoongan styles

With --output, also writes a picture of each: a photo and its cartoon (needs the
extra [samples]).
"""

from absl import flags

FLAGS = flags.FLAGS
ARGUMENTS = None

flags.DEFINE_string(
    "output", None, "Folder for the pictures, written as STYLE.png."
)
