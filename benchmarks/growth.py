r"""How time and memory grow with the work.

    python -m benchmarks.growth --plot=docs/growth.png

Runs the commands on ever more work, each in a process of its own, and prints
seconds and the peak of the process in megabytes: a photo of 0.1 to 100
megapixels, folders of 10 to 10,000 photos of 96x64 pixels, and the start of a
training (two steps) on folders of 100 to 50,000 photos of 64x64. With
--ray=PYTHON, an interpreter that has Ray, also pictures on one and two nodes of
a core each.
"""

import os
import pathlib
import secrets
import subprocess
import sys
import tempfile
import time

import cv2
import matplotlib.figure
import skimage.data
from absl import flags

from benchmarks import photo_folders
from cartoongan_tf.commands import command_line

FLAGS = flags.FLAGS

flags.DEFINE_list("megapixels", ["0.1", "1", "10", "100"], "Of the photo.")
flags.DEFINE_list("photos", ["10", "100", "1000", "10000"], "Of the folder.")
flags.DEFINE_list(
    "training_photos", ["100", "1000", "10000", "50000"], "Of the training."
)
flags.DEFINE_string("ray", None, "Python of an environment that has Ray.")
flags.DEFINE_integer("batch_photos", 2000, "On each number of nodes.")
flags.DEFINE_string("plot", None, "PNG file to draw the figures into.")

_PORT = 6390
_CARTOONS = 100


def main(_):
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        place = pathlib.Path(folder)
        for title, values, run in (
            ("Megapixels of a photo", FLAGS.megapixels, run_picture),
            ("Photos of a folder", FLAGS.photos, run_folder),
            ("Photos of a training", FLAGS.training_photos, run_training),
            ("Nodes", ["1", "2"] if FLAGS.ray else [], run_batch),
        ):
            if values:
                found[title] = [report(title, x, run, place) for x in values]
    if FLAGS.plot:
        draw(found, FLAGS.plot)


def report(title, text, run, folder):
    """What a run takes: its size, seconds and megabytes."""
    size = float(text)
    seconds, memory = run(size, folder)
    print(f"{title:24} {size:9g} {seconds:9.1f} s {memory:7.0f} MB", flush=True)
    return size, seconds, memory


def run_picture(megapixels, folder):
    height = round((megapixels * 1e6 / 1.5) ** 0.5)
    size = round(1.5 * height), height
    photo = cv2.resize(skimage.data.coffee(), size)
    cv2.imwrite(str(folder / "photo.jpg"), photo[..., ::-1])
    return measured(
        *("-m", "cartoongan_tf", "cartoonize", "--overwrite"),
        *(f"--output={folder}/cartoons", folder / "photo.jpg"),
    )


def run_folder(count, folder):
    photos = photo_folders.write(
        folder / f"photos_{count:g}", int(count), (96, 64)
    )
    return measured(
        *("-m", "cartoongan_tf", "cartoonize"),
        *(f"--output={folder}/cartoons_{count:g}", photos),
    )


def run_training(count, folder):
    photos = photo_folders.write(
        folder / f"training_{count:g}", int(count), (64, 64)
    )
    cartoons = photo_folders.write(folder / "drawings", _CARTOONS, (64, 64))
    return measured(
        *("-m", "cartoongan_tf", "train"),
        "--flagfile=configs/quickstart.flags",
        *(f"--photo_dir={photos}", f"--cartoon_dir={cartoons}"),
        *(f"--workdir={folder}/run_{count:g}", "--image_size=32"),
        *("--warmup_steps=1", "--steps=1", "--nocheck_data"),
    )


def run_batch(nodes, folder):
    photos = photo_folders.write(
        folder / "batch", FLAGS.batch_photos, (192, 128)
    )
    address = f"127.0.0.1:{_PORT}"
    os.environ.update(
        RAY_AUTH_MODE="token",
        RAY_AUTH_TOKEN=secrets.token_hex(32),
        RAY_ADDRESS=address,
    )
    with tempfile.TemporaryDirectory(
        prefix="ray-", ignore_cleanup_errors=True
    ) as temporary:
        head = ["--head", f"--port={_PORT}", f"--temp-dir={temporary}"]
        try:
            for number in range(int(nodes)):
                ray(
                    *("start", "--disable-usage-stats", "--num-cpus=1"),
                    "--object-store-memory=200000000",
                    *([f"--address={address}"] if number else head),
                )
            return measured(
                *("-m", "cartoongan_tf", "batch", f"--actors={nodes:g}"),
                *(f"--input={photos}", f"--output={folder}/batch_{nodes:g}"),
                python=FLAGS.ray,
            )
        finally:
            ray("stop", "--force")


def ray(*arguments):
    program = pathlib.Path(FLAGS.ray).with_name("ray")
    subprocess.run([program, *arguments], check=True, capture_output=True)


def measured(*arguments, python=sys.executable):
    """Seconds of a process, and its peak in megabytes."""
    begin = time.perf_counter()
    process = subprocess.Popen(
        [python, *map(str, arguments)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{arguments!r} ended with {process.returncode}.")
    return time.perf_counter() - begin, used.ru_maxrss / 1024


def draw(found, path):
    figure = matplotlib.figure.Figure(
        (4 * len(found), 3.5), layout="constrained"
    )
    for number, (title, rows) in enumerate(found.items(), start=1):
        sizes, *curves = zip(*rows, strict=True)
        axes = figure.add_subplot(1, len(found), number)
        axes.set_xlabel(title)
        axes.set_xticks(sizes[-2:] if len(sizes) > 2 else sizes)
        names = (("seconds", "o-", "C0"), ("peak, MB", "s--", "C1"))
        for panel, (name, marks, color), values in zip(
            (axes, axes.twinx()), names, curves, strict=True
        ):
            panel.plot(sizes, values, marks, color=color)
            panel.set_ylabel(name, color=color)
            panel.set_ylim(0, 1.1 * max(values))
    figure.savefig(path, dpi=100)


if __name__ == "__main__":
    command_line.run(main)
