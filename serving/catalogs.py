"""The models that a server serves, and the versions of them that are ready.

A thread looks at the models' folders, loads what is new, and unloads what is
no longer wanted when the last request that uses it has been answered. As in
TensorFlow Serving, a folder whose versions have all been removed unloads
them; one that is itself gone, a file system that is away, say, unloads none.

Which models there are may change. One that is no longer configured is kept, to
drain, and to tell that its versions have ended.
"""

import contextlib
import functools
import gc
import logging
import threading
from collections.abc import Iterator
from collections.abc import Sequence

from serving import config_changes
from serving import loaded_versions
from serving import lookups
from serving import model_configs
from serving import served_versions
from serving import version_folders
from serving import version_states

_LOGGER = logging.getLogger(__name__)
State = version_states.State


class Catalog:
    """All models of a server. Every method may be called from any thread.

    Args:
        configs: The models.
        poll_seconds: How often their folders are looked at.
        retries: How often a version is loaded again that could not be.
        retry_seconds: How long to wait between. A version whose files have
            been replaced is loaded at once.
        intra_op_threads: Threads that one operation may use; 0 leaves it to
            TensorFlow.
        inter_op_threads: Operations that run at a time; the same.
    """

    def __init__(
        self,
        configs: Sequence[model_configs.ModelConfig],
        poll_seconds: float = 1.0,
        *,
        retries: int = 5,
        retry_seconds: float = 60.0,
        intra_op_threads: int = 0,
        inter_op_threads: int = 0,
    ) -> None:
        load = functools.partial(
            loaded_versions.LoadedVersion,
            intra_op_threads=intra_op_threads,
            inter_op_threads=inter_op_threads,
        )
        self._make_model = functools.partial(
            served_versions.ServedVersions, load, retries, retry_seconds
        )
        # Neither is changed where it is: both are replaced, so that a thread
        # that goes through one is not disturbed.
        self._configs = {config.name: config for config in configs}
        self._models = {name: self._make_model() for name in self._configs}
        self._poll_seconds = poll_seconds
        self._changed = threading.Condition()  # guards models and versions
        self._refreshing = threading.Lock()
        self._reconfiguring = threading.Lock()
        self._wake = threading.Event()
        self._closing = False
        self._thread: threading.Thread | None = None

    @property
    def names(self) -> list[str]:
        """Of the models, ready or not."""
        return list(self._configs)

    def start(self) -> None:
        """Loads what is there, then watches. Returns when all is loaded.

        Raises:
            ValueError: If a model has no version, or none that can be loaded.
        """
        for config in self._configs.values():
            version_folders.check(config.base_path)
        # An unloaded version's memory is freed by a collection of garbage, in
        # which nothing is answered. What is here before any version is left
        # out of it: 350 milliseconds became 30.
        gc.freeze()
        self.refresh()
        for name, config in self._configs.items():
            self._check_started(name, config)
        self._thread = threading.Thread(
            target=self._watch, name="catalog", daemon=True
        )
        self._thread.start()

    def refresh(self) -> None:
        """Looks at the folders once, and does what is to be done."""
        with self._refreshing:
            for name, model in self._models.items():
                self._want(name, model)
                self._replace(name, model)

    def reconfigure(self, configs: Sequence[model_configs.ModelConfig]) -> None:
        """Serves these models, and no others, from now on.

        Labels move at once and together. Returns when what is new has been
        loaded; versions that are no longer wanted go as ever. A version that is
        loaded is not loaded again from another `base_path`.

        Raises:
            Refusal: If this cannot be; nothing has changed then. With UNKNOWN
                all has, but a model that is new could not be loaded.
        """
        with self._reconfiguring:
            old, new = self._configs, {c.name: c for c in configs}
            config_changes.check_folders(old, new)
            with self._changed:
                config_changes.check_labels(old, new, self._available())
                added = {n: self._make_model() for n in new}
                self._models = added | self._models
                self._configs = new
        self.refresh()
        with self._changed:
            config_changes.check_loaded(
                {n: self._models[n].statuses for n in new if n not in old}
            )

    def close(self, drain_seconds: float = 30.0) -> None:
        """Unloads all but what is still lent after so many seconds."""
        self._closing = True
        self._wake.set()
        if self._thread:
            self._thread.join(drain_seconds)
        if not self._refreshing.acquire(timeout=drain_seconds):
            return  # a version is being loaded; it goes with the process
        try:
            self._unload_all(drain_seconds)
        finally:
            self._refreshing.release()

    def ready(self) -> bool:
        """Whether each model has a version that takes requests."""
        with self._changed:
            return all(self._models[name].available for name in self._configs)

    @contextlib.contextmanager
    def lease(
        self,
        name: str,
        version: int | None = None,
        label: str | None = None,
    ) -> Iterator[loaded_versions.LoadedVersion]:
        """Lends a version, which stays loaded as long as it is lent.

        Args:
            name: Of the model.
            version: Its number; the latest unless told.
            label: A label that stands for a number, instead.

        Raises:
            Refusal: If there is no such version.
        """
        with self._changed:
            served = self._find(name, version, label)
            served.leases += 1
        try:
            yield served.loaded
        finally:
            with self._changed:
                served.leases -= 1
                self._changed.notify_all()
            if not served.is_at(State.AVAILABLE):
                self._wake.set()

    def statuses(
        self,
        name: str,
        version: int | None = None,
        label: str | None = None,
    ) -> list[version_states.VersionStatus]:
        """Where the versions of a model are, the latest first.

        Args:
            name: Of the model.
            version: The one to tell of; all unless told.
            label: Has no effect, as in TensorFlow Serving.

        Raises:
            Refusal: NOT_FOUND, if there is none.
        """
        del label
        with self._changed:
            return lookups.statuses(name, self._models.get(name), version)

    def _available(self):
        return {
            name: {version.number for version in model.available}
            for name, model in self._models.items()
        }

    def _unload_all(self, drain_seconds):
        for name, model in self._models.items():
            for version in model.available:
                self._go(name, version, State.UNLOADING)
        with self._changed:
            self._changed.wait_for(lambda: not self._is_lent(), drain_seconds)
        for name, model in self._models.items():
            self._close_drained(name, model)

    def _find(self, name, version, label):
        config = self._configs.get(name)
        labels = config.labels if config else {}
        model = self._models.get(name)
        return lookups.lendable(name, model, labels, version, label)

    def _check_started(self, name, config):
        with self._changed:
            statuses = self._models[name].statuses
        if not any(status.state is State.AVAILABLE for status in statuses):
            reasons = "; ".join(f"{s.version}: {s.message}" for s in statuses)
            raise ValueError(
                f"No version of {name} in {config.base_path} could be loaded. "
                f"{reasons or 'The policy chooses none.'}"
            )

    def _watch(self):
        while not self._closing:
            self._wake.wait(self._poll_seconds)
            self._wake.clear()
            if not self._closing:
                self.refresh()

    def _want(self, name, model):
        config = self._configs.get(name)
        try:
            folders = version_folders.find(config.base_path) if config else {}
        except OSError:
            return  # it may come back; what is loaded stays
        chosen = config.policy.choose(folders) if config else ()
        with self._changed:
            model.want({number: folders[number] for number in chosen})

    def _replace(self, name, model):
        while not self._closing:
            self._close_drained(name, model)
            with self._changed:
                unloaded = model.next_to_unload()
                loaded = None if unloaded else model.next_to_load()
            if unloaded:
                self._go(name, unloaded, State.UNLOADING)
            elif loaded:
                self._go(name, loaded, State.LOADING)
                model.load(loaded)
                _log(name, loaded)
            else:
                break

    def _close_drained(self, name, model):
        with self._changed:
            drained = model.drained()
        for version in drained:
            version.loaded.close()
            version.loaded = None
            self._go(name, version, State.END)

    def _is_lent(self):
        return any(
            version.leases
            for model in self._models.values()
            for version in model.versions.values()
        )

    def _go(self, name, version, state):
        with self._changed:
            version.go_to(state)
        _log(name, version)


def _log(name, version):
    _, state, code, message = version.status
    level = logging.ERROR if message else logging.INFO
    reason = f" ({code.name}: {message})" if message else ""
    _LOGGER.log(level, "%s %d: %s%s", name, version.number, state.name, reason)
