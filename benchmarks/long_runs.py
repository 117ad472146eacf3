r"""Memory and disk of long runs.

    python -m benchmarks.long_runs
    python -m benchmarks.long_runs --minutes=2 --photos=200 --files=100

A video of 1920x1080 pixels goes through all that `cartoonize.py` does but the
network, in whose place a stub inverts colors; a folder of small photos goes
through `cartoonize.py`; and a training set of small files through 30 steps of
`train.py`. For each, the table has the seconds, the megabytes that the process
took when a tenth of the time was gone, at the end and at most, and the
megabytes that were on the disk at most, by those of what was made.
"""

import pathlib
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from fractions import Fraction

import av
import av.filter
import numpy as np
import PIL.Image
import skimage.data
from absl import flags

from benchmarks import process_memory
from cartoongan_tf.commands import command_line

FLAGS = flags.FLAGS

flags.DEFINE_float("minutes", 60, "Of the video; 0 to leave it out.")
flags.DEFINE_integer("rate", 24, "Frames per second of the video.")
flags.DEFINE_integer("photos", 10_000, "Of the folder; 0 to leave it out.")
flags.DEFINE_integer("files", 3_000, "Of each training set; 0 to leave it out.")
flags.DEFINE_string("style", "comic", "As cartoonize.py takes --model.")

_CLIP_SECONDS = 10
_STUB = (
    "import sys; from cartoongan_tf.video import videos; "
    "videos.cartoonize_video(lambda photo: 255 - photo, *sys.argv[1:])"
)


def main(_):
    print(
        f"{'':24} {'s':>7} {'MB at 1/10':>11} {'at the end':>11} "
        f"{'at most':>8} {'disk, by result':>16}"
    )
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        if FLAGS.minutes:
            report_video(folder)
        if FLAGS.photos:
            report_folder(folder)
        if FLAGS.files:
            report_training(folder)


def report_video(folder):
    source, target = folder / "film.mp4", folder / "made" / "film.mp4"
    write_film(source, FLAGS.minutes)
    target.parent.mkdir()
    command = [sys.executable, "-c", _STUB, source, target]
    report(f"{FLAGS.minutes:g} minutes of video", command, target.parent)


def report_folder(folder):
    photos, target = folder / "photos", folder / "cartoons"
    copies(photos, FLAGS.photos, skimage.data.astronaut())
    command = [sys.executable, "cartoonize.py", photos, f"--output={target}"]
    name = f"{FLAGS.photos} photos"
    report(name, [*command, f"--model={FLAGS.style}"], target)


def report_training(folder):
    photos, cartoons = folder / "p", folder / "c"
    copies(photos, FLAGS.files, skimage.data.astronaut())
    copies(cartoons, FLAGS.files, skimage.data.coffee())
    run = folder / "run"
    command = [
        *[sys.executable, "train.py", "--content_features=pyramid"],
        *["--generator=light", "--blocks=1", "--filters=4"],
        *["--image_size=32", "--warmup_steps=10", "--steps=20"],
        *[f"--photo_dir={photos}", f"--cartoon_dir={cartoons}"],
        f"--workdir={run}",
    ]
    report(f"training on 2 x {FLAGS.files}", command, run)


def copies(folder: pathlib.Path, count: int, pixels: np.ndarray) -> None:
    """Writes a small photo as many times; copies differ in a few pixels."""
    folder.mkdir()
    photo = PIL.Image.fromarray(pixels).resize((96, 64))
    for number in range(count):
        photo.putpixel((number % 96, number // 96 % 64), (255, 0, 0))
        photo.save(folder / f"{number:05}.jpg")


def report(name: str, command: Sequence, made: pathlib.Path) -> None:
    """Runs a command, and prints its line."""
    begin = time.monotonic()
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(
            [str(part) for part in command],
            stdout=subprocess.DEVNULL,
            stderr=said,
        )
        samples = process_memory.watch(process, 1.0, lambda: megabytes(made))
        seconds = time.monotonic() - begin
        if process.returncode:
            said.seek(0)
            sys.exit(said.read().decode())
    resident, disk = zip(*samples, strict=True)
    running = [value for value in resident if value]
    print(
        f"{name:24} {seconds:7.0f} {running[len(running) // 10]:11.0f} "
        f"{running[-1]:11.0f} {max(running):8.0f} "
        f"{max(disk) / megabytes(made):16.2f}",
        flush=True,
    )


def megabytes(folder: pathlib.Path) -> float:
    """Size of all files in a folder, hidden ones too."""
    total = 0
    for path in folder.rglob("*"):
        try:
            total += path.stat().st_size
        except FileNotFoundError:  # Renamed, or deleted, since.
            continue
    return total / 1e6


def write_film(path: pathlib.Path, minutes: float) -> None:
    """A test pattern of ten seconds, over and over, without encoding anew."""
    clip = path.with_name("clip.mp4")
    with av.open(str(clip), "w") as container:
        stream = container.add_stream(
            "libx264", FLAGS.rate, {"preset": "veryfast"}
        )
        stream.width, stream.height, stream.pix_fmt = 1920, 1080, "yuv420p"
        stream.codec_context.max_b_frames = 0
        for frame in pattern(_CLIP_SECONDS * FLAGS.rate):
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    with av.open(str(path), "w") as container:
        for turn in range(round(60 * minutes / _CLIP_SECONDS)):
            with av.open(str(clip)) as part:
                source = part.streams.video[0]
                if not turn:
                    stream = container.add_stream_from_template(source)
                base = source.time_base or Fraction(1)
                offset = round(turn * _CLIP_SECONDS / base)
                for packet in part.demux(source):
                    if packet.pts is None or packet.dts is None:
                        continue  # The one that ends a stream.
                    packet.pts += offset
                    packet.dts += offset
                    packet.stream = stream
                    container.mux(packet)
    clip.unlink()


def pattern(count: int):
    """Frames of FFmpeg's test source."""
    graph = av.filter.Graph()
    source = graph.add("testsrc2", f"size=1920x1080:rate={FLAGS.rate}")
    form = graph.add("format", "pix_fmts=yuv420p")
    sink = graph.add("buffersink")
    source.link_to(form)
    form.link_to(sink)
    graph.configure()
    for number in range(count):
        frame = sink.pull()
        frame.pts, frame.time_base = number, Fraction(1, FLAGS.rate)
        yield frame


if __name__ == "__main__":
    command_line.run(main)
