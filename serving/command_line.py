"""Expansion of flag files, `~` and environment variables in arguments.

The counterpart of `cartoongan_tf/commands/command_line.py`, which servers do
not import.
"""

import io
import json
import os
import pathlib
import re
import sys
from collections.abc import Callable

from absl import app

_FLAG_FILE = re.compile(r"--?flagfile(?:=(.*))?", re.DOTALL)
_COMMENTS = ("#", "//")
_MAX_BYTES = 1_000_000
_HOME = r"~[^/=,]*(?=/|$)"


def run(main: Callable) -> None:
    """Runs a command and exits the process; returns after `--help`.

    Args:
        main: Main function for `absl.app.run`.
    """
    try:
        resolved = resolve(sys.argv)
    except ValueError as error:
        sys.exit(f"error: {error}")
    if {"--help", "-h"}.intersection(resolved):
        app.usage(shorthelp=True, writeto_stdout=True)
        return
    # File names may be undecodable, or not encodable in the output's encoding.
    if isinstance(sys.stdout, io.TextIOWrapper):
        if sys.stdout.errors == "strict":
            sys.stdout.reconfigure(errors="backslashreplace")
    app.run(main, resolved)


def resolve(arguments: list[str]) -> list[str]:
    """Expands flag files, `~`, `~user`, `$VAR` and `${VAR}`.

    Args:
        arguments: Command-line arguments. Flag files are UTF-8, UTF-16 or
            UTF-32, with or without a byte order mark.

    Returns:
        The arguments, with flag files replaced by their lines. Unset variables
        are left as they are, as are names of existing files that contain `$`.

    Raises:
        ValueError: If a flag file cannot be read, or includes itself.
    """
    return [_expand(argument) for argument in _with_lines(arguments, ())]


def _expand(argument):
    # Also covers `--model_dir=NAME=~/a`.
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
            path = pathlib.Path(_expand(name.strip()))
            if path in outer:
                raise ValueError(f"--flagfile={path} contains itself.")
            yield from _with_lines(_read(path), (*outer, path))


def _read(path):
    try:
        with open(path, "rb") as file:  # Possibly a pipe, or endless.
            data = file.read(_MAX_BYTES + 1)
        if len(data) > _MAX_BYTES:
            raise ValueError(
                f"--flagfile={path} is too long; name a file with one flag per "
                "line."
            )
        text = data.decode(json.detect_encoding(data))
    except UnicodeDecodeError as error:
        raise ValueError(
            f"--flagfile={path} is not Unicode text; save it as UTF-8."
        ) from error
    except OSError as error:
        raise ValueError(
            f"--flagfile={path} cannot be read ({error.strerror}); name a "
            "file with one flag per line."
        ) from error
    if "\0" in text:  # Not allowed in file or user names.
        raise ValueError(
            f"--flagfile={path} is not text: it contains null bytes; name a "
            "file with one flag per line."
        )
    lines = (line.strip() for line in text.splitlines())
    return [x for x in lines if x and not x.startswith(_COMMENTS)]
