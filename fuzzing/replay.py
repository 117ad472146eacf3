"""Replays the corpus: `python -m fuzzing.replay TARGET ...`.

Each target gets each of its inputs once more, in a process that has too little
memory for one that grows and too little time for one that hangs.
"""

import faulthandler
import resource
import sys
import traceback

from fuzzing import targets

_SECONDS = 20  # For one input.
_MEMORY = 12 * 2**30  # Of addresses, of which TensorFlow takes many.


def main(names: list[str]) -> int:
    """Replays targets; how many inputs broke them."""
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    return sum(_replay(targets.TARGETS[name]) for name in names)


def _replay(target):
    check, failures = target.load(), 0
    for path in sorted(target.corpus.iterdir()):
        # A process that crashes or hangs says of which input.
        print(f"{target.module} {path.name}", flush=True)
        faulthandler.dump_traceback_later(_SECONDS, exit=True)
        try:
            check(path.read_bytes())
        except Exception:
            traceback.print_exc()
            failures += 1
    faulthandler.cancel_dump_traceback_later()
    return failures


if __name__ == "__main__":
    faulthandler.enable()
    sys.exit(main(sys.argv[1:] or list(targets.TARGETS)) > 0)
