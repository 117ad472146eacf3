"""Output paths.

Nothing is replaced by accident: an existing result is kept unless overwriting
is requested, and inputs are never replaced. Since results are written
atomically, a killed run leaves no partial ones.

If two inputs differ only in their extension (a.jpg and a.png) and would have
the same result, the original extension is kept: a.jpg.png. Equal names, of
several named folders, are an error, and so are names that differ only in case,
which many file systems ignore: numbering them would depend on the other files,
so a second run would mix up results.
"""

import collections
import dataclasses
import os
import pathlib
import unicodedata
from collections.abc import Iterator
from collections.abc import Sequence

from cartoongan_tf.cartoonize import inputs as inputs_lib
from cartoongan_tf.cartoonize import media_types
from cartoongan_tf.cartoonize import requested_format
from cartoongan_tf.core import atomic_files
from cartoongan_tf.core import errors
from cartoongan_tf.images import formats
from cartoongan_tf.video import codecs

_KNOWN_SUFFIXES = formats.READ_SUFFIXES.keys() | media_types.VIDEO_SUFFIXES
_WRITTEN_SUFFIXES = (
    *(each.suffixes[0] for each in formats.FORMATS.values()),
    *codecs.SUFFIXES,
)
_MAX_LISTED_COLLISIONS = 5
_MediaType = media_types.MediaType


@dataclasses.dataclass(frozen=True)
class Output:
    """A result to write.

    Attributes:
        input: Input to cartoonize.
        path: File to write, or None for standard output.
        format: Pillow's name of the format of a picture or an animation; None
            for videos, whose format is given by the extension of `path`.
    """

    input: inputs_lib.Input
    path: pathlib.Path | None
    format: str | None


@dataclasses.dataclass(frozen=True)
class Plan:
    """Planned outputs.

    Attributes:
        outputs: Results to write, in the order of the inputs.
        done: Results that exist already.
    """

    outputs: list[Output]
    done: list[Output]


def plan(
    inputs: Sequence[inputs_lib.Input],
    output: str | pathlib.Path,
    *,
    format: str | None = None,
    overwrite: bool = False,
) -> Plan:
    """Plans the outputs for inputs.

    Args:
        inputs: Inputs to cartoonize.
        output: A folder, in which subfolders are kept; for a single named
            input, a file with the extension of a picture or a video (a new
            folder whose name has an extension must end in a slash); or `-` for
            standard output.
        format: Format to write: `jpg`, `png`, `mp4` and so on. It only applies
            to inputs that it supports: `jpg` to pictures, `mp4` to videos and
            animations. By default, that of the input if it is an output
            format, JPEG for HEIC, else PNG or MP4.
        overwrite: Whether to replace existing results.

    Raises:
        InputError: If the format is unknown, the output does not suit the
            inputs, two results would have the same path, or a result would
            replace an input.
    """
    requested = requested_format.RequestedFormat.parse(format)
    if requested.video_suffix or _has_video_suffix(output):
        inputs = [_as_video(each) for each in inputs]
    if str(output) == inputs_lib.STREAM:
        return Plan([_to_stdout(inputs, requested)], [])
    if _is_file_name(output, inputs):
        outputs = [_to_file(inputs[0], pathlib.Path(output), requested)]
    else:
        folder = atomic_files.make_folder("output", output)
        outputs = _to_folder(folder, inputs, requested)
    _check_not_inputs(outputs)
    if overwrite:
        return Plan(outputs, [])
    done = [o for o in outputs if os.path.lexists(o.path)]
    left = [o for o in outputs if not os.path.lexists(o.path)]
    return Plan(left, done)


def place(
    inputs: Sequence[inputs_lib.Input], *, format: str | None = None
) -> Iterator[tuple[inputs_lib.Input, pathlib.Path, str | None]]:
    """Names the results below an output folder, which need not be local.

    Args:
        inputs: All inputs of one folder or more; inputs of other folders do
            not affect the names.
        format: Format to write, as for `plan`.

    Yields:
        Each input, the relative path of its result, and Pillow's name of the
        result's format.

    Raises:
        InputError: If the format is unknown, or two results would have the
            same path.
    """
    requested = requested_format.RequestedFormat.parse(format)
    for output in _to_folder(pathlib.Path(), inputs, requested):
        assert output.path is not None  # None is standard output.
        yield output.input, output.path, output.format


def _has_video_suffix(path):
    return pathlib.Path(path).suffix.lower() in codecs.SUFFIXES


def _as_video(source):
    if source.media_type is not _MediaType.ANIMATION:
        return source
    return dataclasses.replace(source, media_type=_MediaType.VIDEO)


