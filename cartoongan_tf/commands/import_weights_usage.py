r"""Converts the authors' released weights to a .keras file.

    cartoongan import_weights --weights=hayao.npz --output=hayao.keras

All verbs accept the result as a model; `cartoonize` and `export` also read the
.npz file directly.
"""

from absl import flags

FLAGS = flags.FLAGS
ARGUMENTS = None

flags.DEFINE_string(
    "weights", None, "The authors' weights, a .npz file.", required=True
)
flags.DEFINE_string(
    "output", None, "Output file, ending in .keras.", required=True
)
