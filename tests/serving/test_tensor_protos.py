import numpy as np
import pytest
import tensorflow as tf
from google.protobuf import message

from serving import refusals
from serving import tensor_protos

MOST = 10_000


@pytest.mark.parametrize(
    "value",
    [
        np.arange(24, dtype="uint8").reshape(1, 2, 4, 3),
        np.linspace(-1, 1, 6, dtype="float32").reshape(2, 3),
        np.array([b"a\0", b""], object),
        np.zeros((0, 2), "int64"),
        np.array(True),
    ],
)
def test_arrays_come_as_they_were_sent(value):
    proto = tf.make_tensor_proto(value)
    actual = tensor_protos.array("x", proto, MOST)
    assert actual.dtype == value.dtype
    np.testing.assert_array_equal(actual, value)


def proto(dtype, shape, **values):
    proto = tf.make_tensor_proto(0, dtype=tf.int32)
    proto.ClearField("int_val")
    proto.dtype = tf.as_dtype(dtype).as_datatype_enum
    proto.tensor_shape.CopyFrom(tf.TensorShape(shape).as_proto())
    for name, value in values.items():
        getattr(proto, name).extend(value)
    return proto


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        (proto("uint8", [1, 9000, 9000, 3], int_val=[7]), "more than 10000"),
        (proto("string", [2000], string_val=[b"x"]), "1 values for 2000"),
        (proto("uint8", [None, 3]), "no definite shape"),
        (proto("uint8", None), "no definite shape"),
        (proto("uint8", [1], int_val=[300]), "that differ"),
        (proto("uint8", [2], int_val=[1, 2, 3]), "that differ"),
        (proto("resource", [1]), "that differ"),
    ],
)
def test_what_is_damaged_or_too_large_is_refused(sent, words):
    with pytest.raises(refusals.Refusal, match=words) as caught:
        tensor_protos.array("image", sent, MOST)
    assert caught.value.http_status == 400
    assert caught.value.message.startswith("tensor parsing error: image has")


def test_mutated_messages_are_read_or_refused(random):
    valid = tf.make_tensor_proto(np.ones((2, 3), "float32"))
    refused = 0
    for _ in range(3000):
        data = bytearray(valid.SerializeToString())
        for place in random.integers(0, len(data), random.integers(1, 4)):
            data[place] = random.integers(0, 256)
        try:
            mutated = type(valid).FromString(bytes(data))
        except message.DecodeError:
            continue  # gRPC refuses it
        try:
            tensor_protos.array("x", mutated, MOST)
        except refusals.Refusal:
            refused += 1
    assert refused > 100
