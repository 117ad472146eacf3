"""Arguments of a command, with flag files, `~` and variables written out.

Shells leave `--output=~/cartoons` as it is, and nothing in a flag file is seen
by one. `serving/command_line.py` does the same for the servers.
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
    """Runs a command that is a module of its own, and ends the process.

    Args:
        main: As `absl.app.run` takes it.
    """
    with exit.with_message():
        resolved = resolve(sys.argv)
    app.run(main, resolved)


def resolve(arguments: list[str]) -> list[str]:
    """Writes out flag files, `~`, `~user`, `$VAR` and `${VAR}`.

    Args:
        arguments: Of a command. A flag file is UTF-8, UTF-16 or UTF-32, with
            or without a byte order mark. One of `configs/` that the working
            folder does not have is that of the program.

    Returns:
        The same arguments, with the lines of flag files in their place. A
        variable that is not set stays, as does the name of a file that is
        there with a `$` in it.

    Raises:
        InputError: If a flag file cannot be read, or is inside of itself.
    """
    return [_expand(argument) for argument in _with_lines(arguments, ())]


def _expand(argument):
    # `--models=~/a,~/b` and `--model_dir=NAME=~/a` are flags, too.
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
        with open(path, "rb") as file:  # Which may be a pipe, or endless.
            data = file.read(_MAX_BYTES + 1)
        if len(data) > _MAX_BYTES:
            raise errors.InputError(
                f"--flagfile={path} is too long; name a file with a flag a "
                "line."
            )
        text = data.decode(json.detect_encoding(data))
    except UnicodeDecodeError as error:
        raise errors.InputError(
            f"--flagfile={path} is not a text in Unicode; save it as UTF-8."
        ) from error
    except OSError as error:
        raise errors.InputError(
            f"--flagfile={path} cannot be read ({error.strerror}); name a "
            "file with a flag a line."
        ) from error
    if "\0" in text:  # No name of a file or a user has one.
        raise errors.InputError(
            f"--flagfile={path} is not a text, as it has zeros in it; name a "
            "file with a flag a line."
        )
    lines = (line.strip() for line in text.splitlines())
    return [x for x in lines if x and not x.startswith(_COMMENTS)]
