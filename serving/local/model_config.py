"""Which models to serve, from where, and which of their versions.

The text format is that of TensorFlow Serving's `--model_config_file`, so that
one file serves both. Labels are read and not used.
"""

import dataclasses
import pathlib
from collections.abc import Iterable

from google.protobuf import text_format
from tensorflow_serving.config import model_server_config_pb2

MODEL_FILE = "saved_model.pb"
_MAX_VERSION = 2**63 - 1  # int64 in the protocol


@dataclasses.dataclass(frozen=True)
class ModelConfig:
    """One model.

    Attributes:
        name: As requests call it.
        base_path: Folder of the versions' folders.
        latest: How many of the highest versions are served.
        versions: Those that are served instead, by number.
    """

    name: str
    base_path: pathlib.Path
    latest: int = 1
    versions: frozenset[int] = frozenset()

    def choose(self, numbers: Iterable[int]) -> set[int]:
        """Which of the versions that are there are to be served."""
        if self.versions:
            return set(self.versions.intersection(numbers))
        return set(sorted(numbers)[-self.latest :])

    def folders(self) -> dict[int, pathlib.Path]:
        """Folders of all versions by number; other folders are left out.

        Raises:
            OSError: If `base_path` is not there.
        """
        return {
            int(folder.name): folder
            for folder in sorted(self.base_path.iterdir())
            if folder.name.isascii()
            and folder.name.isdigit()
            and int(folder.name) <= _MAX_VERSION
            and (folder / MODEL_FILE).is_file()
        }

    def check(self) -> None:
        """Reports a folder that holds no version.

        Raises:
            ValueError: If there is nothing to serve.
        """
        if (self.base_path / MODEL_FILE).is_file():
            raise ValueError(
                f"{self.base_path} is one version of a model; give the folder "
                f"that holds its versions, {self.base_path.absolute().parent}."
            )
        if not self.base_path.is_dir():
            raise ValueError(f"{self.base_path} is not a folder.")
        if not self.folders():
            raise ValueError(
                f"{self.base_path} holds no version of a model; a version is a "
                f"folder whose name is a number, with {MODEL_FILE} in it."
            )


def read(path: pathlib.Path) -> list[ModelConfig]:
    """Reads a `--model_config_file`.

    Args:
        path: A `ModelServerConfig` in protobuf's text format.

    Raises:
        ValueError: If it is none, or if a field is missing or wrong.
        OSError: If it cannot be read.
    """
    message = model_server_config_pb2.ModelServerConfig()
    try:
        text_format.Parse(path.read_text(encoding="utf-8"), message)
    except (text_format.ParseError, UnicodeDecodeError) as error:
        raise ValueError(f"{path}: {error}") from error
    configs = message.model_config_list.config
    if not configs:
        raise ValueError(f"{path}: `model_config_list` has no `config`.")
    models = [_model(f"{path}: config {n}", c) for n, c in enumerate(configs)]
    names = [model.name for model in models]
    if len(names) > len(set(names)):
        raise ValueError(f"{path}: two models have the same `name`: {names}.")
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
    base_path = pathlib.Path(config.base_path)
    policy = config.model_version_policy
    match policy.WhichOneof("policy_choice"):
        case "all":
            return ModelConfig(config.name, base_path, latest=_MAX_VERSION)
        case "specific" if policy.specific.versions:
            versions = frozenset(policy.specific.versions)
            return ModelConfig(config.name, base_path, versions=versions)
        case "specific":
            raise ValueError(f"{place}: `specific` has no `versions`.")
        case _:  # a number that is left out is 0, which stands for 1 there
            latest = policy.latest.num_versions or 1
            return ModelConfig(config.name, base_path, latest=latest)
