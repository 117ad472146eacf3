"""The losses of CartoonGAN (Chen et al., CVPR 2018, section 3.2).

Pure functions from tensors to a scalar. None knows a network, a weight or an
optimizer; `model.py` puts them together. Written in `keras.ops` only.

Logits are the raw discriminator output, of any shape: a patch discriminator
gives one logit per patch. The adversarial loss has two forms:

- `"log"`, the paper's equation 3. With sigma the logistic function,
  `softplus(-x) == -log(sigma(x))` and `softplus(x) == -log(1 - sigma(x))`.
- `"lsgan"`, least squares with labels 1 and 0 (Mao et al., 2017), which the
  authors' released code uses.
"""

from keras import ops

ADVERSARIAL_LOSSES = ("lsgan", "log")


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


def total_loss(adversarial_loss, content_loss, content_weight):
    """What the generator minimizes (eq. 2).

    Args:
        adversarial_loss: Scalar of `generator_loss`.
        content_loss: Scalar of `content_loss`.
        content_weight: Omega. It counts in units of VGG19's conv4_4 before
            ReLU at Caffe scale (pixels of 0 to 255), where two unrelated
            photos are about 620 apart. The paper's literal 10 belongs to the
            authors' code, which divides the content gradient by 127.5 where
            it should multiply: there it acts like 6e-4 here. At this scale 10
            drowns the adversarial loss, and the output stays the photo;
            recipes that visibly cartoonize have 4e-4 to 5e-3.

    Returns:
        A scalar.
    """
    return adversarial_loss + content_weight * content_loss


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
