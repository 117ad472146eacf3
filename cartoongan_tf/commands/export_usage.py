r"""Exports a trained generator for servers, phones and browsers.

    cartoongan export --model=storybook --output=exported/storybook

writes OUTPUT/saved_model/1/ for TF Serving, .tflite files for LiteRT, and
report.json. Each is loaded by what will load it in use, and compared with the
Keras model on photos; one that is not close enough is removed, and the command
fails and says so. docs/artifacts.md tells what each takes and gives.
"""

from absl import flags

from cartoongan_tf.core import choices
from cartoongan_tf.core import model_interface
from cartoongan_tf.export import options

FLAGS = flags.FLAGS
ARGUMENTS = None

_DEFAULT = options.Settings()

flags.DEFINE_string(
    "model",
    None,
    "The generator: a shipped style by its name, a .keras file, the --workdir "
    "of a run, an .npz file with the authors' weights, or hf://OWNER/NAME.",
    required=True,
)
flags.DEFINE_string("output", None, "Folder to write into.", required=True)
flags.DEFINE_list(
    "formats",
    list(_DEFAULT.formats),
    f"What to write: {', '.join(choices.EXPORT_FORMATS)}. onnx needs "
    "the extra [onnx].",
)
flags.DEFINE_list(
    "precision",
    list(_DEFAULT.precisions),
    "Of the .tflite files: dynamic_range (weights of 8 bits, uint8 pictures: "
    "for CPUs; the paper's generator needs the extra [quantizer]), float16 "
    "(float32 pictures in [-1, 1]: for GPUs and browsers), float32, int8 (all "
    "in 8 bits, calibrated on --photos).",
)
flags.DEFINE_list(
    "sizes",
    [model_interface.signature_of(size) for size in _DEFAULT.sizes],
    "Of the .tflite files: WIDTHxHEIGHT, which share a file (GPUs and browsers "
    "need these), and any, in a file of its own; 256 stands for 256x256. Of "
    ".onnx files: where any is not among them, one for each size.",
)
flags.DEFINE_integer(
    "version",
    None,
    "Number of the SavedModel; unless given, one more than the highest that is "
    "there, which a running TF Serving then takes up.",
    lower_bound=1,
)
flags.DEFINE_list(
    "warmup_sizes",
    [model_interface.signature_of(size) for size in _DEFAULT.warmup_sizes],
    "WIDTHxHEIGHT of the pictures that TF Serving replays before a version "
    "takes requests; empty for none.",
)
flags.DEFINE_integer(
    "max_side",
    _DEFAULT.encoded.max_side,
    "Longer side, in pixels, to which the SavedModel reduces encoded pictures.",
    lower_bound=model_interface.MINIMUM_SIDE,
)
flags.DEFINE_integer(
    "max_pixels",
    _DEFAULT.encoded.max_pixels,
    "The SavedModel refuses encoded pictures of more pixels, undecoded.",
    lower_bound=model_interface.MINIMUM_SIDE**2,
)
flags.DEFINE_enum(
    "encoding",
    _DEFAULT.encoded.encoding,
    choices.ENCODINGS,
    "Format of the cartoons that the SavedModel encodes.",
)
flags.DEFINE_string(
    "photos",
    choices.SAMPLE_PHOTOS,
    "Folder of photos to compare on, and to calibrate int8 with: of more than "
    f"{options.MAX_PHOTOS} a selection. {choices.SAMPLE_PHOTOS} needs the "
    "extra [samples].",
)
flags.DEFINE_string("credit", None, "Who to credit, to be read in report.json.")
flags.DEFINE_string(
    "license", None, "License of the weights, to be read there, too."
)
