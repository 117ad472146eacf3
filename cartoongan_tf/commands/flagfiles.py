"""Flag files that come with the program."""

import pathlib

_PACKAGE = pathlib.Path(__file__).parents[1]
_FOLDER = "configs"
_FLAG = "--flagfile="


def resolve(arguments: list[str]) -> list[str]:
    """Finds `--flagfile=configs/...` among the files of the program.

    Args:
        arguments: Of a command.

    Returns:
        The same arguments, with full paths to flag files of the program where
        the working folder has no such file.
    """
    return [_resolve(argument) for argument in arguments]


def _resolve(argument):
    path = pathlib.Path(argument.removeprefix(_FLAG))
    shipped = _PACKAGE / path
    is_shipped = argument.startswith(_FLAG) and path.parts[:1] == (_FOLDER,)
    if is_shipped and shipped.is_file() and not path.exists():
        return f"{_FLAG}{shipped}"
    return argument
