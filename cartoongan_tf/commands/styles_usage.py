"""Lists the styles that come with the program: name, license, and credit.

cartoongan styles

With --output also a picture of each: a photo, of the extra [samples], and its
cartoon.
"""

from absl import flags

FLAGS = flags.FLAGS
ARGUMENTS = None

flags.DEFINE_string(
    "output", None, "Folder to write the pictures into, as STYLE.png."
)
