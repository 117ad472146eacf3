"""What REST and gRPC tell of models, as TensorFlow Serving's messages."""

from collections.abc import Iterable

from tensorflow_serving.apis import get_model_metadata_pb2
from tensorflow_serving.apis import get_model_status_pb2
from tensorflow_serving.apis import model_pb2

from serving import loaded_versions
from serving import version_states


def status(
    statuses: Iterable[version_states.VersionStatus],
) -> get_model_status_pb2.GetModelStatusResponse:
    """Where versions are."""
    response = get_model_status_pb2.GetModelStatusResponse()
    for found in statuses:
        added = response.model_version_status.add(
            version=found.version, state=int(found.state)
        )
        added.status.error_code = found.code.value[0]
        added.status.error_message = found.message
    return response


def signatures(
    version: loaded_versions.LoadedVersion,
) -> get_model_metadata_pb2.SignatureDefMap:
    """All signatures of a version, TensorFlow's own among them."""
    found = get_model_metadata_pb2.SignatureDefMap()
    for name, definition in version.signatures.items():
        found.signature_def[name].CopyFrom(definition)
    return found


def model_spec(
    name: str, version: int, signature: str = ""
) -> model_pb2.ModelSpec:
    """Which version of a model answers."""
    spec = model_pb2.ModelSpec(name=name, signature_name=signature)
    spec.version.value = version
    return spec
