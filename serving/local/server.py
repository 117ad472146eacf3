"""Local server: the models and the application, run by uvicorn."""

import copy
import os
import pathlib
import socket
from collections.abc import Mapping
from typing import Any

import uvicorn
import uvicorn.config

from . import app
from . import metrics
from . import page
from . import request_queue
from . import settings
from . import versions


class Server(uvicorn.Server):
    """Serves until it is signaled to stop, then drains.

    The constructor loads the models.

    Args:
        chosen: Settings.
        folders: Model folders by model name.

    Raises:
        ValueError: If a model has no version that can be loaded.
    """

    def __init__(
        self,
        chosen: settings.Settings,
        folders: Mapping[str, pathlib.Path],
    ) -> None:
        self._catalog = versions.Catalog(
            folders, chosen.file_system_poll_wait_seconds
        )
        self._catalog.start()
        self._queue = request_queue.RequestQueue(
            chosen.max_enqueued_requests,
            chosen.num_batch_threads or max(2, (os.cpu_count() or 1) // 2),
        )
        super().__init__(
            uvicorn.Config(
                self._application(chosen),
                http="h11",  # limits the size of headers
                ws="none",
                lifespan="off",
                log_config=_log_config(),
                server_header=False,
                limit_concurrency=chosen.max_connections,
                timeout_graceful_shutdown=chosen.drain_timeout_s,
            )
        )

    def run(self, sockets: list[socket.socket] | None = None) -> None:
        try:
            super().run(sockets)
        finally:
            self._catalog.close()
            self._queue.close()

    def handle_exit(self, sig, frame):
        """Drains on the first signal, exits on the second.

        Uvicorn's handler raises the signal again at the end, so that a drained
        server would exit as if killed.
        """
        if self.should_exit:
            os._exit(128 + sig)
        self.should_exit = True

    def _application(self, chosen):
        meters = metrics.Metrics(
            self._catalog.models, lambda: self._queue.pending
        )
        tflite = pathlib.Path(chosen.tflite) if chosen.tflite else None
        pages = page.routes(self._catalog, tflite)
        return app.create(self._catalog, self._queue, meters, pages, chosen)


def _log_config() -> dict[str, Any]:
    """Returns uvicorn's configuration, with the access log on stderr."""
    config = copy.deepcopy(uvicorn.config.LOGGING_CONFIG)
    config["handlers"]["access"]["stream"] = "ext://sys.stderr"
    config["loggers"]["uvicorn.error"]["level"] = "WARNING"
    config["loggers"]["serving.local"] = {
        "handlers": ["default"],
        "level": "INFO",
    }
    return config
