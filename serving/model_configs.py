"""Which models to serve, from where, and which of their versions.

The text format is that of TensorFlow Serving's `--model_config_file`, so that
one file serves both.
"""

import dataclasses
import pathlib
from collections.abc import Mapping

from google.protobuf import text_format
from tensorflow_serving.config import model_server_config_pb2

from serving import version_policies


@dataclasses.dataclass(frozen=True)
class ModelConfig:
    """One model.

    Attributes:
        name: As requests call it.
        base_path: Folder of the versions' folders.
        policy: Which of them to serve.
        labels: Versions by the labels that requests may give instead.
    """

    name: str
    base_path: pathlib.Path
    policy: version_policies.Policy = dataclasses.field(
        default_factory=version_policies.Latest
    )
    labels: Mapping[str, int] = dataclasses.field(default_factory=dict)


def of_folder(name: str, base_path: str | pathlib.Path) -> ModelConfig:
    """A model whose latest version is served."""
    return ModelConfig(name, pathlib.Path(base_path))


def read(path: str | pathlib.Path) -> list[ModelConfig]:
    """Reads a `--model_config_file`.

    Args:
        path: A `ModelServerConfig` in protobuf's text format.

    Raises:
        ValueError: If it is none, or if a field is missing or wrong.
        OSError: If it cannot be read.
    """
    path = pathlib.Path(path)
    message = model_server_config_pb2.ModelServerConfig()
    try:
        text_format.Parse(path.read_text(encoding="utf-8"), message)
    except (text_format.ParseError, UnicodeDecodeError) as error:
        raise ValueError(f"{path}: {error}") from error
    return of_message(message, str(path))


def of_message(
    message: model_server_config_pb2.ModelServerConfig, place: str
) -> list[ModelConfig]:
    """The models of a message.

    Args:
        message: Such as a `--model_config_file` holds.
        place: Where it is from, for messages.

    Raises:
        ValueError: If a field is missing or wrong.
    """
    configs = message.model_config_list.config
    if not configs:
        raise ValueError(f"{place}: `model_config_list` has no `config`.")
    models = [_model(f"{place}: config {n}", c) for n, c in enumerate(configs)]
    names = [model.name for model in models]
    for name in names:
        if names.count(name) > 1:
            raise ValueError(f"{place}: `name` {name!r} is there twice.")
    return models


def _model(place, config):
    for field in ("name", "base_path"):
        if not getattr(config, field):
            raise ValueError(f"{place}: `{field}` is missing.")
    if config.model_platform != "tensorflow":
        raise ValueError(
            f"{place}: `model_platform` must be 'tensorflow', received "
            f"{config.model_platform!r}."
        )
    return ModelConfig(
        config.name,
        pathlib.Path(config.base_path),
        _policy(place, config.model_version_policy),
        dict(config.version_labels),
    )


def _policy(place, policy):
    match policy.WhichOneof("policy_choice"):
        case "all":
            return version_policies.All()
        case "specific":
            versions = frozenset(policy.specific.versions)
            if not versions:
                raise ValueError(f"{place}: `specific` has no `versions`.")
            return version_policies.Specific(versions)
        case _:
            # TensorFlow Serving reads 0, which a field left out is, as 1.
            return version_policies.Latest(policy.latest.num_versions or 1)
