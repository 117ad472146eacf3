"""Choices of settings, by name.

They are separate from their implementations, which import TensorFlow, so that
commands can list them quickly.
"""

GENERATORS = ("cartoongan", "light")  # Architectures.
CONTENT_FEATURES = ("vgg19", "pyramid")
MIXED_PRECISIONS = ("none", "vgg19", "all")  # Networks that use 16 bits.
COMPUTE_DTYPES = ("bfloat16", "float16")
ADVERSARIAL_LOSSES = ("lsgan", "log")
SMOOTHINGS = ("gaussian", "box")
BAD_IMAGES = ("error", "skip")
ENCODINGS = ("png", "jpeg")  # Of a SavedModel's cartoons.
EXPORT_FORMATS = ("saved_model", "litert", "onnx")

IMAGENET = "imagenet"  # Weights downloaded by Keras.
SAMPLE_PHOTOS = "sample:photos"  # Accepted in place of a folder.
