r"""Writes a style as a repository folder for the Hugging Face Hub.

    cartoongan publish --model=storybook --repo=OWNER/NAME --output=OUTPUT

writes README.md, the model card with the Hub's metadata; the style as a .keras
and a .tflite file, compared with each other; and a sheet of photos above their
cartoons. A MODEL_CARD.md beside the .keras file is appended to the card.

Nothing is uploaded: the upload command is printed. With the extra [hub], anyone
can then use the style as --model=hf://OWNER/NAME.
"""

from absl import flags

from cartoongan_tf.core import choices

FLAGS = flags.FLAGS
ARGUMENTS = None

flags.DEFINE_string(
    "model",
    None,
    "The name of a shipped style, a .keras file, or the --workdir of a run.",
    required=True,
)
flags.DEFINE_string(
    "repo",
    None,
    "Target repository, OWNER/NAME, for the model card. It need not exist yet.",
    required=True,
)
flags.DEFINE_string("output", None, "Output folder.", required=True)
flags.DEFINE_bool(
    "overwrite",
    False,
    "Whether to replace an existing folder, if all its files are from this "
    "command.",
)
flags.DEFINE_string(
    "credit",
    None,
    "Credit line, such as the artists whose pictures trained the style. "
    "Shipped styles have their own.",
)
flags.DEFINE_string(
    "license",
    None,
    "License of the weights, such as CC-BY-4.0. Shipped styles have their own.",
)
flags.DEFINE_string(
    "photos",
    choices.SAMPLE_PHOTOS,
    "Folder of photos to compare the files on; the sheet shows the first four. "
    f"{choices.SAMPLE_PHOTOS} needs the extra [samples].",
)
