"""Record of a run's settings and data, so that it goes on with the same."""

import dataclasses
import hashlib
import json
import pathlib
from collections.abc import Mapping
from collections.abc import Sequence

from cartoongan_tf.core import atomic_files
from cartoongan_tf.core import errors
from cartoongan_tf.training import config

_NAME = "run.json"
# What messages call an argument, by the part of the file that it is in.
_TEXTS = {"settings": "`{}`", "contents": "the content of `{}`"}


def check(
    settings: config.TrainConfig, folders: Mapping[str, Sequence[pathlib.Path]]
) -> None:
    """Compares a run with the one that its folder holds.

    Args:
        settings: Settings of the run that is about to start.
        folders: Pictures by the argument that named their folder.

    Raises:
        InputError: If the folder holds a run that differs in more than what
            may change; the message says in what.
    """
    path = pathlib.Path(settings.workdir) / _NAME
    if not path.exists():
        return
    old = json.loads(path.read_text())
    differences = [
        f"{_TEXTS[part].format(name)} was {old[part].get(name)} and is {value}"
        for part, values in _describe(settings, folders).items()
        for name, value in values.items()
        if old[part].get(name) != value
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
    with atomic_files.atomic_path(path) as temporary:
        temporary.write_text(text)


def _describe(settings, folders):
    return {
        "settings": {
            name: value
            for name, value in dataclasses.asdict(settings).items()
            if name not in config.CHANGEABLE
        },
        "contents": {
            name: _summarize(paths) for name, paths in folders.items()
        },
    }


def _summarize(paths):
    digest = hashlib.sha256()
    for path in paths:
        digest.update(f"{path.name} {path.stat().st_size}\n".encode())
    return f"{len(paths)} pictures ({digest.hexdigest()[:12]})"
