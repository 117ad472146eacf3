r"""Fuzzes one reader of untrusted files, guided by coverage.

    python -m fuzzing pictures -max_total_time=1800 runs/fuzzing/pictures

Behind the target stand libFuzzer's flags, and the folder that what is found to
reach new lines goes into. An input that breaks the target's promise is written
to crash-..., timeout-... or oom-... beside that folder.
"""

import importlib
import logging
import pathlib
import sys

import atheris

from fuzzing import targets

# What lines are counted of; the rest of what they call is C++.
_COUNTED = ["cartoongan_tf", "serving", "PIL", "absl.flags"]
_LIMITS = ["-timeout=20", "-rss_limit_mb=4096"]


def main(name: str, arguments: list[str]) -> None:
    """Fuzzes until an input breaks the target, or for as long as asked."""
    target = targets.TARGETS[name]
    logging.disable()
    with atheris.instrument_imports(include=_COUNTED):
        importlib.import_module(target.module)
    arguments = [
        sys.argv[0],
        *_LIMITS,
        f"-max_len={target.max_bytes}",
        *arguments,
        str(pathlib.Path(target.corpus)),
    ]
    atheris.Setup(arguments, target.load())
    atheris.Fuzz()


if __name__ == "__main__":
    if len(sys.argv) < 2 or sys.argv[1] not in targets.TARGETS:
        sys.exit(f"Name a target: {', '.join(targets.TARGETS)}.")
    main(sys.argv[1], sys.argv[2:])
