"""Arguments of a command, with flag files, `~` and variables written out.

As `cartoongan_tf/commands/command_line.py` does it for the program's commands,
of which servers know nothing.
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
    """Runs a command, and ends the process.

    Args:
        main: As `absl.app.run` takes it.
    """
    try:
        resolved = resolve(sys.argv)
    except ValueError as error:
        sys.exit(f"error: {error}")
    if {"--help", "-h"}.intersection(resolved):
        app.usage(shorthelp=True, writeto_stdout=True)
        return
    # Names of files may be in no encoding, or not in that of the output.
    if isinstance(sys.stdout, io.TextIOWrapper):
        if sys.stdout.errors == "strict":
            sys.stdout.reconfigure(errors="backslashreplace")
    app.run(main, resolved)


def resolve(arguments: list[str]) -> list[str]:
    """Writes out flag files, `~`, `~user`, `$VAR` and `${VAR}`.

    Args:
        arguments: Of a command. A flag file is UTF-8, UTF-16 or UTF-32, with
            or without a byte order mark.

    Returns:
        The same arguments, with the lines of flag files in their place. A
        variable that is not set stays, as does the name of a file that is
        there with a `$` in it.

    Raises:
        ValueError: If a flag file cannot be read, or is inside of itself.
    """
    return [_expand(argument) for argument in _with_lines(arguments, ())]


def _expand(argument):
    # `--model_dir=NAME=~/a` is a flag, too.
    places = "^|(?<=[=,])" if argument.startswith("-") else "^"
    homes = re.sub(
        f"(?:{places}){_HOME}",
        lambda home: os.path.expanduser(home[0]),
        argument,
    )
    return homes if os.path.lexists(homes) else os.path.expandvars(homes)


def _with_lines(arguments, outer):
    """The arguments, with those of flag files, `outer` being open already."""
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
        with open(path, "rb") as file:  # Which may be a pipe, or endless.
            data = file.read(_MAX_BYTES + 1)
        if len(data) > _MAX_BYTES:
            raise ValueError(
                f"--flagfile={path} is too long; name a file with a flag a "
                "line."
            )
        text = data.decode(json.detect_encoding(data))
    except UnicodeDecodeError as error:
        raise ValueError(
            f"--flagfile={path} is not a text in Unicode; save it as UTF-8."
        ) from error
    except OSError as error:
        raise ValueError(
            f"--flagfile={path} cannot be read ({error.strerror}); name a "
            "file with a flag a line."
        ) from error
    if "\0" in text:  # No name of a file or a user has one.
        raise ValueError(
            f"--flagfile={path} is not a text, as it has zeros in it; name a "
            "file with a flag a line."
        )
    lines = (line.strip() for line in text.splitlines())
    return [x for x in lines if x and not x.startswith(_COMMENTS)]
