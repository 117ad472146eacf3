"""The versions of one model: which to load next, which to let go.

The order is that of TensorFlow Serving's `AvailabilityPreservingPolicy`: an
old version goes when a new one has been loaded and warmed up, not before.
Unlike there, a version that could not be loaded is at END with the reason as
soon as that is known, not after the last try.
"""

import dataclasses
import pathlib
import time
from collections.abc import Callable
from collections.abc import Mapping

import grpc
import tensorflow as tf

from serving import loaded_versions
from serving import refusals
from serving import version_folders
from serving import version_states

State = version_states.State
Load = Callable[[pathlib.Path], loaded_versions.LoadedVersion]


@dataclasses.dataclass(eq=False)
class ServedVersion:
    """One version from its folder's appearance to its end.

    Attributes:
        folder: Where it lies.
        status: What clients are told.
        wanted: Whether the policy still chooses it.
        stamp: Of the folder when it was last loaded.
        loaded: The version itself, while it is in memory.
        leases: How many requests are using it.
        tries: How often loading it has failed.
        next_try: When to load it next, in seconds of `time.monotonic`.
    """

    folder: pathlib.Path
    status: version_states.VersionStatus
    wanted: bool = True
    stamp: frozenset = frozenset()
    loaded: loaded_versions.LoadedVersion | None = None
    leases: int = 0
    tries: int = 0
    next_try: float = 0.0

    @property
    def number(self) -> int:
        return self.status.version

    def is_at(self, state: version_states.State) -> bool:
        return self.status.state is state

    def go_to(
        self,
        state: version_states.State,
        code: grpc.StatusCode = grpc.StatusCode.OK,
        message: str = "",
    ) -> None:
        status = version_states.VersionStatus
        self.status = status(self.number, state, code, message)


class ServedVersions:
    """What there is, and what there was, of one model.

    Not thread-safe: `catalogs` holds its lock where it calls this, but for
    `load`, which takes long and which one thread at a time calls.

    Args:
        load: Loads a version's folder.
        retries: How often to load a version again that could not be loaded.
        retry_seconds: How long to wait between.
    """

    def __init__(self, load: Load, retries: int, retry_seconds: float) -> None:
        self.versions: dict[int, ServedVersion] = {}
        self._load = load
        self._retries = retries
        self._retry_seconds = retry_seconds

    @property
    def available(self) -> list[ServedVersion]:
        """Versions that take requests, the latest first."""
        return [v for v in self._sorted() if v.is_at(State.AVAILABLE)]

    @property
    def statuses(self) -> list[version_states.VersionStatus]:
        """Of all versions that were ever there, the latest first."""
        return [version.status for version in self._sorted()]

    def want(self, folders: Mapping[int, pathlib.Path]) -> None:
        """Takes note of the versions to serve."""
        for number, folder in folders.items():
            version = self.versions.get(number)
            if version is None or _starts_anew(version, folder):
                status = version_states.VersionStatus(number, State.START)
                self.versions[number] = ServedVersion(folder, status)
        for number, version in self.versions.items():
            # A version that drains is not taken back; it is loaded anew.
            version.wanted = number in folders and not version.is_at(
                State.UNLOADING
            )

    def next_to_unload(self) -> ServedVersion | None:
        """A version that is not wanted, if another one takes its place."""
        unwanted = [v for v in self.available if not v.wanted]
        replaced = any(v.wanted for v in self.available)
        none_wanted = not any(v.wanted for v in self.versions.values())
        if unwanted and (replaced or none_wanted or len(unwanted) > 1):
            return unwanted[-1]
        return None

    def next_to_load(self) -> ServedVersion | None:
        """The latest version that is wanted and not there."""
        for version in self._sorted():
            if version.wanted and self._is_due(version):
                return version
        return None

    def load(self, version: ServedVersion) -> None:
        """Loads a version, or leaves it at END with the reason."""
        version.stamp = version_folders.stamp(version.folder)
        try:
            version.loaded = self._load(version.folder)
        except Exception as error:  # damage has too many names to list
            version.tries += 1
            version.next_try = time.monotonic() + self._retry_seconds
            version.go_to(State.END, *_reason(error))
        else:
            version.go_to(State.AVAILABLE)

    def drained(self) -> list[ServedVersion]:
        """Versions that go and that no request uses any more."""
        return [
            version
            for version in self.versions.values()
            if version.is_at(State.UNLOADING) and not version.leases
        ]

    def _sorted(self):
        return [self.versions[n] for n in sorted(self.versions, reverse=True)]

    def _is_due(self, version):
        if version.is_at(State.START):
            return True
        return (
            version.is_at(State.END)
            and 0 < version.tries <= self._retries
            and version.next_try <= time.monotonic()
        )


def _starts_anew(version, folder):
    if not version.is_at(State.END):
        return False
    return not version.wanted or version.stamp != version_folders.stamp(folder)


def _reason(error):
    if isinstance(error, tf.errors.OpError):
        error = refusals.of_error(error)
    if isinstance(error, refusals.Refusal):
        return error.code, error.message
    if isinstance(error, OSError):
        return grpc.StatusCode.NOT_FOUND, str(error)
    return grpc.StatusCode.UNKNOWN, f"{type(error).__name__}: {error}"
