"""Lists the styles that come with the program: name, license, and credit.

cartoongan styles
"""

from absl import flags

FLAGS = flags.FLAGS
ARGUMENTS = None
