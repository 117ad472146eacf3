"""Expansion of flag files, `~` and environment variables in arguments.

Shells do not expand `--output=~/cartoons`, nor the contents of flag files.
`serving/command_line.py` does the same for the servers.
"""

import json
import os
import pathlib
import re
import sys
from collections.abc import Callable

from absl import app

from cartoongan_tf.commands import exit
from cartoongan_tf.core import errors

_PACKAGE = pathlib.Path(__file__).parents[1]
_FOLDER = "configs"
_FLAG_FILE = re.compile(r"--?flagfile(?:=(.*))?", re.DOTALL)
_COMMENTS = ("#", "//")
_MAX_BYTES = 1_000_000
_HOME = r"~[^/=,]*(?=/|$)"


def run(main: Callable) -> None:
    """Runs a stand-alone command and exits the process.

    Args:
        main: Main function for `absl.app.run`.
    """
    with exit.with_message():
        resolved = resolve(sys.argv)
    app.run(main, resolved)


def resolve(arguments: list[str]) -> list[str]:
    """Expands flag files, `~`, `~user`, `$VAR` and `${VAR}`.

    Args:
        arguments: Command-line arguments. Flag files are UTF-8, UTF-16 or
            UTF-32, with or without a byte order mark. Files of `configs/` that
            the working folder lacks are read from the package.

    Returns:
        The arguments, with flag files replaced by their lines. Unset variables
        are left as they are, as are names of existing files that contain `$`.

    Raises:
        InputError: If a flag file cannot be read, or includes itself.
    """
    return [_expand(argument) for argument in _with_lines(arguments, ())]


def _expand(argument):
    # Also covers `--models=~/a,~/b` and `--model_dir=NAME=~/a`.
    places = "^|(?<=[=,])" if argument.startswith("-") else "^"
    homes = re.sub(
        f"(?:{places}){_HOME}",
        lambda home: os.path.expanduser(home[0]),
        argument,
    )
    return homes if os.path.lexists(homes) else os.path.expandvars(homes)


def _with_lines(arguments, outer):
    """Inlines flag files; `outer` are the files that are open already."""
    rest = iter(arguments)
    for argument in rest:
        found = _FLAG_FILE.fullmatch(argument)
        if argument == "--":
            yield argument
            yield from rest
        elif not found:
            yield argument
        else:
            name = next(rest, "") if found[1] is None else found[1]
            path = _find(pathlib.Path(_expand(name.strip())))
            if path in outer:
                raise errors.InputError(f"--flagfile={path} contains itself.")
            yield from _with_lines(_read(path), (*outer, path))


def _find(path):
    shipped = _PACKAGE / path
    is_shipped = path.parts[:1] == (_FOLDER,) and shipped.is_file()
    return shipped if is_shipped and not path.exists() else path


def _read(path):
    try:
        with open(path, "rb") as file:  # Possibly a pipe, or endless.
            data = file.read(_MAX_BYTES + 1)
        if len(data) > _MAX_BYTES:
            raise errors.InputError(
                f"--flagfile={path} is too long; name a file with one flag per "
                "line."
            )
        text = data.decode(json.detect_encoding(data))
    except UnicodeDecodeError as error:
        raise errors.InputError(
            f"--flagfile={path} is not Unicode text; save it as UTF-8."
        ) from error
    except OSError as error:
        raise errors.InputError(
            f"--flagfile={path} cannot be read ({error.strerror}); name a "
            "file with one flag per line."
        ) from error
    if "\0" in text:  # Not allowed in file or user names.
        raise errors.InputError(
            f"--flagfile={path} is not text: it contains null bytes; name a "
            "file with one flag per line."
        )
    lines = (line.strip() for line in text.splitlines())
    return [x for x in lines if x and not x.startswith(_COMMENTS)]
