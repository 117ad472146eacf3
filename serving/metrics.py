"""What a server tells Prometheus, under TensorFlow Serving's names.

Names there begin with `:tensorflow:serving:`, and times are microseconds.
Those that begin with `cartoongan_` are ours.
"""

import contextlib
import re
import time
from collections.abc import Callable
from collections.abc import Collection
from collections.abc import Iterable
from collections.abc import Iterator

import prometheus_client
from prometheus_client import metrics_core
from prometheus_client import registry

from serving import predictions
from serving import refusals

PATH = "/monitoring/prometheus/metrics"
CONTENT_TYPE = prometheus_client.CONTENT_TYPE_LATEST

# Without this, each histogram has one more series that says when it began.
prometheus_client.disable_created_metrics()

_OTHERS = "(unknown)"
_BUCKETS = [10 * 1.8**power for power in range(33)]  # microseconds
# The library gives counters a suffix, which the names there lack.
_SUFFIX = re.compile(rb"(:tensorflow:serving:request_count)_total\b")

# Yields model, version and state, a number of TensorFlow Serving's.
VersionStates = Callable[[], Iterable[tuple[str, int, int]]]


class Metrics:
    """Counts requests, and asks others for what they count.

    Args:
        names: Gives the models of the server, which may change. Requests for
            others are counted together, so that made-up names take no memory.
    """

    def __init__(self, names: Callable[[], Collection[str]]) -> None:
        self._names = names
        self._registry = registry.CollectorRegistry()
        self._requests = prometheus_client.Counter(
            ":tensorflow:serving:request_count",
            "The total number of requests.",
            ["model_name", "status"],
            registry=self._registry,
        )
        self._request_times = self._times(
            "request_latency", "entrypoint", "for TensorFlow Serving request"
        )
        self._run_times = self._times(
            "runtime_latency", "runtime", "for TensorFlow runtime"
        )
        self._queue_times = prometheus_client.Histogram(
            ":tensorflow:serving:batching_session:queuing_latency",
            "Distribution of wall time spent (in microseconds) in queuing.",
            ["model_name"],
            buckets=_BUCKETS,
            registry=self._registry,
        )
        self._batch_sizes = prometheus_client.Histogram(
            "cartoongan_batch_size",
            "Pictures that were run together.",
            ["model_name"],
            buckets=[2**power for power in range(8)],
            registry=self._registry,
        )

    @contextlib.contextmanager
    def request(self, name: str, entrypoint: str) -> Iterator[None]:
        """Counts a prediction and its end, good or bad.

        Args:
            name: The model that it asks for.
            entrypoint: `REST` or `GRPC`.
        """
        start = time.perf_counter()
        status = "CANCELLED"  # what ends in none of the ways below
        try:
            yield
            status = "OK"
        except refusals.Refusal as refusal:
            status = refusal.code.name
            raise
        except Exception:
            status = "INTERNAL"
            raise
        finally:
            name = name if name in self._names() else _OTHERS
            self._requests.labels(name, status).inc()
            self._request_times.labels(name, "Predict", entrypoint).observe(
                (time.perf_counter() - start) * 1e6
            )

    def observe(self, name: str, answer: predictions.Prediction) -> None:
        """Counts how a prediction came about."""
        labels = name, "Predict", "TF1"
        self._run_times.labels(*labels).observe(answer.run_seconds * 1e6)
        self._queue_times.labels(name).observe(answer.queued_seconds * 1e6)
        self._batch_sizes.labels(name).observe(max(1, answer.batch_size))

    def watch(
        self, name: str, documentation: str, read: Callable[[], float]
    ) -> None:
        """Has a number read whenever Prometheus asks."""
        gauge = prometheus_client.Gauge(
            f"cartoongan_{name}", documentation, registry=self._registry
        )
        gauge.set_function(read)

    def watch_versions(self, read: VersionStates) -> None:
        """Has the versions' states read whenever Prometheus asks."""
        self._registry.register(_Versions(read))

    def page(self) -> bytes:
        """All of it, in the text format."""
        text = prometheus_client.generate_latest(self._registry)
        return _SUFFIX.sub(rb"\1", text)

    def _times(self, name, label, what):
        return prometheus_client.Histogram(
            f":tensorflow:serving:{name}",
            f"Distribution of wall time (in microseconds) {what}.",
            ["model_name", "API", label],
            buckets=_BUCKETS,
            registry=self._registry,
        )


class _Versions(registry.Collector):
    """Which versions there are changes, so that no gauge can be kept."""

    def __init__(self, read):
        self._read = read

    def collect(self):
        family = metrics_core.GaugeMetricFamily(
            "cartoongan_version_state",
            "10 start, 20 loading, 30 available, 40 unloading, 50 end.",
            labels=["model_name", "version"],
        )
        for name, version, state in self._read():
            family.add_metric([name, str(version)], state)
        yield family


class Metered:
    """A predictor whose predictions are counted.

    Args:
        predictor: The predictor.
        meters: Where to count.
        entrypoint: `REST` or `GRPC`.
    """

    def __init__(
        self,
        predictor: predictions.Predictor,
        meters: Metrics,
        entrypoint: str,
    ) -> None:
        self._predictor = predictor
        self._meters = meters
        self._entrypoint = entrypoint

    async def predict(self, spec, *arguments, **keywords):
        with self._meters.request(spec.name, self._entrypoint):
            answer = await self._predictor.predict(spec, *arguments, **keywords)
            self._meters.observe(spec.name, answer)
            return answer
