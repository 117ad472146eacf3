r"""Makes cartoons of millions of pictures, on this machine or a Ray cluster.

    cartoongan batch --input=photos --output=cartoons
    cartoongan batch --input='s3://bucket/photos/**/*.jpg' --output=s3://bucket/cartoons
    cartoongan batch --input=list.parquet --output=gs://bucket/cartoons --gpus=1

Results are those of `cartoongan cartoonize`, in --output, in which sub-folders
are mirrored. What is there already is left alone, so that the same command
goes on where it stopped, however that was. What cannot be read is named in
failed.jsonl in --output, with the reason; the rest goes on, and the exit code
is 1. The next run tries it again.

Videos are made after pictures: long ones on shared disks in segments, side by
side, others by one worker each.

Runs on the cluster of $RAY_ADDRESS, on one that runs on this machine, or else
starts one that ends with it. Needs the extra [scale].
"""

from absl import flags

from cartoongan_tf.commands import picture_flags
from cartoongan_tf.commands import video_flags

FLAGS = flags.FLAGS
ARGUMENTS = None

flags.adopt_module_key_flags(picture_flags)
flags.adopt_module_key_flags(video_flags)

flags.DEFINE_string(
    "input",
    None,
    "Path or URL (s3://, gs://) of a folder of pictures and videos, with its "
    "sub-folders; "
    "a quoted pattern with *, ?, [...] and **; a picture; or a Parquet file "
    "with paths and URLs in its column `path`, which results mirror whole, "
    "less the protocol.",
    required=True,
)
flags.DEFINE_string(
    "output", None, "Path or URL of the folder of results.", required=True
)
flags.DEFINE_string(
    "format",
    None,
    "What to write instead of the format that a picture's ending tells: jpg, "
    "png, webp, avif, tiff, bmp or gif; videos become MP4.",
)
flags.DEFINE_integer(
    "actors",
    None,
    "Workers, each with a model of its own; by default as many as the cluster "
    "has room for, less one core. Name more where a cluster grows by itself.",
    1,
)
flags.DEFINE_integer("cpus", 1, "Cores of each worker.", 1)
flags.DEFINE_float("gpus", 0, "GPUs of each worker; 0.5 lets two share one.", 0)
