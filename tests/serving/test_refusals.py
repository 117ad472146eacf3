import grpc
import numpy as np
import pytest
import tensorflow as tf

from cartoongan_tf.inference import saved_model_runtime
from serving import refusals


@pytest.mark.parametrize(
    ("code", "status"),
    [("NOT_FOUND", 404), ("RESOURCE_EXHAUSTED", 429), ("DATA_LOSS", 500)],
)
def test_codes_have_the_http_status_of_tensorflow_serving(code, status):
    refusal = refusals.Refusal(grpc.StatusCode[code], "")
    assert refusal.http_status == status


def test_names_of_nodes_are_cut_off(published):
    model = saved_model_runtime.SessionModel(published / "1")
    with pytest.raises(tf.errors.InvalidArgumentError, match="node") as caught:
        model.run("serving_default", np.array([b"no picture"], object))
    refusal = refusals.of_error(caught.value)
    assert refusal.code is grpc.StatusCode.INVALID_ARGUMENT
    assert refusal.message == (
        "image_bytes[0]: is not a JPEG, PNG or WebP picture; convert it."
    )
