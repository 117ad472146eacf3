r"""Reliability of telling folders of photos and cartoons apart.

    python -m tools.calibrate_drawn_score --photo_dir=PHOTOS \
        --cartoon_dir=FRAMES

Prints how many single pictures are on the wrong side, and which verdicts 1,000
random draws of a few pictures a folder get: the right way round, swapped, and
two draws from the same folder.
"""

import collections

import numpy as np
from absl import flags

from cartoongan_tf.analysis import drawn_score
from cartoongan_tf.commands import command_line
from cartoongan_tf.commands import exit
from cartoongan_tf.data import folder_scan
from cartoongan_tf.prepare import folder_check

FLAGS = flags.FLAGS

flags.DEFINE_string("photo_dir", None, "Folder of photos.", required=True)
flags.DEFINE_string("cartoon_dir", None, "Folder of cartoons.", required=True)
flags.DEFINE_integer("pictures", 20, "Pictures a folder in each draw.")
flags.DEFINE_integer("draws", 1000, "Number of draws.")


def main(_):
    with exit.with_message():
        photos = measure("photo_dir")
        cartoons = measure("cartoon_dir")
    # The chance that a cartoon looks more drawn than a photo.
    area = (cartoons[:, None] > photos).mean()
    print(f"area under the curve {area:.3f}")
    print(f"wrong: {(photos > 0.5).mean():.1%} of the photos,", end=" ")
    print(f"{(cartoons < 0.5).mean():.1%} of the cartoons")
    random = np.random.default_rng(0)
    report("right way round", photos, cartoons, random)
    report("swapped", cartoons, photos, random)
    report("photos twice", photos, photos, random)
    report("cartoons twice", cartoons, cartoons, random)


def measure(flag):
    folder = folder_scan.scan_folder(getattr(FLAGS, flag), flag)
    measured = folder_check.measure_folder(folder, flag).measured
    return np.array([m.drawn for m in measured.values()])


def report(name, photos, cartoons, random):
    size = FLAGS.pictures
    verdicts = collections.Counter(
        drawn_score.compare(
            random.choice(photos, size), random.choice(cartoons, size)
        )
        for _ in range(FLAGS.draws)
    )
    counts = ", ".join(f"{n} {v.value}" for v, n in verdicts.most_common())
    print(f"{name:16} {counts}")


if __name__ == "__main__":
    command_line.run(main)
