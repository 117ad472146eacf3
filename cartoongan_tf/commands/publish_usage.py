r"""Writes a style as the folder of a repository on the Hugging Face Hub.

    cartoongan publish --model=storybook --repo=OWNER/NAME --output=OUTPUT

writes README.md, the model card with the metadata that the Hub reads; the
style as a .keras and a .tflite file, which are compared; and a sheet of photos
above their cartoons. A MODEL_CARD.md beside the .keras file ends the card.

Nothing is uploaded: the command that does so is printed. Whoever has the extra
[hub] then opens the style with --model=hf://OWNER/NAME.
"""

from absl import flags

from cartoongan_tf.core import choices

FLAGS = flags.FLAGS
ARGUMENTS = None

flags.DEFINE_string(
    "model",
    None,
    "A shipped style by its name, a .keras file, or the --workdir of a run.",
    required=True,
)
flags.DEFINE_string(
    "repo",
    None,
    "The repository that the folder is for, OWNER/NAME, which the card names. "
    "It need not exist.",
    required=True,
)
flags.DEFINE_string("output", None, "Folder to write.", required=True)
flags.DEFINE_bool(
    "overwrite",
    False,
    "Whether to replace the folder, if it holds nothing but what this command "
    "writes.",
)
flags.DEFINE_string(
    "credit",
    None,
    "Whom to credit, such as the artists whose pictures trained the style. "
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
    "Folder of photos to compare the files on, of which the first four are "
    f"shown. {choices.SAMPLE_PHOTOS} needs the extra [samples].",
)
