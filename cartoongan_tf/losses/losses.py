"""The losses of CartoonGAN (Chen et al., CVPR 2018, section 3.2).

Pure functions from tensors to a scalar. None knows a network, a weight or an
optimizer; `objective.py` weighs them. Written in `keras.ops` only.

Logits are the raw discriminator output, of any shape: a patch discriminator
gives one logit per patch. The adversarial loss has two forms:

- `"log"`, the paper's equation 3. With sigma the logistic function,
  `softplus(-x) == -log(sigma(x))` and `softplus(x) == -log(1 - sigma(x))`.
- `"lsgan"`, least squares with labels 1 and 0 (Mao et al., 2017), which the
  authors' released code uses.
"""

from keras import ops

from cartoongan_tf.core import choices
from cartoongan_tf.filters import luminance

_COLOR_CELL = 8  # pixels a side
_FLAT_CELL = 5  # pixels a side
_FLAT_STEP = 0.02  # Difference of neighbors that is a step already.
_LUMINANCE_SHARE = 0.1
# ITU-R BT.601, a column for each of Y, U and V; Y counts for less.
_YUV = (
    (0.299 * _LUMINANCE_SHARE, -0.147, 0.615),
    (0.587 * _LUMINANCE_SHARE, -0.289, -0.515),
    (0.114 * _LUMINANCE_SHARE, 0.436, -0.100),
)

# Of the chroma plane, 45 degrees apart, a column each.
_DIRECTIONS = ((1.0, 0.7071, 0.0, -0.7071), (0.0, 0.7071, 1.0, 0.7071))


def discriminator_loss(
    cartoon_logits, smoothed_logits, generated_logits, form="lsgan"
):
    """Edge-promoting adversarial loss, the discriminator's side (eq. 3).

    Only crisp cartoons count as real. Cartoons with smoothed edges count as
    fake next to generated images, which teaches the discriminator, and through
    it the generator, that clear edges matter.

    Args:
        cartoon_logits: Logits of real cartoons.
        smoothed_logits: Logits of the same cartoons with smoothed edges.
        generated_logits: Logits of generated images.
        form: `"lsgan"` or `"log"`.

    Returns:
        A scalar, the sum of three means. For a discriminator that cannot tell
        it is `3 * log(2)` (log) or, at its best, `2 / 3` (lsgan).

    Raises:
        ValueError: If `form` is another word.
    """
    return (
        _as_real(cartoon_logits, form)
        + _as_fake(smoothed_logits, form)
        + _as_fake(generated_logits, form)
    )


def generator_loss(generated_logits, form="lsgan"):
    """Adversarial loss, the generator's side.

    Args:
        generated_logits: Logits of generated images.
        form: `"lsgan"`, or `"log"` in its non-saturating form.

    Returns:
        A scalar, low when generated images pass for crisp cartoons.

    Raises:
        ValueError: If `form` is another word.
    """
    return _as_real(generated_logits, form)


def feature_discriminator_loss(
    cartoon_logits, smoothed_logits, generated_logits
):
    """Edge-promoting hinge loss of discriminators on feature maps.

    The edge-promoting loss (eq. 3) in the hinge form of projected GANs (Sauer
    et al., 2021): logits beyond 1 and -1 are left alone. Smoothed cartoons and
    generated images weigh half each.

    Args:
        cartoon_logits: Logits of crisp cartoons, a tensor for each feature
            map.
        smoothed_logits: The same of cartoons with smoothed edges.
        generated_logits: The same of generated images.

    Returns:
        A scalar, the mean over the feature maps; 2 for a discriminator that
        gives 0 to everything.
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
    """Adversarial loss of the generator by discriminators on feature maps.

    Args:
        generated_logits: Logits of generated images, a tensor for each
            feature map.

    Returns:
        A scalar, the negative mean logit: low when generated images pass for
        crisp cartoons.
    """
    means = [ops.mean(logits) for logits in generated_logits]
    return -sum(means) / len(means)


def content_loss(photo_features, generated_features):
    """Mean absolute difference between two feature maps (eq. 4).

    The L1 norm, not L2: cartoons change region by region, and sparse
    differences must stay cheap. The mean, not the sum, so that the weight
    does not depend on the image size.
    """
    return ops.mean(ops.abs(photo_features - generated_features))


def pixel_loss(targets, generated):
    """Mean absolute difference of pixels, a scalar."""
    return ops.mean(ops.abs(targets - generated))


def color_loss(targets, generated):
    """Mean squared difference of the colors of two batches, in YUV.

    Compared are means over cells of 8x8 pixels, which know no texture: what
    is inside of a cell may be painted again. Differences of luminance count for
    a tenth of those of each chroma, so that a cartoon may be darker or lighter
    than its photo, as its style is, but a red leaf stays red. (VGG19 hardly
    tells colors apart, and the discriminator does not know which ones the
    photo had.)

    Squared, so that it pulls the harder the further off a color is. An L1
    pulls alike at all differences: where the discriminator pulled harder,
    patches went all the way to the style's favorite yellow.

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
    """Mean squared difference of luminance over cells of 8x8 pixels.

    `color_loss` counts luminance for a tenth, and a generator trained on light
    illustrations then turns blacks into grays. This term keeps them.

    Args:
        targets: Images of shape `(batch, height, width, 3)` in [-1, 1].
        generated: Images of the same shape.

    Returns:
        A scalar.
    """
    difference = _color_cells(luminance.luminance(generated - targets))
    return ops.mean(ops.square(difference))


