"""From a request of either front end to arrays, and from arrays to an answer.

The front ends know formats; this knows versions, queues and times.
"""

import asyncio
import concurrent.futures
import time
from collections.abc import Callable
from collections.abc import Collection
from collections.abc import Mapping
from typing import NamedTuple

import grpc
import numpy as np
from tensorflow.core.protobuf import meta_graph_pb2

from serving import batching
from serving import catalogs
from serving import joined_runs
from serving import refusals
from serving import signatures

Decode = Callable[[meta_graph_pb2.SignatureDef], Mapping[str, np.ndarray]]
_DECODERS = 2  # threads; more would wait for each other, as Python's do


class Spec(NamedTuple):
    """What a request asks for, as TensorFlow Serving's `ModelSpec` says it.

    Attributes:
        name: Of the model.
        version: Number of the version; the latest unless given.
        label: A label that stands for a number, instead.
        signature: Name of a signature; `serving_default` if it is empty.
    """

    name: str
    version: int | None = None
    label: str | None = None
    signature: str = ""


class Prediction(NamedTuple):
    """An answer, and how it came about.

    Attributes:
        version: Number of the version that answered.
        signature: Name of the signature that was run.
        definition: Of that signature.
        outputs: Arrays by the signature's names.
        queued_seconds: How long the request waited for a thread.
        run_seconds: How long the model took.
        batch_size: How many pictures were run together; 0 for a request that
            was run by itself.
    """

    version: int
    signature: str
    definition: meta_graph_pb2.SignatureDef
    outputs: Mapping[str, np.ndarray]
    queued_seconds: float
    run_seconds: float
    batch_size: int


class Predictor:
    """Answers requests, on one event loop.

    Args:
        catalog: The models.
        max_batch_size: How many pictures to run together at most.
        batch_timeout_micros: How long a request may wait for others although
            a thread is free.
        num_batch_threads: How many runs there may be at a time.
        max_enqueued_requests: How many requests may be there at a time,
            those that run included. What comes then is refused at once.
        timeout_seconds: After how long a request is given up.
    """

    def __init__(
        self,
        catalog: catalogs.Catalog,
        *,
        max_batch_size: int = 8,
        batch_timeout_micros: int = 0,
        num_batch_threads: int = 2,
        max_enqueued_requests: int = 128,
        timeout_seconds: float = 30.0,
    ) -> None:
        self._catalog = catalog
        self._most = max_enqueued_requests
        self._timeout_seconds = timeout_seconds
        self._pending = 0
        self._decoders = concurrent.futures.ThreadPoolExecutor(
            _DECODERS, "decode"
        )
        self._batcher = batching.Batcher(
            max_batch_size, batch_timeout_micros, num_batch_threads
        )

    @property
    def pending(self) -> int:
        """How many requests are there."""
        return self._pending

    @property
    def waiting(self) -> int:
        """How many runs are still to be started."""
        return self._batcher.waiting

    async def predict(
        self,
        spec: Spec,
        decode: Decode,
        outputs: Collection[str] | None = None,
        seconds: float | None = None,
    ) -> Prediction:
        """Answers a request.

        Args:
            spec: What it asks for.
            decode: Reads its inputs, given the signature; runs in a thread.
            outputs: Names of those to give; all unless told.
            seconds: How long its sender waits, if less than others.

        Raises:
            Refusal: With the answer for who sent this.
        """
        if self._pending >= self._most:
            raise refusals.Refusal(
                grpc.StatusCode.RESOURCE_EXHAUSTED,
                f"{self._pending} requests are waiting already; send this one "
                "again later.",
            )
        if seconds is None or seconds > self._timeout_seconds:
            seconds = self._timeout_seconds
        self._pending += 1
        try:
            async with asyncio.timeout(seconds):
                return await self._predict(
                    spec, decode, outputs, time.monotonic() + seconds
                )
        except TimeoutError:
            raise refusals.Refusal(
                grpc.StatusCode.DEADLINE_EXCEEDED,
                f"There was no answer within {seconds:g} seconds.",
            ) from None
        finally:
            self._pending -= 1

    def close(self) -> None:
        """Waits for what runs, and ends the threads."""
        self._decoders.shutdown(cancel_futures=True)
        self._batcher.close()

    async def _predict(self, spec, decode, outputs, deadline):
        lease = self._catalog.lease(spec.name, spec.version, spec.label)
        with lease as version:
            signature = spec.signature or signatures.DEFAULT
            definition = version.definition(signature)
            names = signatures.chosen_outputs(definition, outputs)
            inputs = await asyncio.get_running_loop().run_in_executor(
                self._decoders, _checked_inputs, decode, definition
            )
            size = 0
            if signatures.can_be_joined(definition):
                size = joined_runs.size_of(inputs)
            task = joined_runs.Task(
                version, signature, inputs, names, size, deadline
            )
            answer = await self._batcher.run(task)
        return Prediction(version.number, signature, definition, *answer)


def _checked_inputs(decode, definition):
    inputs = decode(definition)
    signatures.check_inputs(definition, inputs)
    return inputs
