import asyncio
import shutil
import threading

import grpc
import numpy as np
import pytest
import tensorflow as tf
from tensorflow_serving.apis import classification_pb2
from tensorflow_serving.apis import get_model_metadata_pb2
from tensorflow_serving.apis import get_model_status_pb2
from tensorflow_serving.apis import inference_pb2
from tensorflow_serving.apis import model_management_pb2
from tensorflow_serving.apis import model_service_pb2_grpc
from tensorflow_serving.apis import predict_pb2
from tensorflow_serving.apis import prediction_service_pb2_grpc
from tensorflow_serving.apis import regression_pb2
from waiting import wait_until

from cartoongan_tf.images import pictures
from cartoongan_tf.inference import saved_model_runtime
from serving import catalogs
from serving import grpc_services
from serving import loaded_versions
from serving import model_configs
from serving import predictions
from serving import version_policies

SECONDS = 60


@pytest.fixture(scope="module")
def base(published, tmp_path_factory):
    base = tmp_path_factory.mktemp("grpc") / "base"
    shutil.copytree(published / "1", base / "1")
    shutil.copytree(published / "1", base / "2")
    return base


@pytest.fixture(scope="module")
def served(base):
    """A channel to a server of versions 1 and 2, and what it predicts with."""
    config = model_configs.ModelConfig(
        "m", base, version_policies.All(), {"stable": 1}
    )
    catalog = catalogs.Catalog([config])
    catalog.start()
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()

    async def start():
        options = grpc_services.message_options()
        server = grpc.aio.server(options=options)
        predictor = predictions.Predictor(catalog)
        grpc_services.add_services(server, predictor, catalog)
        port = server.add_insecure_port("127.0.0.1:0")
        await server.start()
        return server, predictor, port

    def wait_for(coroutine):
        return asyncio.run_coroutine_threadsafe(coroutine, loop).result()

    server, predictor, port = wait_for(start())
    options = grpc_services.message_options()
    with grpc.insecure_channel(f"127.0.0.1:{port}", options) as channel:
        yield channel, predictor
    wait_for(server.stop(None))
    predictor.close()
    catalog.close()
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()


@pytest.fixture
def service(served):
    channel, _ = served
    return prediction_service_pb2_grpc.PredictionServiceStub(channel)


@pytest.fixture
def models(served):
    channel, _ = served
    return model_service_pb2_grpc.ModelServiceStub(channel)


@pytest.fixture
def pixels(random):
    return random.integers(0, 256, (1, 24, 32, 3), "uint8")


def request_of(signature="uint8", name="m", outputs=(), **inputs):
    request = predict_pb2.PredictRequest(output_filter=outputs)
    request.model_spec.name = name
    request.model_spec.signature_name = signature
    for alias, value in inputs.items():
        request.inputs[alias].CopyFrom(tf.make_tensor_proto(value))
    return request


def refusal(method, request, seconds=SECONDS):
    with pytest.raises(grpc.RpcError) as caught:
        method(request, timeout=seconds)
    return caught.value.code().name, caught.value.details()


def test_predictions_are_the_models(published, service, pixels):
    model = saved_model_runtime.SessionModel(published / "1")
    answer = service.Predict(request_of(image=pixels), timeout=SECONDS)
    assert answer.outputs.keys() == {"cartoon"}
    np.testing.assert_array_equal(
        tf.make_ndarray(answer.outputs["cartoon"]), model.run("uint8", pixels)
    )
    assert answer.model_spec.name == "m"
    assert answer.model_spec.version.value == 2
    assert answer.model_spec.signature_name == "uint8"


def test_encoded_pictures_need_no_name_of_a_signature(
    published, service, pixels
):
    model = saved_model_runtime.SessionModel(published / "1")
    encoded = np.array([pictures.encode_jpeg(pixels[0])] * 2, object)
    answer = service.Predict(
        request_of("", image_bytes=encoded), timeout=SECONDS
    )
    assert answer.model_spec.signature_name == "serving_default"
    np.testing.assert_array_equal(
        tf.make_ndarray(answer.outputs["cartoon_bytes"]),
        model.run("serving_default", encoded),
    )


