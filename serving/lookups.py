"""Which version a request means; refusals in TensorFlow Serving's words.

Labels may stand for versions that are not loaded, which are refused like labels
that do not exist.
"""

from collections.abc import Mapping

import grpc

from serving import refusals
from serving import served_versions
from serving import version_states


def lendable(
    name: str,
    model: served_versions.ServedVersions | None,
    labels: Mapping[str, int],
    version: int | None,
    label: str | None,
) -> served_versions.ServedVersion:
    """Finds the version that is to answer.

    Args:
        name: Of the model, as the request has it.
        model: What there is of it, or None.
        labels: Its versions by their labels.
        version: The number that is asked for; the latest unless told.
        label: A label that stands for a number, instead.

    Raises:
        Refusal: If there is none, or none of that name.
    """
    _check_name(name)
    available = {v.number: v for v in model.available} if model else {}
    if label is not None:
        if labels.get(label) not in available:
            raise refusals.Refusal(
                grpc.StatusCode.INVALID_ARGUMENT,
                f"Unrecognized servable version label: {label}",
            )
        version = labels[label]
    if version is None and available:
        return next(iter(available.values()))
    if version not in available:
        which = f"Latest({name})"
        if version is not None:
            which = f"Specific({name}, {version})"
        raise refusals.Refusal(
            grpc.StatusCode.NOT_FOUND,
            f"Servable not found for request: {which}",
        )
    return available[version]


def statuses(
    name: str,
    model: served_versions.ServedVersions | None,
    version: int | None,
) -> list[version_states.VersionStatus]:
    """Where the versions of a model are, or the one of a number.

    Raises:
        Refusal: If there is none.
    """
    _check_name(name)
    known = model.statuses if model else []
    found = [s for s in known if version in (None, s.version)]
    if not found:
        which = "any versions" if version is None else f"version {version}"
        raise refusals.Refusal(
            grpc.StatusCode.NOT_FOUND, f"Could not find {which} of model {name}"
        )
    return found


def _check_name(name):
    if not name:
        raise refusals.Refusal(
            grpc.StatusCode.INVALID_ARGUMENT, "ModelSpec has no name specified."
        )
