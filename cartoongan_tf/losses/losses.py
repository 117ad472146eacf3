"""The losses of CartoonGAN (Chen et al., CVPR 2018, section 3.2).

Pure functions from tensors to a scalar, independent of networks, weights and
optimizers; `objective.py` weights them. Written in `keras.ops` only.

Logits are the raw discriminator output, of any shape: a patch discriminator
returns one logit per patch. The adversarial loss has two variants:

- `"log"`, the paper's equation 3. With sigma the logistic function,
  `softplus(-x) == -log(sigma(x))` and `softplus(x) == -log(1 - sigma(x))`.
- `"lsgan"`, least squares with labels 1 and 0 (Mao et al., 2017), which the
  authors' released code uses.
"""

from keras import ops

from cartoongan_tf.core import choices
from cartoongan_tf.filters import luminance

_COLOR_CELL = 8  # Pixels a side.
_FLAT_WINDOW = 5  # Pixels a side.
_FLAT_SCALE = 0.02  # Neighbor difference at which the weight falls to 1/e.
_LUMINANCE_WEIGHT = 0.1
# ITU-R BT.601, one column each for Y, U and V, with Y scaled down.
_YUV = (
    (0.299 * _LUMINANCE_WEIGHT, -0.147, 0.615),
    (0.587 * _LUMINANCE_WEIGHT, -0.289, -0.515),
    (0.114 * _LUMINANCE_WEIGHT, 0.436, -0.100),
)

# Unit vectors of the chroma plane, 45 degrees apart, one column each.
_DIRECTIONS = ((1.0, 0.7071, 0.0, -0.7071), (0.0, 0.7071, 1.0, 0.7071))


def discriminator_loss(
    cartoon_logits, smoothed_logits, generated_logits, variant="lsgan"
):
    """Edge-promoting adversarial loss of the discriminator (eq. 3).

    Only crisp cartoons count as real. Cartoons with smoothed edges count as
    fake, like generated images, which teaches the discriminator, and through
    it the generator, that clear edges matter.

    Args:
        cartoon_logits: Logits of real cartoons.
        smoothed_logits: Logits of the same cartoons with smoothed edges.
        generated_logits: Logits of generated images.
        variant: `"lsgan"` or `"log"`.

    Returns:
        A scalar, the sum of three means. A discriminator that cannot separate
        the classes has `3 * log(2)` (log) or, at best, `2 / 3` (lsgan).

    Raises:
        ValueError: If `variant` is unknown.
    """
    return (
        _real_loss(cartoon_logits, variant)
        + _fake_loss(smoothed_logits, variant)
        + _fake_loss(generated_logits, variant)
    )


def generator_loss(generated_logits, variant="lsgan"):
    """Adversarial loss of the generator.

    Args:
        generated_logits: Logits of generated images.
        variant: `"lsgan"`, or `"log"` in its non-saturating form.

    Returns:
        A scalar, low when generated images pass for crisp cartoons.

    Raises:
        ValueError: If `variant` is unknown.
    """
    return _real_loss(generated_logits, variant)


def feature_discriminator_loss(
    cartoon_logits, smoothed_logits, generated_logits
):
    """Edge-promoting hinge loss of the feature discriminator.

    The edge-promoting loss (eq. 3) as the hinge loss of projected GANs (Sauer
    et al., 2021): logits beyond 1 and -1 have no gradient. Smoothed cartoons
    and generated images have half the weight each.

    Args:
        cartoon_logits: Logits of crisp cartoons, one tensor per feature map.
        smoothed_logits: Logits of cartoons with smoothed edges, likewise.
        generated_logits: Logits of generated images, likewise.

    Returns:
        A scalar, the mean over the feature maps; 2 if all logits are 0.
    """
    maps = [
        ops.mean(ops.relu(1 - cartoon))
        + 0.5 * ops.mean(ops.relu(1 + smoothed))
        + 0.5 * ops.mean(ops.relu(1 + generated))
        for cartoon, smoothed, generated in zip(
            cartoon_logits, smoothed_logits, generated_logits, strict=True
        )
    ]
    return sum(maps) / len(maps)


def feature_generator_loss(generated_logits):
    """Adversarial loss of the generator from the feature discriminator.

    Args:
        generated_logits: Logits of generated images, one tensor per feature
            map.

    Returns:
        A scalar, the negative mean logit: low when generated images pass for
        crisp cartoons.
    """
    means = [ops.mean(logits) for logits in generated_logits]
    return -sum(means) / len(means)


def content_loss(photo_features, generated_features):
    """Mean absolute difference between two feature maps (eq. 4).

    L1, not L2: cartoons change region by region, and sparse differences must
    stay cheap. The mean, not the sum, so that the weight does not depend on
    the image size.
    """
    return ops.mean(ops.abs(photo_features - generated_features))


def pixel_loss(targets, generated):
    """Mean absolute difference of pixels: a scalar."""
    return ops.mean(ops.abs(targets - generated))


