"""Edge smoothing: the negative examples of the edge-promoting loss.

CartoonGAN (Chen et al., 2018, section 3.2.1) builds them from cartoons in
three steps: find edge pixels with Canny, dilate them, and blur the image with
a Gaussian there only. The result equals the same OpenCV calls.

Images are uint8 RGB, of shape `(height, width, 3)`. Pure TensorFlow, so that
it runs inside `tf.data`, on the very crop that the discriminator sees.
"""

import tensorflow as tf

from cartoongan_tf import canny

# cv2.getGaussianKernel(5, 0), which is this fixed table and no Gaussian.
_KERNEL = (1, 4, 6, 4, 1)
_RADIUS = len(_KERNEL) // 2


def smooth_edges(
    image: tf.Tensor, low: int = 100, high: int = 200, dilation: int = 5
) -> tf.Tensor:
    """Blurs an image along its edges and leaves the rest untouched.

    Args:
        image: uint8 RGB image of shape `(height, width, 3)`, each side at
            least 3 pixels.
        low: Canny's lower threshold.
        high: Canny's upper threshold.
        dilation: Side, in pixels, of the square that each edge pixel grows
            to. Odd.

    Returns:
        uint8 image of the same shape.
    """
    edges = canny.detect_edges(to_gray(image), low, high)
    near_edge = _dilate(edges, dilation)
    return tf.where(near_edge[:, :, None] > 0, _blur(image), image)


def to_gray(image: tf.Tensor) -> tf.Tensor:
    """Luminance in fixed point, as `cv2.COLOR_RGB2GRAY` computes it.

    Args:
        image: uint8 RGB image of shape `(height, width, 3)`.

    Returns:
        uint8 image of shape `(height, width)`. `tf.image.rgb_to_grayscale`
        rounds otherwise in 15 % of the pixels, which moves edges.
    """
    red, green, blue = tf.unstack(tf.cast(image, tf.int32), num=3, axis=-1)
    scaled = 9798 * red + 19235 * green + 3735 * blue + 2**14
    return tf.cast(scaled // 2**15, tf.uint8)


def _dilate(mask, side):
    mask = tf.cast(mask, tf.float32)[None, :, :, None]
    return tf.nn.max_pool2d(mask, side, 1, "SAME")[0, :, :, 0]


def _blur(image):
    """Rounds half up, as OpenCV does; float32 holds these integers exactly."""
    side = [_RADIUS, _RADIUS]
    rows = tf.pad(tf.cast(image, tf.float32), [side, side, [0, 0]], "REFLECT")
    height, width = tf.shape(image)[0], tf.shape(image)[1]
    columns = sum(k * rows[i : i + height] for i, k in enumerate(_KERNEL))
    total = sum(k * columns[:, i : i + width] for i, k in enumerate(_KERNEL))
    weight = sum(_KERNEL) ** 2
    return tf.cast((total + weight // 2) // weight, tf.uint8)