def test_versions_and_labels_can_be_asked_for(service, pixels):
    request = request_of(image=pixels)
    request.model_spec.version.value = 1
    answer = service.Predict(request, timeout=SECONDS)
    assert answer.model_spec.version.value == 1
    request.model_spec.version_label = "stable"
    answer = service.Predict(request, timeout=SECONDS)
    assert answer.model_spec.version.value == 1
    request.model_spec.version_label = "x"
    assert refusal(service.Predict, request) == (
        "INVALID_ARGUMENT",
        "Unrecognized servable version label: x",
    )


def test_outputs_can_be_filtered(service, pixels):
    request = request_of(image=pixels, outputs=["x"])
    assert refusal(service.Predict, request) == (
        "INVALID_ARGUMENT",
        "output tensor alias not found in signature: x Outputs expected to "
        "be in the set {cartoon}.",
    )


def test_refusals_have_the_codes_and_words_of_tensorflow_serving(
    service, pixels
):
    assert refusal(service.Predict, request_of(name="x", image=pixels)) == (
        "NOT_FOUND",
        "Servable not found for request: Latest(x)",
    )
    assert refusal(service.Predict, request_of("x", image=pixels)) == (
        "FAILED_PRECONDITION",
        'Serving signature key "x" not found.',
    )
    assert refusal(service.Predict, predict_pb2.PredictRequest()) == (
        "INVALID_ARGUMENT",
        "Missing ModelSpec",
    )
    code, words = refusal(service.Predict, request_of(photo=pixels))
    assert code == "INVALID_ARGUMENT"
    assert words.startswith("input tensor alias not found in signature")
    code, words = refusal(
        service.Predict, request_of("serving_default", image_bytes=[b"x"])
    )
    assert code == "INVALID_ARGUMENT"
    assert words.startswith("image_bytes[0]: is not a JPEG")
    assert "{{" not in words


def test_damaged_tensors_are_refused(service):
    request = request_of(image=np.zeros((1, 2), "uint8"))
    request.inputs["image"].tensor_content = b"123"
    code, words = refusal(service.Predict, request)
    assert code == "INVALID_ARGUMENT"
    assert words.startswith("tensor parsing error: image")


def test_messages_may_be_larger_than_grpc_takes_unless_told(service):
    pixels = np.zeros((1, 16, 100_000, 3), "uint8")
    answer = service.Predict(request_of(image=pixels), timeout=SECONDS)
    assert answer.ByteSize() > pixels.nbytes > 4 * 2**20


def test_the_clients_own_deadline_ends_the_work(service):
    large = np.zeros((1, 1024, 2040, 3), "uint8")
    code, _ = refusal(service.Predict, request_of(image=large), 0.05)
    assert code == "DEADLINE_EXCEEDED"


def test_the_model_is_given_no_more_time_than_the_client_has(
    service, pixels, monkeypatch
):
    given = []
    run = loaded_versions.LoadedVersion.run

    def noted(version, signature, inputs, outputs, seconds):
        given.append(seconds)
        return run(version, signature, inputs, outputs, seconds)

    monkeypatch.setattr(loaded_versions.LoadedVersion, "run", noted)
    service.Predict(request_of(image=pixels), timeout=20)
    service.Predict(request_of(image=pixels))
    (bounded, unbounded) = given
    assert bounded < 25 < unbounded <= 30  # gRPC rounds up


def test_a_client_that_leaves_is_no_longer_waited_for(
    served, service, pixels, held_runs
):
    _, predictor = served
    asked = service.Predict.future(request_of(image=pixels), timeout=SECONDS)
    wait_until(lambda: predictor.pending == 1)
    asked.cancel()
    wait_until(lambda: predictor.pending == 0)
    held_runs.set()


