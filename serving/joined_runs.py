"""Several requests run as one, and answered each for itself.

Requests are joined along the first axis of their inputs, and what comes out is
divided along its first. If what is joined fails, each request is run by
itself: a bad picture fails its own request only, and its place in the message
is its place in that request.
"""

import asyncio
import contextlib
import dataclasses
import math
import re
import time
from collections.abc import Collection
from collections.abc import Mapping
from collections.abc import Sequence

import grpc
import numpy as np

from serving import loaded_versions
from serving import refusals

Arrays = Mapping[str, np.ndarray]


@dataclasses.dataclass(eq=False)
class Task:
    """One request, or a piece of a large one.

    Attributes:
        version: What runs it.
        signature: Name of a signature.
        inputs: Arrays by the signature's names, checked.
        outputs: Names of those to give; all if there are none.
        size: Length of the first axis, or 0 if it must be run by itself.
        deadline: When nobody waits for it any more, in seconds of
            `time.monotonic`.
        arrival: When it came, in seconds of `time.monotonic`.
        future: Where the answer goes. Nobody waits for one that is done.
    """

    version: loaded_versions.LoadedVersion
    signature: str
    inputs: Arrays
    outputs: Collection[str]
    size: int
    deadline: float
    arrival: float = dataclasses.field(default_factory=time.monotonic)
    future: asyncio.Future = dataclasses.field(
        default_factory=lambda: asyncio.get_running_loop().create_future()
    )

    @property
    def key(self) -> tuple:
        """Equal for tasks that may be run together."""
        return self.version, self.signature, frozenset(self.outputs)


def run(tasks: Sequence[Task]) -> list[Arrays | refusals.Refusal]:
    """Runs tasks of one key, in the calling thread.

    Returns:
        For each task its outputs, or why there are none.
    """
    if len(tasks) > 1:
        with contextlib.suppress(refusals.Refusal):
            return _run_joined(tasks)
    return [_run_alone(task) for task in tasks]


def size_of(inputs: Arrays) -> int:
    """The length that all inputs have in common, or 0."""
    lengths = {len(value) for value in inputs.values()}
    return lengths.pop() if len(lengths) == 1 else 0


def pieces(inputs: Arrays, starts: Sequence[int]) -> list[Arrays]:
    """Divides inputs along their first axis, each piece from a start."""
    divided = {
        name: np.split(value, starts[1:]) for name, value in inputs.items()
    }
    return [
        {name: values[place] for name, values in divided.items()}
        for place in range(len(starts))
    ]


def joined(parts: Sequence[Arrays]) -> Arrays:
    """Puts arrays of the same names one behind the other."""
    return {
        name: np.concatenate([part[name] for part in parts])
        for name in parts[0]
    }


def moved(refusal: refusals.Refusal, start: int) -> refusals.Refusal:
    """What refuses a piece, with places counted in the whole request."""
    message = re.sub(
        r"^(\w+)\[(\d+)\]",
        lambda match: f"{match[1]}[{int(match[2]) + start}]",
        refusal.message,
    )
    return refusals.Refusal(refusal.code, message)


def _run_joined(tasks):
    first = tasks[0]
    outputs = first.version.run(
        first.signature,
        joined([task.inputs for task in tasks]),
        first.outputs,
        _seconds_until(max(task.deadline for task in tasks)),
    )
    ends = np.cumsum([task.size for task in tasks]).tolist()
    if any(value.shape[:1] != (ends[-1],) for value in outputs.values()):
        raise refusals.Refusal(
            grpc.StatusCode.INTERNAL, "Outputs are not as many as inputs."
        )
    return pieces(outputs, [0, *ends[:-1]])


def _run_alone(task):
    if task.future.done():
        return refusals.Refusal(grpc.StatusCode.CANCELLED, "Nobody waits.")
    seconds = _seconds_until(task.deadline)
    try:
        return task.version.run(
            task.signature, task.inputs, task.outputs, seconds
        )
    except refusals.Refusal as refusal:
        return refusal


def _seconds_until(deadline):
    return None if math.isinf(deadline) else deadline - time.monotonic()
