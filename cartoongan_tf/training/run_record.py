"""Record of a run's settings and data, so that it goes on with the same.

Where data and weights lie may change, if they are what they were.
"""

import dataclasses
import hashlib
import json
import os
import pathlib
from collections.abc import Mapping
from collections.abc import Sequence

from cartoongan_tf.core import atomic_files
from cartoongan_tf.core import errors
from cartoongan_tf.inference import loading
from cartoongan_tf.inference import model_paths
from cartoongan_tf.training import config

_NAME = "run.json"
_ONCE = "init_from"  # What is read of it is in the checkpoints since.
_TEACHER = "teacher"
_WEIGHTS = ("inception_weights", _ONCE, _TEACHER, "vgg19_weights")
# Settings that there were not yet when a run began.
_DEFAULTS = {
    field.name: field.default
    for field in dataclasses.fields(config.TrainConfig)
    if field.default is not dataclasses.MISSING
}


def exists(workdir: str) -> bool:
    """Whether a folder is that of a run."""
    return (pathlib.Path(workdir) / _NAME).exists()


def check(
    settings: config.TrainConfig, folders: Mapping[str, Sequence[pathlib.Path]]
) -> None:
    """Compares a run with the one that its folder holds.

    Args:
        settings: Settings of the run that is about to start.
        folders: Pictures by the argument that named their folder.

    Raises:
        InputError: If the folder holds a run that differs in more than what
            may change; the message says in what. If there is no record of
            what it holds, or none that can be read.
    """
    had, held = _read(settings.workdir)
    new = _describe(settings, folders)
    moved = dict(held.items() & new["contents"].items())
    other = _differences(had, new["settings"], moved)
    contents = _differences(held, new["contents"], {*other, _ONCE})
    differences = [
        *(f"`{name}` {change}" for name, change in other.items()),
        *(f"the content of `{name}` {c}" for name, c in contents.items()),
    ]
    if differences:
        raise errors.InputError(
            f"`workdir`={settings.workdir} holds a run with other settings: "
            f"{'; '.join(differences)}. Give the old ones to go on with it, "
            "or another `workdir` to begin a new one."
        )


def write(
    settings: config.TrainConfig, folders: Mapping[str, Sequence[pathlib.Path]]
) -> None:
    """Writes what `check` compares with."""
    path = pathlib.Path(settings.workdir) / _NAME
    text = json.dumps(_describe(settings, folders), indent=2) + "\n"
    atomic_files.write_text(path, text)


def _read(workdir):
    path = pathlib.Path(workdir) / _NAME
    try:
        record = json.loads(path.read_text())
        return _DEFAULTS | record["settings"], dict(record["contents"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise errors.InputError(
            f"`workdir`={workdir} holds checkpoints, but no {_NAME} that can "
            "be read, which tells their settings and data; put it back, or "
            "name another `workdir`."
        ) from error


def _differences(old, new, but):
    """What is another now, by name, in words; names in `but` may be."""
    return {
        name: f"was {old.get(name)} and is {value}"
        for name, value in new.items()
        if name not in but and old.get(name) != value
    }


def _describe(settings, folders):
    return {
        "settings": {
            name: value
            for name, value in dataclasses.asdict(settings).items()
            if name not in config.CHANGEABLE
        },
        "contents": {name: _summarize(paths) for name, paths in folders.items()}
        | _digests(settings),
    }


def _digests(settings):
    """Digests of weights that are a file, or in the folder of a run."""
    digests = {}
    for name in _WEIGHTS:
        value = getattr(settings, name) or ""
        if name == _TEACHER and value:  # Which may be a style by its name.
            value = model_paths.find(value, name)
        path = pathlib.Path(value)
        if path.is_dir():
            path = path / loading.GENERATOR_FILE
        if path.is_file():
            with open(path, "rb") as file:
                found = hashlib.file_digest(file, "sha256")
            digests[name] = found.hexdigest()[:12]
    return digests


def _summarize(paths):
    digest = hashlib.sha256()
    for path in paths:
        # As the disk has them: names made elsewhere may be no UTF-8.
        name = os.fsencode(path.name)
        digest.update(b"%s %d\n" % (name, path.stat().st_size))
    return f"{len(paths)} pictures ({digest.hexdigest()[:12]})"
