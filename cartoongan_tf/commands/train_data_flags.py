"""Help of the flags of `train`: photos, cartoons, and their batches."""

HELP = {
    "photo_dir": (
        "Folder of photos, searched with its sub-folders; or sample:photos, "
        "the few that come with scikit-image (the extra [samples])."
    ),
    "cartoon_dir": (
        "Folder of cartoon frames in one style; or sample:scenes, cartoons "
        "that are drawn on the spot."
    ),
    "bad_images": (
        "What to do about files that are damaged, no picture, too large, or "
        "under a wrong ending: stop with an error that names them, or skip "
        "them."
    ),
    "check_data": (
        "Whether to look first if the two folders are what they should be, and "
        "not swapped. python prepare.py check looks closer."
    ),
    "cache": (
        "Keeps decoded pictures, before anything random happens to them: none, "
        "memory, or a folder. Changes the speed and not the batches."
    ),
    "denoise_cartoons": (
        "Strength, in levels of 255, of a non-local means filter that takes "
        "grain and JPEG noise out of the cartoons, once; 4 is good, 0 for "
        "none. A discriminator asks for the grain that it sees. What comes of "
        "it is kept in the folder of --cache, or else in WORKDIR/denoised."
    ),
    "people_dir": (
        "Folder of further photos, of people: --people_share of each batch "
        "comes from it, so that faces are seen often enough to stay faces."
    ),
    "people_share": (
        "Share of each batch, rounded, that comes from --people_dir."
    ),
    "people_content": "Factor of the content loss for photos of --people_dir.",
    "match_crops": (
        "Whether each crop of a photo is paired with a crop of a cartoon that "
        "has about as many edges. Otherwise what is flat is a photo to the "
        "discriminator, and the generator draws strokes on walls."
    ),
    "most_white": (
        "Largest share of white, each of red, green and blue at 245 of 255 or "
        "above, in the crops of cartoons that --match_crops shows: below 1 for "
        "drawings on bare paper, which photos do not have."
    ),
    "stray_share": (
        "Share of the smoothed cartoons that are crisp ones with a few random "
        "dark strokes instead: negatives that teach what does not belong there."
    ),
    "image_size": (
        "Height and width, in pixels, of the crops that are trained on."
    ),
    "smallest_crop": (
        "Side of the smallest square that is cut out and resized to "
        "--image_size, as a share of the picture's short side; 1 for always "
        "the largest."
    ),
    "largest_crop": (
        "Side of the largest such square, as a share of the short side. "
        "Smaller crops show the network pictures as they are at a larger size."
    ),
    "horizontal_flip": "Whether half of the crops are mirrored.",
    "edge_low": (
        "Canny's lower threshold, in the cartoons whose edges are smoothed: "
        "above it an edge goes on."
    ),
    "edge_high": "Canny's upper threshold: above it an edge begins.",
    "edge_dilation": (
        "Side, in pixels, of the square that each edge pixel grows to before "
        "the cartoon is blurred there."
    ),
    "smoothing": (
        "Blur along the edges: the paper's Gaussian, or the box of the "
        "authors' own code."
    ),
    "smoothing_kernel": "Side, in pixels, of that blur.",
    "batch_size": "Images per step.",
    "holdout": (
        "Photos, drawn at random, that are never trained on: to measure on. "
        "WORKDIR/holdout.txt names them; evaluate.py --photo_dir takes it."
    ),
    "holdout_people": (
        "Photos of --people_dir that are held back in the same way; the same "
        "list names them."
    ),
}
