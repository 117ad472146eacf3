"""Every setting of the local server, and its default, once."""

import dataclasses
import pathlib


@dataclasses.dataclass(frozen=True)
class Settings:
    """Settings; where TensorFlow Serving has one, it has that name.

    Attributes:
        model_name: What requests call the model of `model_dir`.
        model_dir: Folder of its versions.
        model_config_file: Models of TensorFlow Serving's text format, instead.
        model_config_file_poll_wait_seconds: How often that file is read anew;
            0 is never.
        host: Address to listen at.
        port: Of HTTP; 0 takes a free one.
        grpc_port: The same of gRPC; None leaves gRPC out.
        tflite: A .tflite file for the page, if any.
        rest_api_timeout_in_ms: After how long a prediction is given up.
        rest_api_enable_cors_support: Whether pages of other sites may ask.
        file_system_poll_wait_seconds: How often versions are looked for.
        max_batch_size: Pictures that are run together at most.
        batch_timeout_micros: How long a picture waits for others.
        num_batch_threads: Runs at a time; 0 is half of the CPUs, but two.
        max_enqueued_requests: Requests that may be there at a time.
        tensorflow_intra_op_parallelism: Threads of one operation; 0 leaves it
            to TensorFlow.
        tensorflow_inter_op_parallelism: Operations at a time; the same.
        max_body_mb: The most of one body, in megabytes of 2^20 bytes.
        max_bodies_mb: The most of all bodies of requests under way.
        body_timeout_s: How long a body may pause before it comes.
        max_connections: Connections at a time; more are told 503.
        drain_timeout_s: How long requests under way may take at the end.
    """

    model_name: str = "cartoongan"
    model_dir: pathlib.Path | None = None
    model_config_file: pathlib.Path | None = None
    model_config_file_poll_wait_seconds: float = 1.0
    host: str = "127.0.0.1"
    port: int = 8501
    grpc_port: int | None = None
    tflite: pathlib.Path | None = None
    rest_api_timeout_in_ms: int = 30_000
    rest_api_enable_cors_support: bool = False
    file_system_poll_wait_seconds: float = 1.0
    max_batch_size: int = 8
    batch_timeout_micros: int = 0
    num_batch_threads: int = 0
    max_enqueued_requests: int = 128
    tensorflow_intra_op_parallelism: int = 0
    tensorflow_inter_op_parallelism: int = 0
    max_body_mb: int = 64
    max_bodies_mb: int = 512
    body_timeout_s: float = 10.0
    max_connections: int = 1000
    drain_timeout_s: int = 30