def color_loss(targets, generated):
    """Mean squared color difference of two batches in YUV, over 8x8 cells.

    Cell means ignore texture, so that a cartoon may repaint the inside of a
    cell. Luminance differences have a tenth of the weight of each chroma
    channel: a cartoon may be darker or lighter than its photo, as its style
    asks, but a red leaf stays red. (VGG19 hardly distinguishes colors, and the
    discriminator does not see the colors of the photo.)

    Squared, so that the gradient grows with the difference. With an L1, whose
    gradient is constant, patches drifted all the way to the style's favorite
    yellow wherever the discriminator's gradient was larger.

    Args:
        targets: Images of shape `(batch, height, width, 3)` in [-1, 1].
        generated: Images of the same shape.

    Returns:
        A scalar.
    """
    difference = _color_cells(generated - targets)
    yuv = ops.matmul(difference, ops.convert_to_tensor(_YUV, difference.dtype))
    return ops.mean(ops.square(yuv))


def luminance_loss(targets, generated):
    """Mean squared luminance difference over cells of 8x8 pixels.

    `color_loss` weights luminance by a tenth, and a generator trained on light
    illustrations then turns blacks into grays. This term keeps blacks.

    Args:
        targets: Images of shape `(batch, height, width, 3)` in [-1, 1].
        generated: Images of the same shape.

    Returns:
        A scalar.
    """
    difference = _color_cells(luminance.luminance(generated - targets))
    return ops.mean(ops.square(difference))


def flat_loss(targets, generated):
    """Total variation of generated images in flat areas of their targets.

    Each difference of neighbors is weighted by `exp(-step / 0.02)`, where
    `step` is the same difference in the target: almost 0 at a contour, 1 on a
    wall. Unlike total variation, it does not blur contours.

    Args:
        targets: Images without texture (such as photos smoothed by
            `guided_filter.py`), of shape `(batch, height, width, 3)` in
            [-1, 1].
        generated: Images of the same shape.

    Returns:
        A scalar, 0 if all flat areas of the target have one color.
    """
    base = ops.average_pool(
        targets,
        _FLAT_WINDOW,
        strides=1,
        padding="same",
        data_format="channels_last",
    )
    total = 0.0
    for step, change in zip(
        _differences(base), _differences(generated), strict=True
    ):
        strongest = ops.max(ops.abs(step), axis=-1, keepdims=True)
        weight = ops.exp(-strongest / _FLAT_SCALE)
        total += ops.mean(weight * ops.abs(change))
    return total


def palette_loss(cartoons, generated):
    """Distance between the color distributions of two batches.

    A sliced Wasserstein distance (Rabin et al., 2011): means over cells of 8x8
    pixels are projected onto directions of the chroma plane, and the sorted
    projections of both batches are compared. Positions do not matter.

    Args:
        cartoons: Images of shape `(batch, height, width, 3)` in [-1, 1].
        generated: Images of the same shape.

    Returns:
        A scalar, 0 if both have the same colors equally often.
    """
    target, actual = (
        ops.sort(_chroma_projections(images), axis=0)
        for images in (cartoons, generated)
    )
    return ops.mean(ops.square(target - actual))


def variation_loss(images):
    """Total variation: mean absolute difference of neighboring pixels.

    Args:
        images: Images of shape `(batch, height, width, channels)`.

    Returns:
        A scalar, 0 for an image of one color.
    """
    return sum(ops.mean(ops.abs(step)) for step in _differences(images))


def _differences(images):
    """Differences of vertical and of horizontal neighbors."""
    return images[:, 1:] - images[:, :-1], images[:, :, 1:] - images[:, :, :-1]


def _color_cells(images):
    """Means over cells of 8x8 pixels."""
    return ops.average_pool(
        images,
        _COLOR_CELL,
        strides=_COLOR_CELL,
        data_format="channels_last",
    )


def _chroma_projections(images):
    """Chroma of the cells along each direction, `(cells, directions)`."""
    cells = _color_cells(images)
    yuv = ops.matmul(cells, ops.convert_to_tensor(_YUV, images.dtype))
    chroma = ops.reshape(yuv[..., 1:], (-1, 2))
    return ops.matmul(chroma, ops.convert_to_tensor(_DIRECTIONS, images.dtype))


def _real_loss(logits, variant):
    if variant == "lsgan":
        return ops.mean(ops.square(logits - 1))
    if variant == "log":
        return ops.mean(ops.softplus(-logits))
    raise _unknown_variant(variant)


def _fake_loss(logits, variant):
    if variant == "lsgan":
        return ops.mean(ops.square(logits))
    if variant == "log":
        return ops.mean(ops.softplus(logits))
    raise _unknown_variant(variant)


def _unknown_variant(variant):
    return ValueError(
        f"`variant` must be one of {choices.ADVERSARIAL_LOSSES}, received "
        f"{variant!r}."
    )
