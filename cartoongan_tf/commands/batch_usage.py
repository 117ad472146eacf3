r"""Cartoonizes millions of pictures, on this machine or a Ray cluster.

    cartoongan batch --input=photos --output=cartoons
    cartoongan batch --input='s3://bucket/photos/**/*.jpg' --output=s3://bucket/cartoons
    cartoongan batch --input=list.parquet --output=gs://bucket/cartoons --gpus=1

Results are those of `cartoongan cartoonize`. They go into --output, which
mirrors sub-folders. Existing results are skipped, so the same command resumes
where it stopped, even after a crash. Unreadable inputs are listed in
failed.jsonl in --output, with the reason; the rest are processed, and the exit
code is 1. The next run retries them.

Videos follow after pictures: long ones on shared disks in parallel segments,
others by one worker each.

Runs on the cluster at $RAY_ADDRESS, else on one that runs on this machine, else
starts one for the duration of the command. Needs the extra [scale].
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
    "Path or URL (s3://, gs://) of a folder of pictures and videos, searched "
    "recursively; a quoted pattern with *, ?, [...] and **; a picture; or a "
    "Parquet file with paths and URLs in its column `path`, which --output "
    "mirrors in full, without the protocol.",
    required=True,
)
flags.DEFINE_string(
    "output", None, "Path or URL of the output folder.", required=True
)
flags.DEFINE_string(
    "format",
    None,
    "Output format of pictures, by default that of the input's suffix: jpg, "
    "png, webp, avif, tiff, bmp or gif. Videos are written as MP4.",
)
flags.DEFINE_integer(
    "actors",
    None,
    "Number of workers, each with its own copy of the model; by default as "
    "many as fit the cluster, leaving one core free. Set more on an "
    "autoscaling cluster.",
    1,
)
flags.DEFINE_integer("cpus", 1, "CPU cores per worker.", 1)
flags.DEFINE_float("gpus", 0, "GPUs per worker; 0.5 lets two share one.", 0)
