"""Implements `cartoongan prepare frames` and `check`; see `prepare_usage`."""

import glob
import pathlib
import sys
from typing import Any

import rich.console

from cartoongan_tf.cartoonize import inputs
from cartoongan_tf.cartoonize import media_types
from cartoongan_tf.commands import exit
from cartoongan_tf.commands import prepare_usage
from cartoongan_tf.core import crashes
from cartoongan_tf.core import errors
from cartoongan_tf.core import progress
from cartoongan_tf.data import folder_scan
from cartoongan_tf.prepare import check_summary
from cartoongan_tf.prepare import check_table
from cartoongan_tf.prepare import extract_frames
from cartoongan_tf.prepare import folder_check
from cartoongan_tf.prepare import html_report
from cartoongan_tf.prepare import rules

FLAGS = prepare_usage.FLAGS


def main(arguments):
    if len(arguments) != 1 or arguments[0] not in _VERBS:
        raise errors.InputError(
            f"name {prepare_usage.ARGUMENTS}, not {' '.join(arguments)}."
        )
    _VERBS[arguments[0]]()


def _frames():
    _require("frames", "video", "output")
    videos = _videos()
    failed = 0
    for video in videos:
        try:
            print(_extract(video), flush=True)
        except Exception as error:  # One bad video must not end the rest.
            if len(videos) == 1 or errors.is_out_of_space(error):
                raise
            line = exit.as_flags(_problem(video, error))
            if not crashes.was_reported(line):
                print(line, file=sys.stderr)
            failed += 1
    if failed:
        raise errors.InputError(
            f"{failed} of {len(videos)} videos gave no frames; see above."
        )


def _problem(video, error):
    if isinstance(error, errors.InputError):
        return str(error)
    return f"{video}: {errors.describe_fault(error, video)}"


def _videos():
    """Returns the videos of --video, without duplicates."""
    videos: dict[pathlib.Path, pathlib.Path] = {}
    for name in FLAGS.video:
        found: list[Any] = [pathlib.Path(name)]
        is_pattern = glob.has_magic(name) and not found[0].exists()
        if is_pattern or found[0].is_dir():
            found = inputs.find([name], output=FLAGS.output).inputs
            wanted = media_types.MediaType.VIDEO
            found = [each.source for each in found if each.media_type is wanted]
        if not found:
            raise errors.InputError(f"`video`={name} holds no video.")
        videos.update((path.resolve(), path) for path in found)
    return list(videos.values())


def _extract(video):
    # Not the name under which `inputs.find` probes it, and skips it then.
    handling = crashes.handling(f"frames of {video}")
    try:
        with handling, progress.Progress() as watch:
            return extract_frames.extract_frames(
                video,
                FLAGS.output,
                most_per_shot=FLAGS.most_per_shot,
                short_side=FLAGS.short_side,
                on_progress=watch,
            )
    except crashes.CrashError as error:
        raise errors.InputError(f"{video} {error}") from error


def _check():
    _require("check", "photo_dir", "cartoon_dir", "report")
    photos, cartoons = folders = [
        folder_check.measure_folder(folder_scan.scan_folder(folder, flag), flag)
        for folder, flag in (
            (FLAGS.photo_dir, rules.PHOTOS),
            (FLAGS.cartoon_dir, rules.CARTOONS),
        )
    ]
    found = [
        finding._replace(message=exit.as_flags(finding.message))
        for finding in folder_check.full_check(
            photos, cartoons, FLAGS.image_size
        )
    ]
    check_table.show(rich.console.Console(highlight=False), folders, found)
    html_report.write_report(FLAGS.report, folders, found)
    print(f"Wrote {FLAGS.report}")
    print(check_summary.advice(found))
    sys.exit(check_summary.has_errors(found))


def _require(verb, *names):
    for name in names:
        if not FLAGS[name].value:
            raise errors.InputError(f"`{verb}` needs --{name}; see --help.")


_VERBS = {"frames": _frames, "check": _check}
