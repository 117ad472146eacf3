"""A `--model_config_file` that is read anew while the server runs.

A file that cannot be read, or that is refused, is told once for each change of
it, leaves all as it is, and is tried again at each look: what it lacks, a
version's folder, say, may come. Unlike TensorFlow Serving, which puts its file
into effect at each look, one that has not changed leaves alone what gRPC has
reconfigured.
"""

import logging
import os
import pathlib
import threading
from collections.abc import Sequence

from serving import catalogs
from serving import model_configs
from serving import refusals

_LOGGER = logging.getLogger(__name__)


class WatchedConfig:
    """Has a catalog follow a file.

    Args:
        path: The file.
        models: What was read of it when the catalog was made.
        catalog: The models that are served.
        poll_seconds: How often to look.
    """

    def __init__(
        self,
        path: pathlib.Path,
        models: Sequence[model_configs.ModelConfig],
        catalog: catalogs.Catalog,
        poll_seconds: float,
    ) -> None:
        self._path = path
        self._followed = list(models)
        self._catalog = catalog
        self._poll_seconds = poll_seconds
        self._told: object = None
        self._closing = threading.Event()

    def start(self) -> None:
        """Looks from now on, in a thread."""
        threading.Thread(
            target=self._watch, name="model config", daemon=True
        ).start()

    def look(self) -> None:
        """Reads the file, and puts into effect what has changed."""
        try:
            models = model_configs.read(self._path)
            if models != self._followed:
                self._catalog.reconfigure(models)
                _LOGGER.info("%s: read anew", self._path)
        except (OSError, ValueError) as error:
            self._tell(str(error))
        except refusals.Refusal as refusal:
            self._tell(f"{self._path}: {refusal.message}")
        else:
            self._followed = models
            self._told = None

    def close(self) -> None:
        """Looks no more."""
        self._closing.set()

    def _watch(self):
        while not self._closing.wait(self._poll_seconds):
            self.look()

    def _tell(self, sentence):
        told = sentence, _stamp(self._path)
        if told != self._told:
            _LOGGER.error("%s", sentence)
        self._told = told


def _stamp(path):
    try:
        stat = os.stat(path)
    except OSError:
        return None
    return stat.st_size, stat.st_mtime_ns
