"""Models of a server, and their loaded versions.

A thread polls the models' folders. A new version is loaded and then replaces
the previous one, which finishes its running requests. If a version fails to
load, its status gives the reason, the previous version stays, and loading is
retried when the files change. While no version is ready, such as at the start,
older ones are tried, the latest first.
"""

import dataclasses
import gc
import logging
import pathlib
import threading
from collections.abc import Mapping
from typing import Any

import tensorflow as tf

from . import errors
from . import model
from . import model_folders

_LOGGER = logging.getLogger(__name__)


@dataclasses.dataclass(frozen=True)
class Version:
    """State of one version.

    Attributes:
        state: LOADING, AVAILABLE or END.
        loaded: The loaded model, while it takes requests.
        error: Error if it failed to load.
        changed: Modification time of its folder before it failed to load, in
            nanoseconds.
    """

    state: str
    loaded: model.Model | None = None
    error: errors.RequestError | None = None
    changed: int = 0

    def status(self) -> dict[str, Any]:
        """Returns the status as TensorFlow Serving's `ModelVersionStatus`."""
        code = self.error.code if self.error else "OK"
        message = str(self.error or "")
        status = {"error_code": code, "error_message": message}
        return {"state": self.state, "status": status}


class ServedModel:
    """Versions of one model.

    Any thread may read; only one at a time may call `refresh`. State is
    replaced, never mutated, so no lock is needed.

    Args:
        name: Name of the model.
        folder: Folder with its version folders.
    """

    def __init__(self, name: str, folder: pathlib.Path) -> None:
        self.folder = folder
        self._name = name
        self._versions: dict[int, Version] = {}

    @property
    def versions(self) -> dict[int, Version]:
        """All versions ever seen, by number, latest first."""
        return dict(sorted(self._versions.items(), reverse=True))

    @property
    def ready(self) -> dict[int, model.Model]:
        """Versions that take requests, by number, latest first."""
        return {n: v.loaded for n, v in self.versions.items() if v.loaded}

    def refresh(self) -> None:
        """Polls the folder once; loads and unloads versions."""
        try:
            folders = model_folders.versions_in(self.folder)
        except OSError:
            return  # it may reappear; loaded versions stay
        for number in sorted(folders, reverse=True):
            if self._should_load(number, folders[number]):
                self._load(number, folders[number])
            if self.ready:
                break
        latest = max(folders, default=None)
        if latest is None or latest in self.ready:
            for number in self.ready.keys() - {latest}:
                self._set(number, Version("END"))
                gc.collect()  # graphs are cyclic, and reference the weights

    def _should_load(self, number, folder):
        version = self._versions.get(number)
        if version is None or version.loaded:
            return version is None
        return version.error is None or version.changed != _changed(folder)

    def _load(self, number, folder):
        self._set(number, Version("LOADING"))
        changed = _changed(folder)
        try:
            version = Version("AVAILABLE", model.Model(folder))
        except Exception as error:  # damaged files raise many types
            reason = _to_request_error(error)
            version = Version("END", error=reason, changed=changed)
        self._set(number, version)

    def _set(self, number, version):
        self._versions = {**self._versions, number: version}
        reason = f": {version.error}" if version.error else ""
        _LOGGER.info("%s %d: %s%s", self._name, number, version.state, reason)


class Catalog:
    """All models of a server.

    Args:
        folders: Model folders by model name.
        poll_seconds: Polling interval of the folders, in seconds.
    """

    def __init__(
        self,
        folders: Mapping[str, pathlib.Path],
        poll_seconds: float = 1.0,
    ) -> None:
        self.models = {
            name: ServedModel(name, folder) for name, folder in folders.items()
        }
        self._poll_seconds = poll_seconds
        self._closing = threading.Event()

    def start(self) -> None:
        """Loads all models, then starts polling in a thread.

        Raises:
            ValueError: If a model has no version that can be loaded.
        """
        # Objects older than the models are excluded from garbage collection,
        # which runs at each unload and for each large body.
        gc.freeze()
        self.refresh()
        for name, served in self.models.items():
            if not served.ready:
                reasons = {n: str(v.error) for n, v in served.versions.items()}
                raise ValueError(
                    f"No version of {name} in {served.folder} could be "
                    f"loaded. {reasons}"
                )
        threading.Thread(target=self._watch, daemon=True).start()

    def refresh(self) -> None:
        """Polls all folders once; loads and unloads versions."""
        for served in self.models.values():
            served.refresh()

    def close(self) -> None:
        """Stops polling."""
        self._closing.set()

    def find(self, name: str, number: int | None = None) -> model.Model:
        """Returns the model version for a request.

        Args:
            name: Name of the model.
            number: Version number; None for the latest.

        Raises:
            RequestError: If there is no such version.
        """
        ready = self.models[name].ready if name in self.models else {}
        if number is None and ready:
            return next(iter(ready.values()))
        if number in ready:
            return ready[number]
        which = f"Latest({name})"
        if number is not None:
            which = f"Specific({name}, {number})"
        raise errors.RequestError(
            f"Servable not found for request: {which}", "NOT_FOUND"
        )

    def status(
        self, name: str, number: int | None = None
    ) -> list[dict[str, Any]]:
        """Returns the status of a version, or of all versions of a model.

        Raises:
            RequestError: If there is no such version.
        """
        known = self.models[name].versions if name in self.models else {}
        found = [
            {"version": str(each), **version.status()}
            for each, version in known.items()
            if number in (None, each)
        ]
        if not found:
            which = "any versions" if number is None else f"version {number}"
            raise errors.RequestError(
                f"Could not find {which} of model {name}", "NOT_FOUND"
            )
        return found

    def _watch(self):
        while not self._closing.wait(self._poll_seconds):
            self.refresh()


def _to_request_error(error):
    if isinstance(error, errors.RequestError):
        return error
    if isinstance(error, tf.errors.OpError):
        return errors.from_tensorflow(error)
    code = "NOT_FOUND" if isinstance(error, OSError) else "UNKNOWN"
    return errors.RequestError(f"{type(error).__name__}: {error}", code)


def _changed(folder: pathlib.Path) -> int:
    try:
        paths = [folder, *folder.rglob("*")]
        return max(path.stat().st_mtime_ns for path in paths)
    except OSError:
        return 0  # being replaced
