"""Names that settings choose from.

They stand apart from what they name, which imports TensorFlow, so that
commands can offer them at once.
"""

GENERATORS = ("cartoongan", "light")  # Architectures.
CONTENT_FEATURES = ("vgg19", "pyramid")
MIXED_PRECISIONS = ("none", "vgg19", "all")  # What computes in 16 bits.
COMPUTE_DTYPES = ("bfloat16", "float16")
ADVERSARIAL_LOSSES = ("lsgan", "log")
SMOOTHINGS = ("gaussian", "box")
BAD_IMAGES = ("error", "skip")
ENCODINGS = ("png", "jpeg")  # Of the cartoons that a SavedModel gives.
EXPORT_FORMATS = ("saved_model", "litert", "onnx")

IMAGENET = "imagenet"  # Weights that Keras downloads.
SAMPLE_PHOTOS = "sample:photos"  # Stands for a folder.
