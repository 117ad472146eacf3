"""Every setting of the local server: its name, default and text, once."""

import dataclasses
from collections.abc import Sequence
from typing import Any


def _setting(default, text, lowest=None, highest=None) -> Any:
    metadata = {"text": text, "lowest": lowest, "highest": highest}
    return dataclasses.field(default=default, metadata=metadata)


@dataclasses.dataclass(frozen=True)
class Settings:
    """Settings; where TensorFlow Serving has one, it has that name."""

    model_dir: Sequence[str] = _setting(
        (),
        "Folder of a model's versions, such as exported/storybook/saved_model, "
        "which requests call cartoongan; or NAME=FOLDER. May be given several "
        "times.",
    )
    file_system_poll_wait_seconds: float = _setting(
        1.0, "How often new versions are looked for.", 0.01
    )
    tflite: str | None = _setting(
        None,
        "The .tflite file that browsers draw with by themselves, such as "
        "exported/storybook/cartoongan_float16.tflite.",
    )
    host: str = _setting(
        "127.0.0.1",
        "Address to listen at; 0.0.0.0 is every network of this machine.",
    )
    port: int = _setting(8501, "Port of HTTP; 0 takes a free one.", 0, 65_535)
    rest_api_enable_cors_support: bool = _setting(
        False, "Whether pages of other sites may ask."
    )
    rest_api_timeout_in_ms: int = _setting(
        30_000, "Milliseconds after which a prediction is given up (504).", 1
    )
    max_body_mb: int = _setting(
        32, "The most megabytes, of 2^20 bytes, of a request (413).", 1
    )
    max_enqueued_requests: int = _setting(
        32, "Predictions that may be there at a time (503).", 1
    )
    max_connections: int = _setting(1000, "Connections at a time (503).", 1)
    drain_timeout_s: int = _setting(
        30, "Seconds that requests under way have at the end.", 0
    )
    num_batch_threads: int = _setting(
        0,
        "Predictions that are computed at a time; 0 is half of the CPUs, "
        "but two.",
        0,
    )
