r"""Converts the authors' released weights to a .keras file.

    cartoongan import_weights --weights=hayao.npz --output=hayao.keras

The file is then a model like any other; `cartoonize` and `export` take the
.npz file, too.
"""

from absl import flags

FLAGS = flags.FLAGS
ARGUMENTS = None

flags.DEFINE_string(
    "weights", None, "The authors' weights, an .npz file.", required=True
)
flags.DEFINE_string(
    "output", None, "File to write, ending in .keras.", required=True
)
