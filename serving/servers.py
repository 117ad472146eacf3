"""The local server: one process and one event loop for REST, gRPC and page."""

import asyncio
import contextlib
import gc
import os
import socket
from collections.abc import Callable
from collections.abc import Sequence

import grpc
import uvicorn

from serving import bodies
from serving import catalogs
from serving import connections
from serving import grpc_services
from serving import metrics
from serving import model_configs
from serving import pages
from serving import predictions
from serving import refusals
from serving import request_logs
from serving import rest
from serving import server_settings
from serving import watched_configs

_MB = 2**20
_QUIET = (rest.HEALTH, rest.LIFE, metrics.PATH)


class Server(uvicorn.Server):
    """Answers until it is told to stop.

    Models are loaded when it is made, and unloaded by `run`.

    Args:
        chosen: The settings.
        models: What to serve.
        tell_ready: Called with the port of gRPC, or None, once it listens.

    Raises:
        ValueError: If a model has no version that can be loaded.
    """

    def __init__(
        self,
        chosen: server_settings.Settings,
        models: Sequence[model_configs.ModelConfig],
        tell_ready: Callable[[int | None], None],
    ) -> None:
        self._settings = chosen
        self._tell_ready = tell_ready
        self._catalog = _catalog(chosen, models)
        self._catalog.start()
        self._predictor = _predictor(chosen, self._catalog)
        self._watched = _watched(chosen, models, self._catalog)
        self._meters = metrics.Metrics(lambda: self._catalog.names)
        self._grpc: grpc.aio.Server | None = None
        # Else each large JSON body has the collector look at all that
        # TensorFlow has loaded: 0.5 seconds for a picture, against 0.08.
        gc.collect()
        gc.freeze()
        super().__init__(_uvicorn_config(chosen, self._application()))

    def run(self, sockets: list[socket.socket] | None = None) -> None:
        if self._watched:
            self._watched.start()
        try:
            super().run(sockets)
        finally:
            if self._watched:
                self._watched.close()
            self._predictor.close()
            self._catalog.close(drain_seconds=0)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        grpc_port = await self._start_grpc()
        await super().startup(sockets)
        self._tell_ready(grpc_port)

    async def shutdown(
        self, sockets: list[socket.socket] | None = None
    ) -> None:
        stops = [super().shutdown(sockets)]
        if self._grpc:
            stops.append(self._grpc.stop(self._settings.drain_timeout_s))
        await asyncio.gather(*stops)

    def handle_exit(self, sig, frame):
        """Drains at the first signal, ends at the second.

        Uvicorn's own would raise the signal again at the end, so that a server
        that has drained would end as one that was killed.
        """
        if self.should_exit:
            os._exit(128 + sig)
        self.should_exit = True

    def _application(self):
        reader = bodies.Bodies(
            max_bytes=self._settings.max_body_mb * _MB,
            max_bytes_held=self._settings.max_bodies_mb * _MB,
            seconds=self._settings.body_timeout_s,
        )
        self._meters.watch(
            "bodies_bytes",
            "Bytes of bodies of requests under way.",
            lambda: reader.bytes_held,
        )
        self._meters.watch(
            "pending_requests",
            "Predictions that wait or run.",
            lambda: self._predictor.pending,
        )
        self._meters.watch(
            "waiting_runs",
            "Runs of models that are still to be started.",
            lambda: self._predictor.waiting,
        )
        self._meters.watch_versions(self._version_states)
        app = rest.application(
            self._predictor,
            self._catalog,
            reader,
            self._meters,
            cors=self._settings.rest_api_enable_cors_support,
            more_routes=pages.routes(self._catalog, self._settings.tflite),
        )
        return request_logs.RequestLog(app, _QUIET)

    def _version_states(self):
        for name in self._catalog.names:
            with contextlib.suppress(refusals.Refusal):  # it has none
                for status in self._catalog.statuses(name):
                    yield name, status.version, int(status.state)

    async def _start_grpc(self):
        if self._settings.grpc_port is None:
            return None
        most = self._settings.max_body_mb * _MB
        self._grpc = grpc.aio.server(
            options=[
                ("grpc.so_reuseport", 0),
                *grpc_services.message_options(most),
            ],
            maximum_concurrent_rpcs=self._settings.max_enqueued_requests,
        )
        metered = metrics.Metered(self._predictor, self._meters, "GRPC")
        grpc_services.add_services(self._grpc, metered, self._catalog)
        host = self._settings.host
        host = f"[{host}]" if ":" in host else host
        port = self._grpc.add_insecure_port(
            f"{host}:{self._settings.grpc_port}"
        )
        await self._grpc.start()
        return port


def _catalog(chosen, models):
    return catalogs.Catalog(
        models,
        chosen.file_system_poll_wait_seconds,
        intra_op_threads=chosen.tensorflow_intra_op_parallelism,
        inter_op_threads=chosen.tensorflow_inter_op_parallelism,
    )


def _watched(chosen, models, catalog):
    poll_seconds = chosen.model_config_file_poll_wait_seconds
    if not chosen.model_config_file or not poll_seconds:
        return None
    return watched_configs.WatchedConfig(
        chosen.model_config_file, models, catalog, poll_seconds
    )


def _predictor(chosen, catalog):
    return predictions.Predictor(
        catalog,
        max_batch_size=chosen.max_batch_size,
        batch_timeout_micros=chosen.batch_timeout_micros,
        num_batch_threads=chosen.num_batch_threads
        or max(2, (os.cpu_count() or 1) // 2),
        max_enqueued_requests=chosen.max_enqueued_requests,
        timeout_seconds=chosen.rest_api_timeout_in_ms / 1000,
    )


def _uvicorn_config(chosen, app):
    return uvicorn.Config(
        app,
        http=connections.Connection,
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        limit_concurrency=chosen.max_connections,
        timeout_graceful_shutdown=chosen.drain_timeout_s,
    )