def test_metadata_are_the_signatures(service):
    request = get_model_metadata_pb2.GetModelMetadataRequest()
    request.model_spec.name = "m"
    request.metadata_field.append("signature_def")
    answer = service.GetModelMetadata(request, timeout=SECONDS)
    assert answer.model_spec.name == "m"
    assert answer.model_spec.version.value == 2
    found = get_model_metadata_pb2.SignatureDefMap()
    assert answer.metadata["signature_def"].Unpack(found)
    sides = found.signature_def["uint8"].inputs["image"].tensor_shape.dim
    assert [side.size for side in sides] == [-1, -1, -1, 3]


def test_metadata_that_are_not_there_are_refused(service):
    request = get_model_metadata_pb2.GetModelMetadataRequest()
    request.model_spec.name = "m"
    assert refusal(service.GetModelMetadata, request) == (
        "INVALID_ARGUMENT",
        "GetModelMetadataRequest must specify at least one metadata_field",
    )
    request.metadata_field.append("x")
    assert refusal(service.GetModelMetadata, request) == (
        "INVALID_ARGUMENT",
        "Metadata field x is not supported",
    )


def test_status_tells_of_each_version(models):
    request = get_model_status_pb2.GetModelStatusRequest()
    request.model_spec.name = "m"
    answer = models.GetModelStatus(request, timeout=SECONDS)
    available = get_model_status_pb2.ModelVersionStatus.AVAILABLE
    assert [
        (status.version, status.state, status.status.error_code)
        for status in answer.model_version_status
    ] == [(2, available, 0), (1, available, 0)]
    request.model_spec.version.value = 3
    assert refusal(models.GetModelStatus, request) == (
        "NOT_FOUND",
        "Could not find version 3 of model m",
    )


def reload_of(base, *labels, name="m"):
    request = model_management_pb2.ReloadConfigRequest()
    config = request.config.model_config_list.config.add()
    config.name = name
    config.base_path = str(base)
    config.model_platform = "tensorflow"
    config.model_version_policy.all.SetInParent()
    config.version_labels.update(labels)
    return request


@pytest.fixture
def reload(models, base):
    """Sends configs; what was there is put back in the end."""

    def reload(request, timeout=SECONDS):
        return models.HandleReloadConfigRequest(request, timeout=timeout)

    yield reload
    reload(reload_of(base, ("stable", 1)))


def test_a_config_can_be_sent(reload, service, base, pixels):
    answer = reload(reload_of(base, ("stable", 2)))
    assert answer == model_management_pb2.ReloadConfigResponse()
    asked = request_of(image=pixels)
    asked.model_spec.version_label = "stable"
    answer = service.Predict(asked, timeout=SECONDS)
    assert answer.model_spec.version.value == 2


def test_a_config_that_cannot_be_is_refused(reload, base):
    assert refusal(reload, reload_of(base, ("stable", 3))) == (
        "FAILED_PRECONDITION",
        "Request to assign label to version 3 of model m, which is not "
        "currently available for inference",
    )
    assert refusal(reload, reload_of(base, name="")) == (
        "INVALID_ARGUMENT",
        "`config`: config 0: `name` is missing.",
    )
    assert refusal(reload, model_management_pb2.ReloadConfigRequest()) == (
        "INVALID_ARGUMENT",
        "ServerModelConfig type not supported by HandleReloadConfigRequest. "
        "Only ModelConfigList is currently supported",
    )


def test_what_is_not_served_says_so(service):
    for method, request in [
        (service.Classify, classification_pb2.ClassificationRequest()),
        (service.Regress, regression_pb2.RegressionRequest()),
        (service.MultiInference, inference_pb2.MultiInferenceRequest()),
    ]:
        code, words = refusal(method, request)
        assert code == "UNIMPLEMENTED"
        assert "is not served here" in words
