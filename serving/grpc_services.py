"""The services of TensorFlow Serving's gRPC interface.

Predictions, metadata and status, by the messages of the package
`tensorflow-serving-api`, and new configs. What is made for `tf.Example`
(Classify, Regress, MultiInference) is refused.
"""

import asyncio
import concurrent.futures

import grpc
import tensorflow as tf
from tensorflow_serving.apis import get_model_metadata_pb2
from tensorflow_serving.apis import model_management_pb2
from tensorflow_serving.apis import model_service_pb2_grpc
from tensorflow_serving.apis import predict_pb2
from tensorflow_serving.apis import prediction_service_pb2_grpc

from serving import catalogs
from serving import loaded_versions
from serving import model_configs
from serving import model_messages
from serving import predictions
from serving import refusals
from serving import tensor_protos

MAX_TENSOR_BYTES = 2**28  # a picture of 89 million pixels in uint8
_SIGNATURES = "signature_def"


def message_options(max_bytes: int = -1) -> list[tuple[str, int]]:
    """Options of a server whose messages have at most so many bytes.

    Args:
        max_bytes: The bound in both directions, none if negative. What gRPC
            takes unless told are 4 MiB, less than a photo's pixels.
    """
    return [
        ("grpc.max_receive_message_length", max_bytes),
        ("grpc.max_send_message_length", max_bytes),
    ]


def add_services(
    server: grpc.aio.Server,
    predictor: predictions.Predictor,
    catalog: catalogs.Catalog,
    max_tensor_bytes: int = MAX_TENSOR_BYTES,
) -> None:
    """Lets a server answer what TensorFlow Serving answers.

    Args:
        server: One that is not started yet, on the predictor's event loop.
        predictor: What answers.
        catalog: The models.
        max_tensor_bytes: Of each input, once it is read.
    """
    prediction_service_pb2_grpc.add_PredictionServiceServicer_to_server(
        _PredictionService(predictor, catalog, max_tensor_bytes), server
    )
    model_service_pb2_grpc.add_ModelServiceServicer_to_server(
        _ModelService(catalog), server
    )


class _PredictionService(prediction_service_pb2_grpc.PredictionServiceServicer):
    def __init__(self, predictor, catalog, max_tensor_bytes):
        self._predictor = predictor
        self._catalog = catalog
        self._max_tensor_bytes = max_tensor_bytes

    async def Predict(self, request, context):
        return await _answered(context, self._predict(request, context))

    async def GetModelMetadata(self, request, context):
        return await _answered(context, self._metadata(request))

    async def Classify(self, request, context):
        await _abort_unimplemented(context, "Classify")

    async def Regress(self, request, context):
        await _abort_unimplemented(context, "Regress")

    async def MultiInference(self, request, context):
        await _abort_unimplemented(context, "MultiInference")

    async def _predict(self, request, context):
        spec = _spec(request)
        prediction = await self._predictor.predict(
            spec,
            lambda _: {
                name: tensor_protos.array(name, proto, self._max_tensor_bytes)
                for name, proto in request.inputs.items()
            },
            list(request.output_filter),
            context.time_remaining(),
        )
        return await asyncio.to_thread(_response, spec.name, prediction)

    async def _metadata(self, request):
        spec = _spec(request)
        if not request.metadata_field:
            raise _invalid(
                "GetModelMetadataRequest must specify at least one "
                "metadata_field"
            )
        for field in request.metadata_field:
            if field != _SIGNATURES:
                raise _invalid(f"Metadata field {field} is not supported")
        response = get_model_metadata_pb2.GetModelMetadataResponse()
        with self._catalog.lease(spec.name, spec.version, spec.label) as lent:
            response.model_spec.CopyFrom(
                model_messages.model_spec(spec.name, lent.number)
            )
            response.metadata[_SIGNATURES].Pack(model_messages.signatures(lent))
        return response


class _ModelService(model_service_pb2_grpc.ModelServiceServicer):
    def __init__(self, catalog):
        self._catalog = catalog
        # One at a time: who sends many must not take the threads of others.
        self._reloader = concurrent.futures.ThreadPoolExecutor(1, "reload")

    async def GetModelStatus(self, request, context):
        return await _answered(context, self._status(request))

    async def HandleReloadConfigRequest(self, request, context):
        return await _answered(context, self._reload(request))

    async def _reload(self, request):
        if request.config.WhichOneof("config") != "model_config_list":
            raise _invalid(
                "ServerModelConfig type not supported by "
                "HandleReloadConfigRequest. Only ModelConfigList is currently "
                "supported"
            )
        try:
            models = model_configs.of_message(request.config, "`config`")
        except ValueError as error:
            raise _invalid(str(error)) from error
        await asyncio.get_running_loop().run_in_executor(
            self._reloader, self._catalog.reconfigure, models
        )
        return model_management_pb2.ReloadConfigResponse()

    async def _status(self, request):
        spec = _spec(request)
        return model_messages.status(
            self._catalog.statuses(spec.name, spec.version, spec.label)
        )


async def _answered(context, answer):
    try:
        return await answer
    except loaded_versions.UnknownSignature as refusal:
        # REST and gRPC have different words and codes for this one there.
        await context.abort(
            grpc.StatusCode.FAILED_PRECONDITION,
            f'Serving signature key "{refusal.signature}" not found.',
        )
    except refusals.Refusal as refusal:
        await context.abort(refusal.code, refusal.message)


async def _abort_unimplemented(context, method):
    await context.abort(
        grpc.StatusCode.UNIMPLEMENTED,
        f"{method} is not served here; use Predict.",
    )


def _spec(request):
    if not request.HasField("model_spec"):
        raise _invalid("Missing ModelSpec")
    spec = request.model_spec
    version = spec.version.value if spec.HasField("version") else None
    label = spec.version_label if spec.HasField("version_label") else None
    return predictions.Spec(spec.name, version, label, spec.signature_name)


def _response(name, prediction):
    response = predict_pb2.PredictResponse(
        model_spec=model_messages.model_spec(
            name, prediction.version, prediction.signature
        )
    )
    for alias, value in prediction.outputs.items():
        response.outputs[alias].CopyFrom(tf.make_tensor_proto(value))
    return response


def _invalid(sentence):
    return refusals.Refusal(grpc.StatusCode.INVALID_ARGUMENT, sentence)
