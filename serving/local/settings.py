"""Settings of the local server: names, defaults, ranges and help texts."""

import dataclasses
from collections.abc import Sequence
from typing import Any


def _setting(default, help_text, minimum=None, maximum=None) -> Any:
    metadata = {"help": help_text, "minimum": minimum, "maximum": maximum}
    return dataclasses.field(default=default, metadata=metadata)


@dataclasses.dataclass(frozen=True)
class Settings:
    """Settings, named as in TensorFlow Serving where it has the same."""

    model_dir: Sequence[str] = _setting(
        (),
        "Folder with a model's versions, such as "
        "exported/storybook/saved_model, served as cartoongan; or NAME=FOLDER. "
        "May be repeated.",
    )
    file_system_poll_wait_seconds: float = _setting(
        1.0, "Interval, in seconds, between checks for new versions.", 0.01
    )
    tflite: str | None = _setting(
        None,
        "The .tflite file for inference in the browser, such as "
        "exported/storybook/cartoongan_float16.tflite.",
    )
    host: str = _setting(
        "127.0.0.1",
        "Address to listen on; 0.0.0.0 listens on all IPv4 interfaces.",
    )
    port: int = _setting(8501, "HTTP port; 0 picks a free one.", 0, 65_535)
    rest_api_enable_cors_support: bool = _setting(
        False, "Whether pages of other sites may send requests (CORS)."
    )
    rest_api_timeout_in_ms: int = _setting(
        30_000, "Timeout, in milliseconds, of a prediction (504).", 1
    )
    max_body_mb: int = _setting(
        32, "Maximum size of a request body, in MiB (413).", 1
    )
    max_enqueued_requests: int = _setting(
        32, "Maximum number of pending predictions (503).", 1
    )
    max_connections: int = _setting(
        1000, "Maximum number of open connections (503).", 1
    )
    drain_timeout_s: int = _setting(
        30, "Seconds to let pending requests finish at shutdown.", 0
    )
    num_batch_threads: int = _setting(
        0,
        "Number of predictions computed in parallel; 0 for half of the CPU "
        "cores, but at least 2.",
        0,
    )
