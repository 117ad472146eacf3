"""What a run began with, so that it goes on with nothing else."""

import dataclasses
import hashlib
import json
import pathlib
import re
from collections.abc import Mapping
from collections.abc import Sequence

from cartoongan_tf.core import atomic_files
from cartoongan_tf.core import errors
from cartoongan_tf.training import config

_NAME = "run.json"


def check(
    settings: config.TrainConfig, folders: Mapping[str, Sequence[pathlib.Path]]
) -> None:
    """Compares a run with the one that its folder holds.

    Args:
        settings: Settings of the run that is about to start.
        folders: Pictures by the flag that named their folder.

    Raises:
        InputError: If the folder holds a run that differs in more than what
            may change; the message says in what.
    """
    path = pathlib.Path(settings.workdir) / _NAME
    if not path.exists():
        return
    old = json.loads(path.read_text())
    new = _describe(settings, folders)
    differences = [
        f"{_as_argument(name)} was {old.get(name)} and is {value}"
        for name, value in new.items()
        if old.get(name) != value
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
    with atomic_files.written_whole(path) as draft:
        draft.write_text(text)


def _describe(settings, folders):
    flags = {
        f"--{name}": value
        for name, value in dataclasses.asdict(settings).items()
        if name not in config.CHANGEABLE
    }
    contents = {
        f"the content of --{flag}": _summarize(paths)
        for flag, paths in folders.items()
    }
    return flags | contents


def _summarize(paths):
    digest = hashlib.sha256()
    for path in paths:
        digest.update(f"{path.name} {path.stat().st_size}\n".encode())
    return f"{len(paths)} pictures ({digest.hexdigest()[:12]})"


def _as_argument(name):
    """The name of a setting in backticks, with what is said of it."""
    return re.sub(r"--(\w+)", r"`\1`", name)
