r"""Flicker of a cartoon video with and without temporal smoothing.

    python -m benchmarks.flicker

Photos of scikit-image move as before a camera: a pan, a subject that walks
before a backdrop, and a tripod. Each frame is cartoonized, then smoothed. The
warping error is the mean difference, in levels of 255, between a result and
the one before, carried along by the motion of the photos. That motion is
found by another method than the one that smooths, and what is hidden in one
of the frames does not count (Lai et al., 2018).

Carrying a picture along by parts of a pixel is no exact thing, so that a result
that is quite steady has an error, too: below the table stands that of a single
cartoon over which the camera of the first clip pans.

Sharpness is the variance of the Laplacian. Texture that an unsteady network
draws again in each frame counts for it, too, and is what smoothing takes away.
"""

import itertools
import pathlib
import time

import cv2
import numpy as np
from absl import flags

from benchmarks import flicker_clips
from cartoongan_tf.commands import command_line
from cartoongan_tf.data import samples
from cartoongan_tf.images import pictures
from cartoongan_tf.inference import loading
from cartoongan_tf.inference import styles
from cartoongan_tf.video import temporal_smoothing

FLAGS = flags.FLAGS

flags.DEFINE_string("style", styles.DEFAULT, "As cartoonize.py takes --model.")
flags.DEFINE_integer("frames", 40, "Frames of each clip.", 3)
flags.DEFINE_string("strips", None, "Folder to write frames to look at into.")

CLIPS = {
    "pan": flicker_clips.pan,
    "subject": flicker_clips.subject,
    "tripod": flicker_clips.still,
    "cut": flicker_clips.cut,
}
RETURN = 1.0  # Pixels off its start that a way ends, where both are in sight.
STRIP = 4  # Frames of a strip.


def main(argv):
    del argv
    cartoonize = loading.open_model(FLAGS.style, "style")
    print(
        f"{'clip':8} {'per frame':>9} {'smoothed':>9} {'ratio':>6} "
        f"{'sharpness':>9} {'ms a frame':>10}"
    )
    measured = {}
    for name, clip in CLIPS.items():
        photos = list(clip(FLAGS.frames))
        cartoons = [cartoonize(photo) for photo in photos]
        results, milliseconds = smooth(photos, cartoons)
        ways = [motion(*pair) for pair in itertools.pairwise(photos)]
        before, after = (
            warping_error(frames, ways) for frames in (cartoons, results)
        )
        sharper = sharpness(results) / sharpness(cartoons)
        print(
            f"{name:8} {before:9.2f} {after:9.2f} {after / before:6.2f} "
            f"{sharper:9.2f} {milliseconds:10.1f}",
            flush=True,
        )
        measured[name] = before, ways
        if FLAGS.strips:
            write_strip(name, photos, cartoons, results)
    before, ways = measured["pan"]
    steady = warping_error(steady_pan(cartoonize), ways)
    ratio = steady / before
    print(f"Pan over one cartoon: {steady:.2f}, a ratio of {ratio:.2f}.")
    height, width = photos[0].shape[:2]
    print(f"Frames are of {width}x{height} pixels.")


def steady_pan(cartoonize):
    """Views of the cartoon of the photo that the first clip pans over."""
    cartoon = cartoonize(samples.read_photos()["motorcycle"])
    views = flicker_clips.panned(cartoon, FLAGS.frames)
    return [np.clip(np.round(view), 0, 255).astype("uint8") for view in views]


def smooth(photos, cartoons):
    """Results, and the fastest frame's milliseconds."""
    smoother, results, times = temporal_smoothing.TemporalSmoother(), [], []
    for photo, cartoon in zip(photos, cartoons, strict=True):
        begin = time.perf_counter()
        results.append(smoother(photo, cartoon))
        times.append(1000 * (time.perf_counter() - begin))
    return results, min(times[1:])


def motion(before, after):
    """Where each pixel was, as two maps, and where that is to be seen."""
    back, forth = flow(after, before), flow(before, after)
    height, width = back.shape[:2]
    rows, columns = np.mgrid[:height, :width].astype("float32")
    across, down = columns + back[..., 0], rows + back[..., 1]
    there = cv2.remap(forth, across, down, cv2.INTER_LINEAR)
    off = np.hypot(*np.moveaxis(back + there, 2, 0))
    is_inside = (across >= 0) & (across <= width - 1)
    is_inside &= (down >= 0) & (down <= height - 1)
    return across, down, (off < RETURN) & is_inside


def flow(one, other):
    """Farneback's dense optical flow, at the full size."""
    before, after = (cv2.cvtColor(p, cv2.COLOR_RGB2GRAY) for p in (one, other))
    return cv2.calcOpticalFlowFarneback(  # type: ignore[call-overload]
        before, after, None, 0.5, 4, 21, 5, 7, 1.5, 0
    )


def warping_error(frames, ways):
    """Mean difference from the frame before, where it was to be seen."""
    differences = []
    pairs = itertools.pairwise(frames)
    for (before, after), (across, down, seen) in zip(pairs, ways, strict=True):
        carried = cv2.remap(before, across, down, cv2.INTER_LINEAR)
        if seen.mean() > 0.5:  # Else there is a cut.
            off = np.abs(carried.astype("float32") - after)
            differences.append(off[seen].mean())
    return np.mean(differences)


def sharpness(frames):
    grays = (cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY) for frame in frames)
    return np.mean([cv2.Laplacian(g, cv2.CV_32F).var() for g in grays])


def write_strip(name, *rows):
    """Consecutive frames from the middle: photos, cartoons and results."""
    begin = max(0, len(rows[0]) // 2 - STRIP // 2)
    strip = np.vstack([np.hstack(row[begin : begin + STRIP]) for row in rows])
    pictures.write_png(pathlib.Path(FLAGS.strips) / f"{name}.png", strip)


if __name__ == "__main__":
    command_line.run(main)
