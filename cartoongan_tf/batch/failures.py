"""The dead-letter file of a batch: pictures that failed, with reasons."""

import json
import time

from cartoongan_tf.batch import storage
from cartoongan_tf.core import errors

NAME = "failed.jsonl"

_INTERVAL = 30.0  # Seconds, at least, between two times it is written.


class FailureFile:
    """`failed.jsonl` beside the results: an object a line, of this run.

    It is written at once, which tells whether the output can be written, and
    again now and then, whole each time, as object stores do not append.

    Args:
        output: Path or URL of the folder of results.

    Attributes:
        count: How many pictures failed.
        url: Where it is.

    Raises:
        InputError: If it cannot be written.
    """

    def __init__(self, output: str):
        self.count = 0
        self.url = f"{output.rstrip('/')}/{NAME}"
        self._lines: list[str] = []
        try:
            self.write()
        except OSError as error:
            raise errors.InputError(
                f"`output`={output} cannot be written ({error})."
            ) from error

    def add(self, source: str, problem: str) -> None:
        """Adds a picture."""
        self.count += 1
        failure = {"source": source, "problem": problem}
        self._lines.append(json.dumps(failure, ensure_ascii=False) + "\n")
        if time.monotonic() > self._written + _INTERVAL:
            self.write()

    def write(self) -> None:
        """Writes what is not written yet."""
        storage.write(self.url, "".join(self._lines).encode())
        self._written = time.monotonic()