def _to_stdout(inputs, requested):
    if len(inputs) != 1:
        raise errors.InputError(
            f"`output`=- takes a single result, but there are {len(inputs)} "
            "inputs; name a folder."
        )
    return Output(inputs[0], None, requested.format_for(inputs[0]))


def _is_file_name(output, inputs):
    path = pathlib.Path(output)
    if path.is_dir() or str(output).endswith("/"):
        return False
    is_known = path.suffix.lower() in _KNOWN_SUFFIXES
    if len(inputs) == 1 and inputs[0].is_named:
        return is_known or _is_extension(path.suffix)
    if is_known:
        raise errors.InputError(
            f"`output`={output} is a file name, which requires a single input "
            "file; name a folder."
        )
    return False


def _is_extension(suffix):
    """Whether it looks like one, unlike those of `v1.2` and `St. Ives`."""
    letters = suffix[1:]
    return letters.isalnum() and not letters.isdecimal()


def _to_file(source, path, requested):
    format = formats.by_suffix(path)
    is_video = _has_video_suffix(path)
    if format is None and not is_video:
        raise errors.InputError(
            f"`output`={path} does not have the extension of a format that can "
            f"be written; use one of {', '.join(_WRITTEN_SUFFIXES)}, or end "
            "the name of a folder with a slash."
        )
    differs = requested.format and format != requested.format
    if differs or requested.video_suffix not in (None, path.suffix.lower()):
        raise errors.InputError(
            f"`output`={path} has an extension that contradicts `format`; "
            "leave one of them out."
        )
    if format and source.media_type in requested_format.VIDEO_TYPES:
        raise errors.InputError(
            f"`output`={path} is a picture, but {source.relative} is a video; "
            f"use one of {', '.join(codecs.SUFFIXES)}."
        )
    if is_video and source.media_type is _MediaType.PICTURE:
        raise errors.InputError(
            f"`output`={path} is a video, but {source.relative} is a picture; "
            "use the extension of a picture format."
        )
    is_animation = source.media_type is _MediaType.ANIMATION
    if is_animation and not requested_format.is_animated(format):
        raise errors.InputError(
            f"`output`={path} does not support animation, but "
            f"{source.relative} is animated; use .gif, .webp or .png."
        )
    atomic_files.make_folder("output", path.parent)
    return Output(source, path, format)


def _to_folder(folder, inputs, requested):
    """Returns outputs in a folder, with unique paths."""
    paths = {
        source: folder
        / _with_suffix(source.relative, requested.suffix_for(source))
        for source in inputs
    }
    for group in _find_collisions(paths):
        for source in group:
            if paths[source].suffix != source.relative.suffix:
                suffix = requested.suffix_for(source)
                name = f"{source.relative.name}{suffix}"
                paths[source] = folder / source.relative.with_name(name)
    _check_unique(_find_collisions(paths), paths)
    return [
        Output(source, path, requested.format_for(source))
        for source, path in paths.items()
    ]


def _with_suffix(relative, suffix):
    """Replaces a known extension, but not the end of `photo 1.2`."""
    is_known = relative.suffix.lower() in _KNOWN_SUFFIXES
    stem = relative.stem if is_known else relative.name
    return relative.with_name(stem + suffix)


def _find_collisions(paths):
    groups = collections.defaultdict(list)
    for source, path in paths.items():
        key = unicodedata.normalize("NFC", str(path)).casefold()
        groups[key].append(source)
    return [group for group in groups.values() if len(group) > 1]


def _check_unique(collisions, paths):
    if not collisions:
        return
    lines = [
        f"{paths[group[0]]}: {', '.join(str(each.source) for each in group)}"
        for group in collisions
    ]
    more = len(lines) - _MAX_LISTED_COLLISIONS
    lines[_MAX_LISTED_COLLISIONS:] = [f"and {more} more"] if more > 0 else []
    raise errors.InputError(
        "Several inputs would be written to the same file; name their parent "
        "folder, whose subfolders are kept, or an `output` for each:\n  "
        + "\n  ".join(lines)
    )


def _check_not_inputs(outputs):
    sources = {
        _identity(output.input.source)
        for output in outputs
        if isinstance(output.input.source, pathlib.Path)
        and output.input.source.exists()  # It may have been removed.
    }
    for output in outputs:
        if output.path.is_dir():
            raise errors.InputError(
                f"{output.path} is a folder where a result would be written; "
                "remove it, or name another `output`."
            )
        if output.path.exists() and _identity(output.path) in sources:
            raise errors.InputError(
                f"{output.path} is an input that a result would replace; name "
                "another `output` folder."
            )


def _identity(path):
    status = path.stat()
    return status.st_dev, status.st_ino
