"""What every artifact takes and gives: the one place for names and ranges.

All of it is RGB, channels last. Cartoons have exactly the size of their
photos.

A SavedModel has three signatures. `serving_default` takes `image_bytes`, a
batch of encoded pictures of mixed sizes, and gives `cartoon_bytes`. `uint8`
and `float32` take `image` of shape `(batch, height, width, 3)`, of 0 to 255 or
of -1 to 1, and give `cartoon` of the same shape and range, each side at least
16 pixels.

A `.tflite` file has a signature for each size that it was built for, named
WIDTHxHEIGHT, or one of the name `any`. They take `image`, of one picture, and
give `cartoon`: uint8 in files for the CPU, float32 in [-1, 1] in files for the
GPU delegate and the browser.
"""

MODEL_NAME = "cartoongan"

BYTES = "serving_default"
UINT8 = "uint8"
FLOAT32 = "float32"
ANY_SIZE = "any"

IMAGE_BYTES = "image_bytes"
CARTOON_BYTES = "cartoon_bytes"
IMAGE = "image"
CARTOON = "cartoon"
