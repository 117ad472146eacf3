"""Help texts of the `train` flags for photos, cartoons and batches."""

HELP = {
    "photo_dir": (
        "Folder of photos, searched recursively; or sample:photos, the few "
        "that come with scikit-image (needs the extra [samples])."
    ),
    "cartoon_dir": (
        "Folder of cartoon frames in one style, searched recursively; or "
        "sample:scenes, synthetic cartoons drawn on the fly."
    ),
    "bad_images": (
        "How to treat files that are damaged, not pictures, too large, or "
        "misnamed: stop with an error that lists them, or skip them."
    ),
    "check_data": (
        "Whether to run a quick check first that both folders look right and "
        "are not swapped. python prepare.py check is more thorough."
    ),
    "cache": (
        "Cache of decoded pictures, before random augmentation: none, memory, "
        "or a folder. Affects speed only; batches stay the same."
    ),
    "denoise_cartoons": (
        "Strength, in levels of 255, of a non-local means filter that removes "
        "grain and JPEG noise from the cartoons, once, before training; 4 "
        "works well, 0 turns it off. Discriminators reward any grain that they "
        "see in cartoons. Results are stored in the --cache folder, or else in "
        "WORKDIR/denoised."
    ),
    "people_dir": (
        "Folder of additional photos, of people: --people_share of each batch "
        "comes from it, so that the generator sees enough faces to keep them "
        "intact."
    ),
    "people_share": (
        "Share of each batch, from 0 to 1, rounded to whole photos, that comes "
        "from --people_dir."
    ),
    "people_content": (
        "Factor on the content loss for photos from --people_dir."
    ),
    "match_crops": (
        "Whether each photo crop is paired with a cartoon crop of similar edge "
        "density. Otherwise the discriminator takes flat areas for photos, and "
        "the generator draws strokes on walls."
    ),
    "most_white": (
        "Maximum share of white pixels (red, green and blue all at least 245 "
        "of 255) in cartoon crops chosen by --match_crops. Set it below 1 for "
        "drawings on bare paper, which photos do not have."
    ),
    "stray_share": (
        "Share of the edge-smoothed cartoons that are replaced by sharp ones "
        "with a few random dark strokes: negatives that teach the "
        "discriminator to reject stray strokes."
    ),
    "image_size": "Height and width, in pixels, of the training crops.",
    "smallest_crop": (
        "Side of the smallest square crop, as a share of the picture's short "
        "side, before resizing to --image_size; 1 always takes the largest "
        "square."
    ),
    "largest_crop": (
        "Side of the largest square crop, as a share of the short side. "
        "Smaller crops prepare the network for larger pictures."
    ),
    "horizontal_flip": "Whether half of the crops are flipped horizontally.",
    "edge_low": (
        "Lower Canny threshold for the edges that are smoothed in cartoons: "
        "weaker pixels never belong to an edge."
    ),
    "edge_high": ("Upper Canny threshold: an edge must have a pixel above it."),
    "edge_dilation": (
        "Side, in pixels, of the square that each edge pixel is dilated to "
        "before the cartoon is blurred there."
    ),
    "smoothing": (
        "Blur along edges: gaussian as in the paper, or box as in the authors' "
        "code."
    ),
    "smoothing_kernel": "Kernel size of that blur, in pixels.",
    "batch_size": "Images per step.",
    "holdout": (
        "Number of randomly chosen photos held out from training, for "
        "evaluation. WORKDIR/holdout.txt lists them, and evaluate.py "
        "--photo_dir accepts that file."
    ),
    "holdout_people": (
        "Number of photos from --people_dir held out in the same way; the same "
        "file lists them."
    ),
}
