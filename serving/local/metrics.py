"""Metrics of a server for Prometheus."""

import contextlib
from collections.abc import Callable
from collections.abc import Collection
from collections.abc import Iterator

import prometheus_client

from . import errors

PATH = "/monitoring/prometheus/metrics"  # TensorFlow Serving's
CONTENT_TYPE = prometheus_client.CONTENT_TYPE_LATEST


class Metrics:
    """Counts predictions and measures their times.

    Args:
        names: Of the models. Requests for others are counted together, so that
            made-up names take no memory.
        pending: Gives the number of predictions that are there.
    """

    def __init__(
        self, names: Collection[str], pending: Callable[[], float]
    ) -> None:
        self._names = names
        self._registry = prometheus_client.CollectorRegistry()
        self._requests = prometheus_client.Counter(
            "cartoongan_requests",
            "Predictions by how they ended: OK, or TensorFlow's error code.",
            ["model", "status"],
            registry=self._registry,
        )
        self._seconds = prometheus_client.Histogram(
            "cartoongan_request_seconds",
            "Times of predictions, from their headers to their responses.",
            ["model"],
            registry=self._registry,
        )
        self._run_seconds = prometheus_client.Histogram(
            "cartoongan_run_seconds",
            "Times of the model alone.",
            ["model"],
            registry=self._registry,
        )
        prometheus_client.Gauge(
            "cartoongan_pending_requests",
            "Predictions that wait or are computed.",
            registry=self._registry,
        ).set_function(pending)

    @contextlib.contextmanager
    def request(self, name: str) -> Iterator[None]:
        """Counts a prediction of a model, and how it ends."""
        name = name if name in self._names else "(unknown)"
        status = "CANCELLED"  # what ends in none of the ways below
        try:
            with self._seconds.labels(name).time():
                yield
            status = "OK"
        except errors.RequestError as error:
            status = error.code
            raise
        finally:
            self._requests.labels(name, status).inc()

    def run(self, name: str) -> contextlib.AbstractContextManager:
        """Measures a run of a model."""
        return self._run_seconds.labels(name).time()

    def page(self) -> bytes:
        """All of it, in Prometheus' text format."""
        return prometheus_client.generate_latest(self._registry)
