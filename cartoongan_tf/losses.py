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

ADVERSARIAL_LOSSES = ("lsgan", "log")

_COLOR_CELL = 8  # pixels a side
_LUMINANCE_SHARE = 0.1
# ITU-R BT.601, a column for each of Y, U and V; Y counts for less.
_YUV = (
    (0.299 * _LUMINANCE_SHARE, -0.147, 0.615),
    (0.587 * _LUMINANCE_SHARE, -0.289, -0.515),
    (0.114 * _LUMINANCE_SHARE, 0.436, -0.100),
)


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


def content_loss(photo_features, generated_features):
    """Mean absolute difference between two feature maps (eq. 4).

    The L1 norm, not L2: cartoons change region by region, and sparse
    differences must stay cheap. The mean, not the sum, so that the weight
    does not depend on the image size.
    """
    return ops.mean(ops.abs(photo_features - generated_features))


def color_loss(photos, generated):
    """Mean squared difference of the colours of two batches, in YUV.

    Compared are means over cells of 8x8 pixels, which know no texture: what
    is inside of a cell may be painted anew. Differences of luminance count for
    a tenth of those of each chroma, so that a cartoon may be darker or lighter
    than its photo, as its style is, but a red leaf stays red. (VGG19 hardly
    tells colours apart, and the discriminator does not know which ones the
    photo had.)

    Squared, so that it pulls the harder the further off a colour is. An L1
    pulls alike at all differences: where the discriminator pulled harder,
    patches went all the way to the style's favourite yellow.

    Args:
        photos: Images of shape `(batch, height, width, 3)` in [-1, 1].
        generated: Images of the same shape.

    Returns:
        A scalar.
    """
    difference = ops.average_pool(generated - photos, _COLOR_CELL)
    yuv = ops.matmul(difference, ops.convert_to_tensor(_YUV, difference.dtype))
    return ops.mean(ops.square(yuv))


def variation_loss(images):
    """Total variation: mean absolute difference of neighbouring pixels.

    Args:
        images: Images of shape `(batch, height, width, channels)`.

    Returns:
        A scalar, 0 for an image of one colour.
    """
    down = ops.mean(ops.abs(images[:, 1:] - images[:, :-1]))
    across = ops.mean(ops.abs(images[:, :, 1:] - images[:, :, :-1]))
    return down + across


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
        f"`form` must be one of {ADVERSARIAL_LOSSES}, received {form!r}."
    )
