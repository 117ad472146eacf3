"""Isolation of inputs that crash the process, such as by faults in C libraries.

A command with many inputs handles them in a child process, forked before large
imports, which logs the inputs in progress. If the child dies, a new one skips
the input that was in progress and continues; if there were several, it retries
each of them alone to find the culprit. This requires Linux; elsewhere, a crash
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

_STOP_SIGNALS = {signal.SIGINT, signal.SIGTERM, signal.SIGHUP}
_MAX_CRASHES = 20  # More are hardly caused by inputs.
_PR_SET_PDEATHSIG = 1  # Option of `prctl`.
_BEGIN, _END, _DIED = "begin", "end", "died"
_FINISHED, _REPORTED = "finished", "reported"
_CRASHED = (
    "ends the process that reads it ({}); convert it with another program, or "
    "remove it."
)


def supervise() -> None:
    """Returns in a child process; this one exits like the last child.

    Must be called before threads are started.
    """
    global _journal
    if not hasattr(os, "memfd_create") or not hasattr(signal, "sigwaitinfo"):
        return
    file = os.memfd_create("journal")
    while True:
        child = _fork()
        if not child:
            faulthandler.disable()  # Crashes are reported in one line.
            _journal = _Journal(file, _State(file))
            return
        status = _wait(child)
        if os.WIFEXITED(status):
            sys.exit(os.WEXITSTATUS(status))
        number = signal.Signals(os.WTERMSIG(status))
        state = _State(file)
        if number in _STOP_SIGNALS or not state.in_progress:
            _die_of(number)
        _write(file, _DIED, number.name)
        if len(state.crashed) == _MAX_CRASHES:
            sys.exit(
                f"error: {_MAX_CRASHES} inputs ended the process that read "
                "them; the model, or too little memory, may be why."
            )


class CrashError(errors.InputError):
    """Error of an input that crashed a process; follows the input's name."""


@contextlib.contextmanager
def handling(source: object) -> Iterator[None]:
    """Logs that an input is in progress while the block runs.

    Args:
        source: The input, identified by its string.

    Raises:
        CrashError: If it crashed an earlier process.
    """
    if _journal is None:
        yield
        return
    key = str(source)
    if key in _journal.state.crashed:
        raise CrashError(_CRASHED.format(_journal.state.crashed[key]))
    with _journal.in_progress(key):
        yield


def finish(source: object, failed: bool) -> None:
    """Logs that an input is done, so that it is not repeated after a crash."""
    if _journal is not None:
        _journal.write(_FINISHED, str(source), failed)


def finished() -> dict[str, bool]:
    """Returns inputs done before a crash, and whether they failed."""
    return {} if _journal is None else _journal.state.finished


def was_reported(line: str) -> bool:
    """Whether a line was reported before a crash; logs it as reported."""
    if _journal is None:
        return False
    _journal.write(_REPORTED, line)
    return line in _journal.state.reported


class _State:
    """State logged by earlier processes.

    Attributes:
        in_progress: Inputs that the last process was handling.
        crashed: Inputs that crashed a process, with the signal's name.
        suspects: Inputs one of which crashed a process.
        finished: Inputs that are done, and whether they failed.
        reported: Lines that were shown to the user.
    """

    def __init__(self, file):
        self.in_progress: collections.Counter[str] = collections.Counter()
        self.crashed = {}
        self.suspects = set()
        self.finished = {}
        self.reported = set()
        data = os.pread(file, os.fstat(file).st_size, 0)
        for line in data.splitlines():
            self._read(*json.loads(line))

    def _read(self, event, key, *more):
        if event == _BEGIN:
            self.in_progress[key] += 1
        elif event == _END:
            self.in_progress -= {key: 1}
            self.suspects.discard(key)
        elif event == _FINISHED:
            (self.finished[key],) = more
        elif event == _REPORTED:
            self.reported.add(key)
        elif len(self.in_progress) == 1:
            self.crashed.update(dict.fromkeys(self.in_progress, key))
            self.suspects -= self.in_progress.keys()
            self.in_progress.clear()
        else:
            self.suspects |= self.in_progress.keys()
            self.in_progress.clear()


class _Journal:
    """Log of this process for later ones."""

    def __init__(self, file, state):
        self.state = state
        self._file = file
        self._changed = threading.Condition()
        self._count = 0  # Inputs in progress.
        self._is_exclusive = False  # Whether a suspect runs or waits to.

    def write(self, event, key, *more):
        _write(self._file, event, key, *more)

    @contextlib.contextmanager
    def in_progress(self, key):
        """Logs an input while the block runs; suspects run exclusively."""
        is_suspect = key in self.state.suspects
        with self._changed:
            self._changed.wait_for(lambda: not self._is_exclusive)
            self._is_exclusive = is_suspect
            self._changed.wait_for(lambda: not (is_suspect and self._count))
            self._count += 1
        self.write(_BEGIN, key)
        try:
            yield
        finally:
            self.write(_END, key)
            with self._changed:
                self._count -= 1
                self._is_exclusive &= not is_suspect
                self._changed.notify_all()


_journal: _Journal | None = None  # Set in a child process.


def _write(file, *values):
    os.write(file, json.dumps(values).encode() + b"\n")


def _fork():
    """Forks; stop signals are blocked in the parent, which handles them."""
    sys.stdout.flush()
    sys.stderr.flush()
    watched = {*_STOP_SIGNALS, signal.SIGCHLD}
    before = signal.pthread_sigmask(signal.SIG_BLOCK, watched)
    child = os.fork()
    if not child:
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        signal.pthread_sigmask(signal.SIG_SETMASK, before - watched)
    return child


def _wait(child):
    """Waits for a child and forwards stop signals to it."""
    while True:
        found = signal.sigwaitinfo({*_STOP_SIGNALS, signal.SIGCHLD})
        if found.si_signo == signal.SIGCHLD:
            pid, status = os.waitpid(child, os.WNOHANG)
            if pid:
                return status
        elif found.si_pid:  # The terminal signals the child, too.
            os.kill(child, found.si_signo)


def _die_of(number):
    with contextlib.suppress(OSError):  # SIGKILL cannot be handled.
        signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {number})
    os.kill(os.getpid(), number)
