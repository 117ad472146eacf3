"""Output paths.

Nothing is replaced by accident: a result that is there is done already, unless
it is to be overwritten, and an input never is. Results are written whole, so
that what a killed run left behind does not count.

Two inputs with the same name and different endings (a.jpg and a.png) that
would become one file keep their own endings in front: a.jpg.png. Where names
are the same, in folders that were named together, or differ by case only,
which many systems do not tell apart, nothing is done: any number added by us
would depend on what else is there, and a second run would find the results of
others.
"""

import collections
import dataclasses
import os
import pathlib
import unicodedata
from collections.abc import Iterator
from collections.abc import Sequence

from cartoongan_tf.cartoonize import inputs
from cartoongan_tf.cartoonize import media_type
from cartoongan_tf.cartoonize import wanted_format
from cartoongan_tf.core import atomic_files
from cartoongan_tf.core import errors
from cartoongan_tf.images import formats
from cartoongan_tf.video import codecs

_ENDINGS = formats.READ_SUFFIXES.keys() | media_type.VIDEO_SUFFIXES
_MAX_NAMED = 5


@dataclasses.dataclass(frozen=True)
class Task:
    """A job, and where its result goes.

    Attributes:
        job: What is to be done.
        path: File to write, or None for standard output.
        format: The format of a picture or an animation; None for videos, whose
            ending tells.
    """

    job: inputs.Job
    path: pathlib.Path | None
    format: str | None


@dataclasses.dataclass(frozen=True)
class Plan:
    """Planned outputs.

    Attributes:
        tasks: What is left to do, in the order of the jobs.
        done: What is there already.
    """

    tasks: list[Task]
    done: list[Task]


def plan(
    jobs: Sequence[inputs.Job],
    output: str | pathlib.Path,
    *,
    format: str | None = None,
    overwrite: bool = False,
) -> Plan:
    """Says where the result of each job goes.

    Args:
        jobs: What is to be done.
        output: A folder, in which folders are mirrored; or for a single job
            that was named, a file with the ending of a picture or a video; or
            `-` for standard output.
        format: What to write: `jpg`, `png`, `mp4` and so on. By default, an
            input's own where it is written well, JPEG for HEIC, else PNG, or
            MP4. It goes for what it can hold: `jpg` for pictures only, `mp4`
            for videos and animations.
        overwrite: Whether to do what is done already once more.

    Raises:
        InputError: If the format is unknown, the output does not fit, two
            results would be one file, or a result would replace an input.
    """
    wanted = wanted_format.WantedFormat.named(format)
    if wanted.video_suffix or _ends_as_video(output):
        jobs = [_as_video(job) for job in jobs]
    if str(output) == inputs.STREAM:
        return Plan([_to_stdout(jobs, wanted)], [])
    if _is_file_name(output, jobs):
        tasks = [_to_file(jobs[0], pathlib.Path(output), wanted)]
    else:
        folder = atomic_files.make_folder("output", output)
        tasks = _told_apart(folder, jobs, wanted)
    _check_inputs(tasks)
    if overwrite:
        return Plan(tasks, [])
    done = [t for t in tasks if os.path.lexists(t.path)]
    left = [t for t in tasks if not os.path.lexists(t.path)]
    return Plan(left, done)


def place(
    jobs: Sequence[inputs.Job], *, format: str | None = None
) -> Iterator[tuple[inputs.Job, pathlib.Path, str | None]]:
    """Says where each result goes below an output folder, of any kind.

    Args:
        jobs: What is to be done, of one folder at least: names of other
            folders do not matter.
        format: As `plan` takes it.

    Yields:
        Each job, the path of its result, which is relative, and its format, as
        Pillow calls it.

    Raises:
        InputError: If the format is unknown, or two results would be one file.
    """
    wanted = wanted_format.WantedFormat.named(format)
    for task in _told_apart(pathlib.Path(), jobs, wanted):
        assert task.path is not None  # None is standard output.
        yield task.job, task.path, task.format


def _ends_as_video(path):
    return pathlib.Path(path).suffix.lower() in codecs.SUFFIXES


def _as_video(job):
    is_animation = job.kind is media_type.Kind.ANIMATION
    kind = media_type.Kind.VIDEO if is_animation else job.kind
    return dataclasses.replace(job, kind=kind)


