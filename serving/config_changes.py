"""Whether the models of a new config may take the place of those served.

The rules for labels are TensorFlow Serving's, started with
`--allow_version_labels_for_unavailable_models`. Unlike there, what would leave
a model without any version is refused, too: there, a wrong number in a policy
unloads the model.
"""

from collections.abc import Collection
from collections.abc import Iterable
from collections.abc import Mapping
from collections.abc import Sequence

import grpc

from serving import model_configs
from serving import refusals
from serving import version_folders
from serving import version_states

Configs = Mapping[str, model_configs.ModelConfig]


def check_folders(old: Configs, new: Configs) -> None:
    """Refuses models that are new or changed and have nothing to serve.

    Those that stay as they are are not looked at: their folders may be away.

    Raises:
        Refusal: With a sentence for who wrote the new config.
    """
    for name, config in new.items():
        if config == old.get(name):
            continue
        try:
            version_folders.check(config.base_path)
            chosen = config.policy.choose(
                version_folders.find(config.base_path)
            )
        except (OSError, ValueError) as error:
            raise _unmet(f"Model {name}: {error}") from error
        if not chosen:
            raise _unmet(
                f"Model {name}: the policy chooses no version of those in "
                f"{config.base_path}."
            )


def check_labels(
    old: Configs, new: Configs, available: Mapping[str, Collection[int]]
) -> None:
    """Refuses labels that would move to a version that takes no requests.

    A label that is new may stand for a version that is still to be loaded.

    Args:
        old: The models that are served, by their names.
        new: Those that are to be.
        available: Numbers of the versions that take requests, by models.

    Raises:
        Refusal: In TensorFlow Serving's words.
    """
    for name, label, version in _labels(new):
        before = old[name].labels.get(label) if name in old else None
        if before in (None, version) or version in available.get(name, ()):
            continue
        raise _unmet(
            f"Request to assign label to version {version} of model {name}, "
            "which is not currently available for inference"
        )


def check_loaded(
    added: Mapping[str, Sequence[version_states.VersionStatus]],
) -> None:
    """Tells of models that are new and that have no version, once tried.

    Args:
        added: States of their versions, by their names.

    Raises:
        Refusal: UNKNOWN, as there, with the reasons.
    """
    available = version_states.State.AVAILABLE
    missing = [
        f"{name}: "
        + "; ".join(f"{s.version}: {s.message or s.state.name}" for s in states)
        for name, states in added.items()
        if not any(status.state is available for status in states)
    ]
    if missing:
        raise refusals.Refusal(
            grpc.StatusCode.UNKNOWN,
            f"{len(missing)} model(s) did not become available: "
            + ", ".join(missing),
        )


def _labels(configs: Configs) -> Iterable[tuple[str, str, int]]:
    for name, config in configs.items():
        for label, version in config.labels.items():
            yield name, label, version


def _unmet(sentence):
    return refusals.Refusal(grpc.StatusCode.FAILED_PRECONDITION, sentence)
