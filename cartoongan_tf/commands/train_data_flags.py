"""Flags of `train`: photos, cartoons, and the batches made of them."""

from absl import flags

from cartoongan_tf.core import choices
from cartoongan_tf.training import config

_DEFAULT = config.TrainConfig

flags.DEFINE_string(
    "photo_dir",
    None,
    "Folder of photos, searched with its sub-folders; or sample:photos, the "
    "few that come with scikit-image (the extra [samples]).",
    required=True,
)
flags.DEFINE_string(
    "cartoon_dir",
    None,
    "Folder of cartoon frames in one style; or sample:scenes, cartoons that "
    "are drawn on the spot.",
    required=True,
)
flags.DEFINE_enum(
    "bad_images",
    _DEFAULT.bad_images,
    choices.BAD_IMAGES,
    "What to do about files that are damaged, no picture, too large, or under "
    "a wrong ending: stop with an error that names them, or skip them.",
)
flags.DEFINE_boolean(
    "check_data",
    _DEFAULT.check_data,
    "Whether to look first if the two folders are what they should be, and "
    "not swapped. python prepare.py check looks closer.",
)
flags.DEFINE_string(
    "cache",
    _DEFAULT.cache,
    "Keeps decoded pictures, before anything random happens to them: none, "
    "memory, or a folder. Changes the speed and not the batches.",
)
flags.DEFINE_float(
    "denoise_cartoons",
    _DEFAULT.denoise_cartoons,
    "Strength, in levels of 255, of a non-local means filter that takes grain "
    "and JPEG noise out of the cartoons, once; 4 is good, 0 for none. A "
    "discriminator asks for the grain that it sees. What comes of it is kept "
    "in the folder of --cache, or else in WORKDIR/denoised.",
)
flags.DEFINE_string(
    "people_dir",
    _DEFAULT.people_dir,
    "Folder of further photos, of people: --people_share of each batch comes "
    "from it, so that faces are seen often enough to stay faces.",
)
flags.DEFINE_float(
    "people_share",
    _DEFAULT.people_share,
    "Share of each batch, rounded, that comes from --people_dir.",
)
flags.DEFINE_float(
    "people_content",
    _DEFAULT.people_content,
    "Factor of the content loss for photos of --people_dir.",
)
flags.DEFINE_boolean(
    "match_crops",
    _DEFAULT.match_crops,
    "Whether each crop of a photo is paired with a crop of a cartoon that has "
    "about as many edges. Otherwise what is flat is a photo to the "
    "discriminator, and the generator draws strokes on walls.",
)
flags.DEFINE_float(
    "most_white",
    _DEFAULT.most_white,
    "Largest share of white, each of red, green and blue at 245 of 255 or "
    "above, in the crops of cartoons that --match_crops shows: below 1 for "
    "drawings on bare paper, which photos do not have.",
)
flags.DEFINE_float(
    "stray_share",
    _DEFAULT.stray_share,
    "Share of the smoothed cartoons that are crisp ones with a few random dark "
    "strokes instead: negatives that teach what does not belong there.",
)
flags.DEFINE_integer(
    "image_size",
    _DEFAULT.image_size,
    "Height and width, in pixels, of the crops that are trained on.",
)
flags.DEFINE_float(
    "smallest_crop",
    _DEFAULT.smallest_crop,
    "Side of the smallest square that is cut out and resized to --image_size, "
    "as a share of the picture's short side; 1 for always the largest.",
)
flags.DEFINE_float(
    "largest_crop",
    _DEFAULT.largest_crop,
    "Side of the largest such square, as a share of the short side. Smaller "
    "crops show the network pictures as they are at a larger size.",
)
flags.DEFINE_boolean(
    "horizontal_flip",
    _DEFAULT.horizontal_flip,
    "Whether half of the crops are mirrored.",
)
flags.DEFINE_integer(
    "edge_low",
    _DEFAULT.edge_low,
    "Canny's lower threshold, in the cartoons whose edges are smoothed: "
    "above it an edge goes on.",
)
flags.DEFINE_integer(
    "edge_high",
    _DEFAULT.edge_high,
    "Canny's upper threshold: above it an edge begins.",
)
flags.DEFINE_integer(
    "edge_dilation",
    _DEFAULT.edge_dilation,
    "Side, in pixels, of the square that each edge pixel grows to before the "
    "cartoon is blurred there.",
)
flags.DEFINE_enum(
    "smoothing",
    _DEFAULT.smoothing,
    choices.SMOOTHINGS,
    "Blur along the edges: the paper's Gaussian, or the box of the authors' "
    "own code.",
)
flags.DEFINE_integer(
    "smoothing_kernel",
    _DEFAULT.smoothing_kernel,
    "Side, in pixels, of that blur.",
)
flags.DEFINE_integer("batch_size", _DEFAULT.batch_size, "Images per step.")
flags.DEFINE_integer(
    "holdout",
    _DEFAULT.holdout,
    "Photos, drawn at random, that are never trained on: to measure on. "
    "WORKDIR/holdout.txt names them; evaluate.py --photo_dir takes it.",
)
flags.DEFINE_integer(
    "holdout_people",
    _DEFAULT.holdout_people,
    "Photos of --people_dir that are held back in the same way; the same list "
    "names them.",
)
