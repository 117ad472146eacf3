"""Inputs that end the process that works on them, as faults of C libraries do.

A command that works on many inputs does so in a child process, forked before
anything large is imported, which notes what it has in hand. When the child
dies, another one leaves out the input that was in hand and goes on; where
there were several, it works on each of them alone, and so finds out which it
was. Where the operating system has no way to do this (it takes Linux), a crash
ends the command.
"""

import collections
import contextlib
import ctypes
import faulthandler
import json
import os
import signal
import sys
import threading
from collections.abc import Iterator

from cartoongan_tf.core import errors

_STOPS = {signal.SIGINT, signal.SIGTERM, signal.SIGHUP}
_MAX_CRASHES = 20  # More are not for the inputs.
_DIE_WITH_PARENT = 1  # Of `prctl`.
_BEGIN, _END, _DIED, _FINISHED, _TOLD = "begin", "end", "died", "done", "told"
_ENDS = (
    "ends the process that reads it ({}); convert it with another program, or "
    "remove it."
)


def supervise() -> None:
    """Returns in a child process; ends this one as the last child ends.

    To be called before anything starts threads.
    """
    global _notes
    if not hasattr(os, "memfd_create") or not hasattr(signal, "sigwaitinfo"):
        return
    file = os.memfd_create("notes")
    while True:
        child = _fork()
        if not child:
            faulthandler.disable()  # One line tells of a crash, not thirty.
            _notes = _Notes(file, _Known(file))
            return
        status = _wait(child)
        if os.WIFEXITED(status):
            sys.exit(os.WEXITSTATUS(status))
        number = signal.Signals(os.WTERMSIG(status))
        known = _Known(file)
        if number in _STOPS or not known.in_hand:
            _die_of(number)
        _write(file, _DIED, number.name)
        if len(known.crashed) == _MAX_CRASHES:
            sys.exit(
                f"error: {_MAX_CRASHES} inputs ended the process that read "
                "them; the model, or too little memory, may be why."
            )


class EndsProcess(errors.InputError):
    """An input that ended a process; to be read after the input's name."""


@contextlib.contextmanager
def handling(source: object) -> Iterator[None]:
    """Notes that this thread works on an input, for as long as the block runs.

    Args:
        source: The input, by whose text it is known.

    Raises:
        EndsProcess: If it ended a process before.
    """
    if _notes is None:
        yield
        return
    key = str(source)
    if key in _notes.known.crashed:
        raise EndsProcess(_ENDS.format(_notes.known.crashed[key]))
    with _notes.in_hand(key):
        yield


def finish(source: object, failed: bool) -> None:
    """Notes that an input is not to be worked on again after a crash."""
    if _notes is not None:
        _notes.write(_FINISHED, str(source), failed)


def finished() -> dict[str, bool]:
    """Inputs that are done since before a crash, and whether they failed."""
    return {} if _notes is None else _notes.known.finished


def is_told(line: str) -> bool:
    """Whether a line was told before a crash; notes that it is now."""
    if _notes is None:
        return False
    _notes.write(_TOLD, line)
    return line in _notes.known.told


class _Known:
    """What earlier processes noted.

    Attributes:
        in_hand: Inputs that the last one was working on.
        crashed: Inputs that ended one, with the signal.
        suspects: Inputs of which one did.
        finished: Inputs that are done, and whether they failed.
        told: Lines that a user has seen.
    """

    def __init__(self, file):
        self.in_hand: collections.Counter[str] = collections.Counter()
        self.crashed = {}
        self.suspects = set()
        self.finished = {}
        self.told = set()
        data = os.pread(file, os.fstat(file).st_size, 0)
        for line in data.splitlines():
            self._read(*json.loads(line))

    def _read(self, event, key, *more):
        if event == _BEGIN:
            self.in_hand[key] += 1
        elif event == _END:
            self.in_hand -= {key: 1}
            self.suspects.discard(key)
        elif event == _FINISHED:
            (self.finished[key],) = more
        elif event == _TOLD:
            self.told.add(key)
        elif len(self.in_hand) == 1:
            self.crashed.update(dict.fromkeys(self.in_hand, key))
            self.suspects -= self.in_hand.keys()
            self.in_hand.clear()
        else:
            self.suspects |= self.in_hand.keys()
            self.in_hand.clear()


class _Notes:
    """What this process notes for those after it."""

    def __init__(self, file, known):
        self.known = known
        self._file = file
        self._changed = threading.Condition()
        self._count = 0  # Inputs in hand.
        self._is_alone = False  # Whether one is or waits to be the only one.

    def write(self, event, key, *more):
        _write(self._file, event, key, *more)

    @contextlib.contextmanager
    def in_hand(self, key):
        """Has an input in hand; one that is suspected, alone."""
        is_suspected = key in self.known.suspects
        with self._changed:
            self._changed.wait_for(lambda: not self._is_alone)
            self._is_alone = is_suspected
            self._changed.wait_for(lambda: not (is_suspected and self._count))
            self._count += 1
        self.write(_BEGIN, key)
        try:
            yield
        finally:
            self.write(_END, key)
            with self._changed:
                self._count -= 1
                self._is_alone &= not is_suspected
                self._changed.notify_all()


_notes: _Notes | None = None  # Of a child process.


def _write(file, *values):
    os.write(file, json.dumps(values).encode() + b"\n")


def _fork():
    """Forks; signals that a command is stopped by wait for the parent."""
    sys.stdout.flush()
    sys.stderr.flush()
    watched = {*_STOPS, signal.SIGCHLD}
    before = signal.pthread_sigmask(signal.SIG_BLOCK, watched)
    child = os.fork()
    if not child:
        ctypes.CDLL(None).prctl(_DIE_WITH_PARENT, signal.SIGKILL)
        signal.pthread_sigmask(signal.SIG_SETMASK, before - watched)
    return child


def _wait(child):
    """Waits for a child; what this process is stopped by goes there."""
    while True:
        found = signal.sigwaitinfo({*_STOPS, signal.SIGCHLD})
        if found.si_signo == signal.SIGCHLD:
            pid, status = os.waitpid(child, os.WNOHANG)
            if pid:
                return status
        elif found.si_pid:  # Those of a terminal the child gets, too.
            os.kill(child, found.si_signo)


def _die_of(number):
    with contextlib.suppress(OSError):  # Of SIGKILL, which has no handler.
        signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {number})
    os.kill(os.getpid(), number)
