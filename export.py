r"""Exports a trained generator for servers and phones.

    python export.py --model=runs/storybook --output=exported/storybook

Writes OUTPUT/saved_model/1/ for TF Serving and OUTPUT/cartoongan.tflite for
LiteRT. Both take and give uint8 RGB pictures of any size. Each is loaded again
and compared with the Keras model before it is called written.
"""

import tensorflow as tf
from absl import app
from absl import flags
from absl import logging

from cartoongan_tf import artifacts
from cartoongan_tf import errors
from cartoongan_tf import exporting
from cartoongan_tf import files

FLAGS = flags.FLAGS

flags.DEFINE_string(
    "model",
    None,
    "The generator: a .keras file, the --workdir of a run, or a shipped "
    "style by its name.",
    required=True,
)
flags.DEFINE_string("output", None, "Folder to write into.", required=True)


def main(argv):
    if len(argv) > 1:
        raise app.UsageError(f"Unexpected arguments: {argv[1:]}")
    # TensorFlow tells at length where it writes its drafts.
    logging.set_verbosity(logging.WARNING)
    tf.get_logger().setLevel("WARNING")
    with errors.one_sentence():
        output = files.make_folder("--output", FLAGS.output)
        generator = artifacts.load_generator(FLAGS.model, "--model")
        saved_model = exporting.export_saved_model(
            generator, output / exporting.SAVED_MODEL
        )
        print(f"Wrote {saved_model}, equal to the Keras model", flush=True)
        litert = exporting.convert_to_litert(
            generator, saved_model, output / exporting.LITERT_FILE
        )
        print(f"Wrote {litert}, equal to the Keras model")


if __name__ == "__main__":
    app.run(main)
