"""Prometheus metrics of a server."""

import asyncio
import contextlib
from collections.abc import Callable
from collections.abc import Collection
from collections.abc import Iterator

import prometheus_client
from starlette import exceptions
from starlette import requests

from . import errors

PATH = "/monitoring/prometheus/metrics"  # TensorFlow Serving's
CONTENT_TYPE = prometheus_client.CONTENT_TYPE_LATEST


class Metrics:
    """Counters and latency histograms of predictions.

    Args:
        names: Names of the models. Requests for other names share one label,
            so that made-up names take no memory.
        pending: Function that returns the number of pending predictions.
    """

    def __init__(
        self, names: Collection[str], pending: Callable[[], float]
    ) -> None:
        self._names = names
        self._registry = prometheus_client.CollectorRegistry()
        self._requests = prometheus_client.Counter(
            "cartoongan_requests",
            "Predictions by status: OK, TensorFlow's error code, or the HTTP "
            "status of errors that it has no code for.",
            ["model", "status"],
            registry=self._registry,
        )
        self._seconds = prometheus_client.Histogram(
            "cartoongan_request_seconds",
            "Latency of predictions, from request headers to response.",
            ["model"],
            registry=self._registry,
        )
        self._run_seconds = prometheus_client.Histogram(
            "cartoongan_run_seconds",
            "Latency of the model alone.",
            ["model"],
            registry=self._registry,
        )
        prometheus_client.Gauge(
            "cartoongan_pending_requests",
            "Predictions that are queued or being computed.",
            registry=self._registry,
        ).set_function(pending)

    @contextlib.contextmanager
    def request(self, name: str) -> Iterator[None]:
        """Counts a prediction by status and measures its latency."""
        name = name if name in self._names else "(unknown)"
        status = "OK"
        try:
            with self._seconds.labels(name).time():
                yield
        except BaseException as error:
            status = _status_of(error)
            raise
        finally:
            self._requests.labels(name, status).inc()

    def run(self, name: str) -> contextlib.AbstractContextManager:
        """Measures the latency of one run of a model."""
        return self._run_seconds.labels(name).time()

    def page(self) -> bytes:
        """Returns all metrics in Prometheus' text format."""
        return prometheus_client.generate_latest(self._registry)


def _status_of(error):
    match error:
        case errors.RequestError():
            return error.code
        case exceptions.HTTPException():
            return str(error.status_code)
        case requests.ClientDisconnect() | asyncio.CancelledError():
            return "CANCELLED"
        case _:
            return "INTERNAL"
