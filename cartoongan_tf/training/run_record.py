"""Record of a run's settings and data, checked when the run resumes.

Paths of data and weights may change as long as their contents do not.
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
_INIT_FROM = "init_from"  # Read once: checkpoints hold its weights.
_TEACHER = "teacher"
_WEIGHTS = ("inception_weights", _INIT_FROM, _TEACHER, "vgg19_weights")
# For settings that are newer than the run.
_DEFAULTS = {
    field.name: field.default
    for field in dataclasses.fields(config.TrainConfig)
    if field.default is not dataclasses.MISSING
}


def exists(workdir: str) -> bool:
    """Whether a folder holds a run."""
    return (pathlib.Path(workdir) / _NAME).exists()


def check(
    settings: config.TrainConfig, folders: Mapping[str, Sequence[pathlib.Path]]
) -> None:
    """Checks that a run may resume the one in its folder.

    Args:
        settings: Settings of the run that is about to start.
        folders: Paths of pictures by the setting that names their folder.

    Raises:
        InputError: If settings or data differ that must not change; the
            message lists them. If the record is missing or unreadable.
    """
    old_settings, old_contents = _read(settings.workdir)
    new = _describe(settings, folders)
    moved = dict(old_contents.items() & new["contents"].items())
    changed = _differences(old_settings, new["settings"], moved)
    contents = _differences(
        old_contents, new["contents"], {*changed, _INIT_FROM}
    )
    differences = [
        *(f"`{name}` {change}" for name, change in changed.items()),
        *(f"the content of `{name}` {c}" for name, c in contents.items()),
    ]
    if differences:
        raise errors.InputError(
            f"`workdir`={settings.workdir} holds a run with other settings: "
            f"{'; '.join(differences)}. Pass the old settings to resume it, "
            "or another `workdir` to start a new one."
        )


def write(
    settings: config.TrainConfig, folders: Mapping[str, Sequence[pathlib.Path]]
) -> None:
    """Writes the record that `check` reads."""
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
            f"`workdir`={workdir} holds checkpoints, but no readable {_NAME} "
            "with their settings and data; restore it, or name another "
            "`workdir`."
        ) from error


def _differences(old, new, ignored):
    """Descriptions of changed values by name."""
    return {
        name: f"was {old.get(name)} and is {value}"
        for name, value in new.items()
        if name not in ignored and old.get(name) != value
    }


def _describe(settings, folders):
    return {
        "settings": {
            name: value
            for name, value in dataclasses.asdict(settings).items()
            if name not in config.CHANGEABLE
        },
        "contents": {name: _summarize(paths) for name, paths in folders.items()}
        | _weight_digests(settings),
    }


def _weight_digests(settings):
    """Digests of weights that are a file, or in the folder of a run."""
    digests = {}
    for name in _WEIGHTS:
        value = getattr(settings, name) or ""
        if name == _TEACHER and value:  # May be the name of a shipped style.
            value = model_paths.find(value, name)
        path = pathlib.Path(value)
        if path.is_dir():
            path = path / loading.GENERATOR_FILE
        if path.is_file():
            with open(path, "rb") as file:
                digest = hashlib.file_digest(file, "sha256")
            digests[name] = digest.hexdigest()[:12]
    return digests


def _summarize(paths):
    digest = hashlib.sha256()
    for path in paths:
        # Raw bytes: names created on other systems may not be UTF-8.
        name = os.fsencode(path.name)
        digest.update(b"%s %d\n" % (name, path.stat().st_size))
    return f"{len(paths)} pictures ({digest.hexdigest()[:12]})"
