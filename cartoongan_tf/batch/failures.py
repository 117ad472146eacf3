"""Dead-letter file of a batch: failed pictures, with reasons."""

import json
import time

from cartoongan_tf.batch import storage
from cartoongan_tf.core import errors

NAME = "failed.jsonl"

_MIN_WRITE_INTERVAL = 30.0  # Seconds.


class FailureFile:
    """`failed.jsonl` beside the results: this run's failures, one per line.

    It is written at once, which checks that the output is writable, and then
    periodically as a whole, since object stores do not support appending.

    Args:
        output: Path or URL of the folder of results.

    Attributes:
        count: Number of failed pictures.
        url: Path or URL of the file.

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
        """Adds a failed picture."""
        self.count += 1
        failure = {"source": source, "problem": problem}
        self._lines.append(json.dumps(failure, ensure_ascii=False) + "\n")
        if time.monotonic() > self._written + _MIN_WRITE_INTERVAL:
            self.write()

    def write(self) -> None:
        """Writes all failures so far."""
        storage.write(self.url, "".join(self._lines).encode())
        self._written = time.monotonic()
