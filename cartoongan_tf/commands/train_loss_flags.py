"""Help of the flags of `train`: what is minimized."""

HELP = {
    "content_features": (
        "What the content loss compares: VGG19's conv4_4, or a pyramid of "
        "blurred luminance, gradients and color, which needs no download and "
        "hardly any time."
    ),
    "vgg19_weights": (
        "imagenet, to let Keras fetch them once; or an .npz or .h5 file."
    ),
    "mixed_precision": (
        "What computes in 16 bits: nothing; VGG19; or VGG19, generator and "
        "discriminators. It takes about half the time where the hardware has "
        "the --compute_dtype, and longer where not. Weights, losses and "
        "optimizers stay float32, and so do the networks that are saved."
    ),
    "compute_dtype": (
        "What --mixed_precision computes in: bfloat16 (GPUs since 2020, TPUs, "
        "CPUs with AVX512-BF16 or AMX), or float16 (GPUs since 2017), which "
        "scales the losses so that gradients do not become zero, and leaves "
        "out a step in which they become too large."
    ),
    "content_weight": (
        "Weight of the content loss (omega in equation 2) in units of VGG19's "
        "conv4_4 before ReLU, pixels at 0 to 255. 1e-4 to 3e-4 cartoonizes "
        "with the default --gradient_penalty_weight; larger keeps more of the "
        "photo, and at the paper's 10 the output is the photo. "
        "docs/calibration.md shows it."
    ),
    "color_weight": (
        "Weight of the color loss: squared differences in YUV between the "
        "--content_target and the cartoon, both averaged over 8x8 pixels. "
        "Keeps a red leaf red; 0 leaves it out. Unless given 15 for "
        "--generator=light, and 0 for cartoongan, which cannot see a color "
        "cast."
    ),
    "variation_weight": (
        "Weight of the total variation of cartoons in the second phase: "
        "flattens them; 0 leaves it out."
    ),
    "luminance_weight": (
        "Weight of squared differences in luminance between the "
        "--content_target and the cartoon, both averaged over 8x8 pixels, on "
        "top of the tenth that the color loss gives it. Keeps blacks black and "
        "contrast what it was; 10 is good, 0 leaves it out."
    ),
    "flat_weight": (
        "Weight of what varies in the cartoon where the --content_target (of "
        "photo, the photo without its texture) does not: keeps walls and skies "
        "free of strokes, and leaves contours alone. 4 to 12 is good, 0 leaves "
        "it out."
    ),
    "palette_weight": (
        "Weight of the distance between the colors of the cartoons generated "
        "and those of the style (a sliced Wasserstein distance over a batch). "
        "Moves colors towards the style's, against --color_weight; 0 leaves it "
        "out."
    ),
    "pixel_weight": (
        "Weight of the mean absolute difference of pixels between cartoon and "
        "--content_target in the second phase: holds the generator to what the "
        "warm-up taught it, the more the larger; 10 is good beside "
        "--content_target=inked, and 0 leaves it out."
    ),
    "content_target": (
        "What content, colors and flat areas are compared with: the photo; the "
        "photo smoothed by a guided filter, so that fur and wood grain are no "
        "content; or the photo in few flat tones (L0 gradient minimization, "
        "then posterized), as saturated as the cartoons, with dark lines along "
        "its contours, for runs too short for a discriminator to ask for them; "
        "or in such tones without lines (painted); or what the --teacher makes "
        "of it."
    ),
    "teacher": (
        "Another generator, for --content_target=teacher: a smaller network "
        "learns to draw what this one draws. The workdir of its run, a .keras "
        "file, a shipped style by its name, an .npz file with the authors' "
        "weights, or hf://OWNER/NAME."
    ),
    "match_tones": (
        "How far, from 0 to 1, the luminance of a --content_target of flat "
        "tones moves from that of the photos to that of the cartoons (their "
        "histograms are matched, set by set; hues stay): lights up dark photos "
        "for a bright style. 0 for a gamma of 0.85."
    ),
    "line_lightness": (
        "Factor, from 0 to 1, for the lightness of lines in a --content_target "
        "of inked: 1 for a dark tone of the color below them, 0 for black ink, "
        "which hardens faces."
    ),
    "gradient_penalty_weight": (
        "Weight of the discriminator's gradient penalty (R1 and R2 of "
        "Mescheder et al., 2018). It keeps a discriminator that is winning "
        "from forcing patterns; 0 for none."
    ),
    "adversarial_loss": (
        "Least squares, as in the authors' code, or the paper's log form."
    ),
    "patch_weight": "Weight of the patch discriminator's adversarial loss.",
    "feature_weight": "Weight of the feature discriminator's adversarial loss.",
    "features_every": (
        "Steps of the second phase from one that looks at features, for "
        "content and their discriminator, to the next. With 2 a step takes "
        "three quarters of the time, with results that no measure tells apart."
    ),
    "feature_shift": (
        "Pixels by which images are cropped at a random place before VGG19 "
        "sees them, so that no pattern can hide in the grid of its pooling; 8 "
        "is good with a feature discriminator, 0 for none."
    ),
    "gray_share": (
        "Discriminators see images mixed with gray ones of the same luminance, "
        "by a random share of up to this: color is then the color loss' "
        "business. 0 for none, 1 for up to wholly gray."
    ),
}