def _to_stdout(jobs, wanted):
    if len(jobs) != 1:
        raise errors.InputError(
            f"`output`=- takes one result, and there are {len(jobs)} inputs; "
            "name a folder."
        )
    return Task(jobs[0], None, wanted.format_for(jobs[0]))


def _is_file_name(output, jobs):
    path = pathlib.Path(output)
    suffix = path.suffix.lower()
    if suffix not in _ENDINGS or path.is_dir():
        return False
    if len(jobs) != 1 or not jobs[0].is_named:
        raise errors.InputError(
            f"`output`={output} is the name of a file, which goes with one "
            "input that is a file; name a folder."
        )
    return True


def _to_file(job, path, wanted):
    format = formats.by_suffix(path)
    is_video = _ends_as_video(path)
    if format is None and not is_video:
        raise errors.InputError(
            f"`output`={path} has an ending that is read only; name another."
        )
    other = wanted.format and format != wanted.format
    if other or wanted.video_suffix not in (None, path.suffix.lower()):
        raise errors.InputError(
            f"`output`={path} has another ending than `format` asks for; "
            "leave one of them out."
        )
    if format and job.kind in wanted_format.VIDEO_KINDS:
        raise errors.InputError(
            f"`output`={path} is a picture, and {job.relative} is a video; "
            f"name one that ends in {', '.join(codecs.SUFFIXES)}."
        )
    if is_video and job.kind is media_type.Kind.PICTURE:
        raise errors.InputError(
            f"`output`={path} is a video, and {job.relative} is a picture; "
            "name one with the ending of a picture."
        )
    if job.kind is media_type.Kind.ANIMATION and not wanted_format.is_animated(
        format
    ):
        raise errors.InputError(
            f"`output`={path} holds no animation, and {job.relative} is one; "
            "name one that ends in .gif, .webp or .png."
        )
    atomic_files.make_folder("output", path.parent)
    return Task(job, path, format)


def _told_apart(folder, jobs, wanted):
    """Tasks in a folder, no two of which write the same file."""
    paths = {
        job: folder / _renamed(job.relative, wanted.suffix_for(job))
        for job in jobs
    }
    for group in _same_files(paths):
        for job in group:
            if paths[job].suffix != job.relative.suffix:
                suffix = wanted.suffix_for(job)
                name = f"{job.relative.name}{suffix}"
                paths[job] = folder / job.relative.with_name(name)
    _refuse_same(_same_files(paths), paths)
    return [
        Task(job, path, wanted.format_for(job)) for job, path in paths.items()
    ]


def _renamed(relative, suffix):
    """Replaces an ending, and not what follows the dot of `photo 1.2`."""
    is_known = relative.suffix.lower() in _ENDINGS
    stem = relative.stem if is_known else relative.name
    return relative.with_name(stem + suffix)


def _same_files(paths):
    groups = collections.defaultdict(list)
    for job, path in paths.items():
        key = unicodedata.normalize("NFC", str(path)).casefold()
        groups[key].append(job)
    return [group for group in groups.values() if len(group) > 1]


def _refuse_same(groups, paths):
    if not groups:
        return
    lines = [
        f"{paths[group[0]]}: {', '.join(str(job.source) for job in group)}"
        for group in groups
    ]
    more = len(lines) - _MAX_NAMED
    lines[_MAX_NAMED:] = [f"and {more} more"] if more > 0 else []
    raise errors.InputError(
        "Several inputs would become the same file; name the folder above "
        "them, which is mirrored, or an `output` for each:\n  "
        + "\n  ".join(lines)
    )


def _check_inputs(tasks):
    sources = {
        _identity(task.job.source)
        for task in tasks
        if isinstance(task.job.source, pathlib.Path)
        and task.job.source.exists()  # It may be gone by now.
    }
    for task in tasks:
        if task.path.is_dir():
            raise errors.InputError(
                f"{task.path} is a folder, and would be a result; remove it, "
                "or name another `output`."
            )
        if task.path.exists() and _identity(task.path) in sources:
            raise errors.InputError(
                f"{task.path} is an input, and would be replaced by a result; "
                "name another `output` folder."
            )


def _identity(path):
    status = path.stat()
    return status.st_dev, status.st_ino
