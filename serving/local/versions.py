"""The models that a server serves, and the versions of them that are ready.

A thread looks at the models' folders. A version that appears is loaded; the one
before goes when the new one is ready, and ends the requests that it has begun.
A version that cannot be loaded is left, with the reason in its status, until
its files change; the one before stays.
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
    """Where one version is.

    Attributes:
        state: LOADING, AVAILABLE or END.
        loaded: The version itself, while it takes requests.
        error: Why it could not be loaded.
        changed: When its folder was changed last before it failed to load,
            in nanoseconds.
    """

    state: str
    loaded: model.Model | None = None
    error: errors.RequestError | None = None
    changed: int = 0

    def status(self) -> dict[str, Any]:
        """As TensorFlow Serving's `ModelVersionStatus` has it."""
        code = self.error.code if self.error else "OK"
        message = str(self.error or "")
        status = {"error_code": code, "error_message": message}
        return {"state": self.state, "status": status}


class ServedModel:
    """The versions of one model.

    Any thread may read; only one at a time may call `refresh`. What is read is
    replaced and never changed, so that no lock is needed.

    Args:
        name: Of the model.
        folder: That holds the folders of its versions.
    """

    def __init__(self, name: str, folder: pathlib.Path) -> None:
        self.folder = folder
        self._name = name
        self._versions: dict[int, Version] = {}

    @property
    def versions(self) -> dict[int, Version]:
        """All that there ever were, by number, the latest first."""
        return dict(sorted(self._versions.items(), reverse=True))

    @property
    def ready(self) -> dict[int, model.Model]:
        """Those that take requests, by number, the latest first."""
        return {n: v.loaded for n, v in self.versions.items() if v.loaded}

    def refresh(self) -> None:
        """Looks at the folder once, and does what is to be done."""
        try:
            folders = model_folders.versions_in(self.folder)
        except OSError:
            return  # it may come back; what is loaded stays
        latest = max(folders, default=None)
        if latest is not None and self._is_to_load(latest, folders[latest]):
            self._load(latest, folders[latest])
        if latest is None or latest in self.ready:
            for number in self.ready.keys() - {latest}:
                self._set(number, Version("END"))
                gc.collect()  # graphs refer to themselves, and hold the weights

    def _is_to_load(self, number, folder):
        version = self._versions.get(number)
        if version is None or version.loaded:
            return version is None
        return version.error is None or version.changed != _changed(folder)

    def _load(self, number, folder):
        self._set(number, Version("LOADING"))
        changed = _changed(folder)
        try:
            version = Version("AVAILABLE", model.Model(folder))
        except Exception as error:  # damage has too many types to list
            version = Version("END", error=_reason(error), changed=changed)
        self._set(number, version)

    def _set(self, number, version):
        self._versions = {**self._versions, number: version}
        reason = f": {version.error}" if version.error else ""
        _LOGGER.info("%s %d: %s%s", self._name, number, version.state, reason)


class Catalog:
    """All models of a server.

    Args:
        folders: Folders of the models, by name.
        poll_seconds: How often their folders are looked at.
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
        """Loads what is there, then watches. Returns when all is loaded.

        Raises:
            ValueError: If a model has no version that can be loaded.
        """
        # What is there before any model is left out of collections of garbage:
        # one for each version that is unloaded, and some for each large body.
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
        """Looks at the folders once, and does what is to be done."""
        for served in self.models.values():
            served.refresh()

    def close(self) -> None:
        """Watches no longer."""
        self._closing.set()

    def find(self, name: str, number: int | None = None) -> model.Model:
        """The version that is to answer a request.

        Args:
            name: Of the model.
            number: Of the version; the latest if it is None.

        Raises:
            RequestError: If there is none.
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
        """Where the versions of a model are, or the one of a number.

        Raises:
            RequestError: If there is none.
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


def _reason(error):
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
        return 0  # it is being replaced