def flat_loss(targets, generated):
    """Total variation of generated images where their targets are flat.

    Each difference of neighbors counts by `exp(-step / 0.02)`, where `step` is
    the target's own difference there: next to nothing at a contour, all on a
    wall. Unlike total variation it leaves contours alone.

    Args:
        targets: Images without texture (photos smoothed by
            `guided_filter.py`, say), of shape `(batch, height, width, 3)` in
            [-1, 1].
        generated: Images of the same shape.

    Returns:
        A scalar, 0 where what is flat in the target has one color.
    """
    base = ops.average_pool(
        targets,
        _FLAT_CELL,
        strides=1,
        padding="same",
        data_format="channels_last",
    )
    total = 0.0
    for step, change in zip(_steps(base), _steps(generated), strict=True):
        strongest = ops.max(ops.abs(step), axis=-1, keepdims=True)
        weight = ops.exp(-strongest / _FLAT_STEP)
        total += ops.mean(weight * ops.abs(change))
    return total


def palette_loss(cartoons, generated):
    """Distance between the colors of two batches, whoever has them where.

    A sliced Wasserstein distance (Rabin et al., 2011): means over cells of 8x8
    pixels are projected onto directions of the chroma plane, and the sorted
    projections of one batch are compared with those of the other.

    Args:
        cartoons: Images of shape `(batch, height, width, 3)` in [-1, 1].
        generated: Images of the same shape.

    Returns:
        A scalar, 0 if both have the same colors equally often.
    """
    wanted, found = (
        ops.sort(_chroma_projections(images), axis=0)
        for images in (cartoons, generated)
    )
    return ops.mean(ops.square(wanted - found))


def variation_loss(images):
    """Total variation: mean absolute difference of neighboring pixels.

    Args:
        images: Images of shape `(batch, height, width, channels)`.

    Returns:
        A scalar, 0 for an image of one color.
    """
    return sum(ops.mean(ops.abs(step)) for step in _steps(images))


def _steps(images):
    """Differences of neighbors, down and across."""
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
    """Colors of cells, `(cells, directions)`."""
    cells = _color_cells(images)
    yuv = ops.matmul(cells, ops.convert_to_tensor(_YUV, images.dtype))
    chroma = ops.reshape(yuv[..., 1:], (-1, 2))
    return ops.matmul(chroma, ops.convert_to_tensor(_DIRECTIONS, images.dtype))


def _as_real(logits, form):
    if form == "lsgan":
        return ops.mean(ops.square(logits - 1))
    if form == "log":
        return ops.mean(ops.softplus(-logits))
    raise _unknown(form)


def _as_fake(logits, form):
    if form == "lsgan":
        return ops.mean(ops.square(logits))
    if form == "log":
        return ops.mean(ops.softplus(logits))
    raise _unknown(form)


def _unknown(form):
    return ValueError(
        f"`form` must be one of {choices.ADVERSARIAL_LOSSES}, received "
        f"{form!r}."
    )
