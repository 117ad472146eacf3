"""Help texts of the `train` flags for losses."""

HELP = {
    "content_features": (
        "Features that the content loss compares: VGG19's conv4_4, or a "
        "pyramid of blurred luminance, gradients and color, which needs no "
        "download and almost no time."
    ),
    "vgg19_weights": (
        "imagenet, which Keras downloads once; or a .npz or .h5 file."
    ),
    "mixed_precision": (
        "Networks that compute in 16 bits: none; vgg19; or all (VGG19, "
        "generator and discriminators). About twice as fast on hardware that "
        "supports the --compute_dtype, and slower elsewhere. Weights, losses "
        "and optimizers stay float32, as do saved networks."
    ),
    "compute_dtype": (
        "16-bit type for --mixed_precision: bfloat16 (GPUs since 2020, TPUs, "
        "CPUs with AVX512-BF16 or AMX), or float16 (GPUs since 2017), which "
        "uses loss scaling so that gradients do not underflow, and skips steps "
        "in which they overflow."
    ),
    "content_weight": (
        "Weight of the content loss (omega in equation 2), in units of VGG19's "
        "conv4_4 before ReLU with pixels in 0 to 255. 1e-4 to 3e-4 cartoonizes "
        "with the default --gradient_penalty_weight; higher values keep more "
        "of the photo, and at the paper's 10 the output is the photo. See "
        "docs/calibration.md."
    ),
    "color_weight": (
        "Weight of the color loss: squared YUV difference between the "
        "--content_target and the cartoon, both averaged over 8x8 pixels. "
        "Keeps a red leaf red; 0 turns it off. Defaults to 15 for "
        "--generator=light, and to 0 for cartoongan, which cannot see a color "
        "cast."
    ),
    "variation_weight": (
        "Weight of the cartoons' total variation in the second phase: flattens "
        "them; 0 turns it off."
    ),
    "luminance_weight": (
        "Weight of the squared luminance difference between the "
        "--content_target and the cartoon, both averaged over 8x8 pixels, on "
        "top of the tenth that luminance has in the color loss. Preserves "
        "blacks and contrast; 10 works well, 0 turns it off."
    ),
    "flat_weight": (
        "Weight of a penalty on variation in the cartoon where the "
        "--content_target is flat (for photo: the photo with its texture "
        "removed). Keeps walls and skies free of strokes and leaves contours "
        "alone. 4 to 12 works well, 0 turns it off."
    ),
    "palette_weight": (
        "Weight of the distance between the colors of generated cartoons and "
        "those of the style (sliced Wasserstein distance over a batch). Moves "
        "colors toward the style's, against --color_weight; 0 turns it off."
    ),
    "pixel_weight": (
        "Weight of the mean absolute pixel difference between the cartoon and "
        "the --content_target in the second phase. Higher values keep the "
        "generator closer to its warm-up; 10 works well with "
        "--content_target=inked, 0 turns it off."
    ),
    "content_target": (
        "Reference for content, colors and flat areas. photo: the photo "
        "itself. smoothed: the photo after a guided filter, so that fur and "
        "wood grain do not count as content. inked: the photo in a few flat "
        "tones (L0 gradient minimization, then posterization), as saturated as "
        "the cartoons, with dark lines along contours; for runs too short for "
        "a discriminator to teach these. painted: the same without lines. "
        "teacher: the output of --teacher."
    ),
    "teacher": (
        "Generator to distill, for --content_target=teacher: a smaller network "
        "learns to reproduce its output. The --workdir of a run, a .keras "
        "file, the name of a shipped style, a .npz file with the authors' "
        "weights, or hf://OWNER/NAME."
    ),
    "match_tones": (
        "How far, from 0 to 1, to move the luminance of a flat-tone "
        "--content_target from the photos' to the cartoons' (by histogram "
        "matching between the two sets; hues stay). Brightens dark photos for "
        "a bright style. 0 uses a gamma of 0.85 instead."
    ),
    "line_lightness": (
        "Factor, from 0 to 1, on the lightness of lines in --content_target="
        "inked: 1 for a dark shade of the underlying color, 0 for black ink, "
        "which makes faces look harsh."
    ),
    "gradient_penalty_weight": (
        "Weight of the discriminator's gradient penalty (R1 and R2, Mescheder "
        "et al., 2018). Keeps a winning discriminator from forcing patterns on "
        "the generator; 0 turns it off."
    ),
    "adversarial_loss": (
        "Adversarial loss: least squares, as in the authors' code, or the "
        "paper's log form."
    ),
    "patch_weight": "Weight of the patch discriminator's adversarial loss.",
    "feature_weight": "Weight of the feature discriminator's adversarial loss.",
    "features_every": (
        "Interval, in steps of the second phase, at which VGG19 features are "
        "computed, for the content loss and the feature discriminator. With 2 "
        "a step takes three quarters of the time, with no measurable "
        "difference in results."
    ),
    "feature_shift": (
        "Pixels by which images are cropped, at a random position, before "
        "VGG19 sees them, so that no pattern can hide in its pooling grid; 8 "
        "works well with a feature discriminator, 0 turns it off."
    ),
    "gray_share": (
        "Maximum share, from 0 to 1, of gray that is mixed into the "
        "discriminators' inputs at random, at equal luminance, which leaves "
        "color to the color loss. 0 turns it off, 1 allows fully gray images."
    ),
}
