r"""Speed and memory of cartoonizing.

    python -m benchmarks.cartoonize
    python -m benchmarks.cartoonize --sizes=6000x4000,12500x8000

The table has, for a photo of each size, milliseconds a megapixel and the peak
of a process that reads a JPEG, cartoonizes and writes a JPEG, and of one that
only calls the network on the whole picture, once and without tiles. Below it
stand a folder of JPEGs and a video, against calls of the network on the same
pictures: runs in turn, of which the fastest count.
"""

import json
import pathlib
import subprocess
import sys
import tempfile
from fractions import Fraction

import av
import numpy as np
import PIL.Image
import skimage.data
from absl import flags

from benchmarks import flicker_clips
from benchmarks import in_turn
from cartoongan_tf.cartoonize import cartoonizer
from cartoongan_tf.commands import command_line
from cartoongan_tf.inference import styles

FLAGS = flags.FLAGS

flags.DEFINE_string("style", styles.DEFAULT, "As cartoonize.py takes --model.")
flags.DEFINE_list(
    "sizes",
    ["256x256", "512x512", "1024x768", "1920x1080", "4000x3000"],
    "Sizes of photos; empty to leave them out.",
)
flags.DEFINE_integer("most_bare", 2_100_000, "Pixels of a call at most.")
flags.DEFINE_integer("photos", 24, "Photos of the folder; 0 to leave it out.")
flags.DEFINE_integer("frames", 60, "Frames of the video; 0 to leave it out.")
flags.DEFINE_integer("repeats", 3, "Times that the last two run.")


def main(_):
    with tempfile.TemporaryDirectory() as folder:
        if FLAGS.sizes:
            report_sizes(pathlib.Path(folder))
        if FLAGS.photos:
            report_folder(pathlib.Path(folder))
        if FLAGS.frames:
            report_video(pathlib.Path(folder))


def report_sizes(folder):
    print(f"{'':12} {'file to file':>18} {'one call':>18}")
    print(
        f"{'size':12} {'ms/MP':>9} {'peak MB':>8} {'ms/MP':>9} {'peak MB':>8}"
    )
    for size in FLAGS.sizes:
        width, height = map(int, size.split("x"))
        source = folder / f"{size}.jpg"
        PIL.Image.fromarray(photo_of(width, height)).save(source, quality=92)
        columns = [probe("file", source)]
        if width * height <= FLAGS.most_bare:
            columns.append(probe("call", source))
        print(
            f"{size:12} " + " ".join(f"{a:9.0f} {b:8.0f}" for a, b in columns),
            flush=True,
        )


def photo_of(width, height):
    """Coffee, mirrored to and fro."""
    photo = skimage.data.coffee()
    more = height - photo.shape[0], width - photo.shape[1]
    padding = [(0, max(0, side)) for side in more]
    return np.pad(photo, [*padding, (0, 0)], "symmetric")[:height, :width]


def probe(way, source):
    command = [sys.executable, "-m", "benchmarks.cartoonize_probe"]
    done = subprocess.run(
        [*command, FLAGS.style, way, source],
        check=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    return json.loads(done.stdout.splitlines()[-1])


def report_folder(folder):
    photos = folder / "photos"
    photos.mkdir()
    pixels = [photo_of(1024 - 8 * n, 768) for n in range(FLAGS.photos)]
    for number, picture in enumerate(pixels):
        PIL.Image.fromarray(picture).save(photos / f"{number}.jpg", quality=92)
    cartoonize = cartoonizer.Cartoonizer(FLAGS.style)

    def whole_folder():
        with tempfile.TemporaryDirectory() as target:
            outcomes = cartoonize.folder(photos, target)
        assert len(outcomes) == FLAGS.photos

    times = in_turn.measure(
        {
            "network alone": lambda: [cartoonize(p) for p in pixels],
            "folder of JPEGs": whole_folder,
        },
        FLAGS.repeats,
    )
    report(times, sum(p[..., 0].size for p in pixels) / 1e6)


def report_video(folder):
    frames = list(flicker_clips.pan(FLAGS.frames))
    source = folder / "video.mp4"
    write_video(source, frames)
    cartoonize = cartoonizer.Cartoonizer(FLAGS.style)

    def video(temporal):
        target = folder / "cartoon.mp4"
        target.unlink(missing_ok=True)
        cartoonize.file(source, target, temporal=temporal)

    times = in_turn.measure(
        {
            "network alone": lambda: [cartoonize(f) for f in frames],
            "--notemporal": lambda: video(False),
            "--temporal": lambda: video(True),
        },
        FLAGS.repeats,
    )
    report(times, sum(f[..., 0].size for f in frames) / 1e6)


def report(times, megapixels):
    """Rates, and each as a share of the first."""
    print()
    first = min(next(iter(times.values())))
    for name, milliseconds in times.items():
        fastest = min(milliseconds)
        print(
            f"{name:16} {1000 * megapixels / fastest:6.2f} MP/s "
            f"{first / fastest:6.0%}",
            flush=True,
        )


def write_video(path, frames):
    height, width, _ = frames[0].shape
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", Fraction(25))
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        for frame in frames:
            picture = av.VideoFrame.from_ndarray(frame, "rgb24")
            container.mux(stream.encode(picture))
        container.mux(stream.encode(None))


if __name__ == "__main__":
    command_line.run(main)
