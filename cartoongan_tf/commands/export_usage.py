r"""Exports a trained generator for servers, phones and browsers.

    cartoongan export --model=storybook --output=exported/storybook

writes OUTPUT/saved_model/1/ for TF Serving, .tflite files for LiteRT, and
report.json. Each artifact is loaded by the runtime that will serve it and
compared with the Keras model on photos; those that are not close enough are
removed, and the command fails with the reason. docs/artifacts.md describes
their inputs and outputs.
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
    "Generator to export: the name of a shipped style, a .keras file, the "
    "--workdir of a run, a .npz file with the authors' weights, or "
    "hf://OWNER/NAME.",
    required=True,
)
flags.DEFINE_string("output", None, "Output folder.", required=True)
flags.DEFINE_list(
    "formats",
    list(_DEFAULT.formats),
    f"Formats to write: {', '.join(choices.EXPORT_FORMATS)}. onnx needs the "
    "extra [onnx].",
)
flags.DEFINE_list(
    "precision",
    list(_DEFAULT.precisions),
    "Precisions of the .tflite files: dynamic_range (8-bit weights, uint8 "
    "pictures: for CPUs; the paper's generator needs the extra [quantizer]), "
    "float16 (float32 pictures in [-1, 1]: for GPUs and browsers), float32, "
    "int8 (fully 8-bit, calibrated on --photos).",
)
flags.DEFINE_list(
    "sizes",
    [model_interface.signature_of(size) for size in _DEFAULT.sizes],
    "Input sizes of the .tflite files: WIDTHxHEIGHT, which share a file (GPUs "
    "and browsers need fixed sizes), and any, in a separate file; 256 stands "
    "for 256x256. With any there is one .onnx file, otherwise one per size.",
)
flags.DEFINE_integer(
    "version",
    None,
    "Version number of the SavedModel, which must not exist yet; by default "
    "one above the highest, which a running TF Serving then picks up.",
    lower_bound=1,
)
flags.DEFINE_list(
    "warmup_sizes",
    [model_interface.signature_of(size) for size in _DEFAULT.warmup_sizes],
    "Sizes, WIDTHxHEIGHT, of the warm-up requests that TF Serving replays "
    "before a version goes live; empty for none.",
)
flags.DEFINE_integer(
    "max_side",
    _DEFAULT.encoded.max_side,
    "Longer side, in pixels, that the SavedModel downscales encoded pictures "
    "to.",
    lower_bound=model_interface.MINIMUM_SIDE,
)
flags.DEFINE_integer(
    "max_pixels",
    _DEFAULT.encoded.max_pixels,
    "Pixel limit: the SavedModel rejects larger encoded pictures without "
    "decoding them.",
    lower_bound=model_interface.MINIMUM_SIDE**2,
)
flags.DEFINE_enum(
    "encoding",
    _DEFAULT.encoded.encoding,
    choices.ENCODINGS,
    "Encoding of the SavedModel's cartoons.",
)
flags.DEFINE_string(
    "photos",
    choices.SAMPLE_PHOTOS,
    "Folder of photos for comparison and int8 calibration; at most "
    f"{options.MAX_PHOTOS} are used. {choices.SAMPLE_PHOTOS} needs the extra "
    "[samples].",
)
flags.DEFINE_string("credit", None, "Credit line for report.json.")
flags.DEFINE_string("license", None, "License of the weights, for report.json.")
