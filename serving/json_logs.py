"""Log records as lines of JSON, for machines and for `jq`."""

import datetime
import json
import logging
from typing import IO

_SHOWN = 500  # characters of a message: a sentence, never a picture


class JsonFormatter(logging.Formatter):
    """Writes a record, and the dictionary `fields` of it, as one line."""

    def format(self, record: logging.LogRecord) -> str:
        moment = datetime.datetime.fromtimestamp(record.created, datetime.UTC)
        line = {
            "time": moment.isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "message": record.getMessage()[:_SHOWN],
            **getattr(record, "fields", {}),
        }
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, default=str)


def set_up(stream: IO[str]) -> None:
    """Has all log records of the process written to a stream."""
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonFormatter())
    logging.basicConfig(handlers=[handler], level=logging.INFO, force=True)
    # Each start and each end are told by the command itself.
    logging.getLogger("uvicorn").setLevel(logging.WARNING)
