"""The commands that README.md, docs/ and the model card show."""

import pathlib
import re
import shlex

ROOT = pathlib.Path(__file__).parents[2]
PAGES = (
    ROOT / "README.md",
    *sorted((ROOT / "docs").glob("*.md")),
    ROOT / "cartoongan_tf" / "weights" / "MODEL_CARD.md",
)

_PROGRAM = "cartoongan_tf"
_FENCE = re.compile(r"^( *)```(\w*).*?\n(.*?)^\1```$", re.M | re.S)
_COMMENT = re.compile(r"\s+# .*$", re.M)
_CONTINUED = ("\\", "|")


def blocks(page, language):
    """The fenced blocks of a page in one language."""
    found = _FENCE.findall(page.read_text())
    return [text for _, name, text in found if name == language]


def prose(page):
    """A page without its fenced blocks."""
    return _FENCE.sub("", page.read_text())


def commands():
    """The commands of all fenced `sh` blocks, each once, on one line."""
    texts = [text for page in PAGES for text in blocks(page, "sh")]
    return sorted({line for text in texts for line in _lines(text)})


def invocations():
    """Program and flags of all commands of ours, those in the prose, too.

    Yields:
        The program, such as `train.py` or `serving.local`, and the words that
        follow it.
    """
    inline = [
        " ".join(code.split())
        for page in PAGES
        for code in re.findall(r"`([^`]+)`", prose(page))
        if " --" in code and "'" not in code
    ]
    for command in [*commands(), *inline]:
        words = shlex.split(command)
        is_ours = words[0] == "python"
        while words[0] in ("python", "-m"):
            words.pop(0)
        if words[0] == _PROGRAM:
            words[:2] = [" ".join(words[:2])]
        if is_ours or source(words[0]).is_file():
            yield words[0], words[1:]


def source(program):
    """The file of a program: of `train.py`, `tools.x` or `serving.local`."""
    if program.endswith(".py"):
        return ROOT / program
    if program.startswith(_PROGRAM):
        return ROOT / _PROGRAM / "commands" / f"{program.split()[-1]}.py"
    path = ROOT / program.replace(".", "/")
    return path / "__main__.py" if path.is_dir() else path.with_suffix(".py")


def _lines(text):
    """Logical lines: whole quotations, continued lines put together."""
    command = ""
    for line in _COMMENT.sub("", text).splitlines():
        command += line.strip()
        if command.endswith(_CONTINUED) or not _is_whole(command):
            command = command.removesuffix("\\").rstrip() + " "
            continue
        yield " ".join(command.split())
        command = ""
    assert not command, text


def _is_whole(command):
    try:
        shlex.split(command)
    except ValueError:  # No closing quotation.
        return False
    return True
