import base64
import json

import numpy as np
import pytest
from google.protobuf import text_format
from tensorflow.core.protobuf import meta_graph_pb2

from serving.local import errors
from serving.local import request_json


def tensor_of(body, name):
    """The input x, of a type, that a body has."""
    body = body if isinstance(body, bytes) else body.encode()
    text = f"inputs {{ key: 'x' value {{ dtype: DT_{name} }} }}"
    definition = text_format.Parse(text, meta_graph_pb2.SignatureDef())
    return request_json.tensor(request_json.parse(body), definition)


def tensor(values, name, form="inputs"):
    return tensor_of(f'{{"{form}": {values}}}', name)


def error_for(body, name="UINT8"):
    with pytest.raises(errors.RequestError) as caught:
        tensor_of(body, name)
    assert caught.value.code == "INVALID_ARGUMENT"
    return caught.value.message


def row_refusal(rows):
    return error_for(f'{{"instances": {rows}}}')


@pytest.mark.parametrize(
    ("name", "dtype"),
    [
        ("FLOAT", "float32"),
        ("UINT8", "uint8"),
    ],
)
@pytest.mark.parametrize("form", ["inputs", "instances"])
def test_nested_lists_are_tensors_of_the_type_of_the_signature(
    name, dtype, form
):
    found = tensor("[[1, 2], [3, 4], [5, 6]]", name, form)
    assert found.dtype == dtype
    np.testing.assert_array_equal(found, [[1, 2], [3, 4], [5, 6]])


def test_pictures_come_as_they_were(random):
    picture = random.integers(0, 256, (1, 6, 4, 3), "uint8")
    found = tensor(json.dumps(picture.tolist()), "UINT8", "instances")
    np.testing.assert_array_equal(found, picture)
    photo = random.normal(size=(1, 6, 4, 3)).astype(np.float32)
    found = tensor(json.dumps(photo.tolist()), "FLOAT")
    np.testing.assert_array_equal(found, photo)


def test_columns_may_be_one_value_or_empty():
    assert tensor("7", "UINT8").shape == ()
    assert tensor("[]", "UINT8").shape == (0,)
    assert tensor("[[], []]", "FLOAT").shape == (2, 0)


def test_decimals_may_be_written_as_integers_among_others():
    found = tensor("[1, 2.5, -3e-1, 0]", "FLOAT")
    np.testing.assert_array_equal(found, np.float32([1, 2.5, -0.3, 0]))


def test_non_finite_tokens_are_numbers():
    found = tensor("[NaN, Infinity, -Infinity, 1]", "FLOAT")
    np.testing.assert_array_equal(found, [np.nan, np.inf, -np.inf, 1])


@pytest.mark.parametrize("number", ["9" * 400, "9" * 5000])
def test_integers_too_big_for_a_double_are_refused(number):
    message = error_for(f'{{"inputs": [0.5, {number}]}}', "FLOAT")
    assert "is not of expected type: float" in message or (
        message.startswith("JSON Parse error: ")
    )


def test_decimals_are_rounded_to_their_type():
    found = tensor("[16777217, 0.1, 1e39, -1e400]", "FLOAT")
    expected = np.float32([16777216, 0.1, np.inf, -np.inf])
    np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize(
    ("value", "name", "kind"),
    [
        ("1.0", "UINT8", "Number"),
        ("256", "UINT8", "Number"),
        ("-1", "UINT8", "Number"),
        ("true", "UINT8", "True"),
        ("false", "FLOAT", "False"),
        ("null", "FLOAT", "Null"),
        ('"1"', "FLOAT", "String"),
        ("1", "STRING", "Number"),
    ],
)
@pytest.mark.parametrize("form", ["inputs", "instances"])
def test_values_of_another_type_are_refused(value, name, kind, form):
    message = error_for(f'{{"{form}": [{value}]}}', name)
    shown = "true" if value == "true" else value
    assert message.endswith(
        f"JSON Value: {shown} Type: {kind} is not of expected type: "
        f"{name.lower()}"
    )


def test_objects_where_numbers_belong_are_refused():
    message = error_for('{"inputs": [{"b64": "AAAA"}]}', "UINT8")
    assert message.endswith("Type: Object is not of expected type: uint8")


@pytest.mark.parametrize("form", ["inputs", "instances"])
def test_strings_are_text_or_base64(form):
    encoded = base64.b64encode(b"\x00\xff\xfe\x00").decode()
    found = tensor(f'["caf\u00e9", {{"b64": "{encoded}"}}]', "STRING", form)
    assert found.tolist() == ["caf\u00e9".encode(), b"\x00\xff\xfe\x00"]


def test_base64_may_be_one_column():
    found = tensor('{"b64": "AAH/"}', "STRING")
    assert found.shape == ()
    assert found.item() == b"\x00\x01\xff"


@pytest.mark.parametrize("text", ["AAH+/w==", "AAH+/w", "AAH+\\n /w=="])
def test_base64_may_lack_padding_and_have_white_space(text):
    found = tensor(f'[{{"b64": "{text}"}}]', "STRING")
    assert found.tolist() == [b"\x00\x01\xfe\xff"]


@pytest.mark.parametrize("text", ["AAH-_w==", "A", "caf\u00e9", "A=A="])
def test_base64_of_another_alphabet_or_length_is_refused(text):
    message = error_for(f'{{"inputs": [{{"b64": "{text}"}}]}}', "STRING")
    assert message == "Unable to base64 decode"


@pytest.mark.parametrize(
    "value", ['{"b64": 1}', '{"b64": "AA==", "x": 1}', '{"b65": "AA=="}']
)
def test_objects_that_are_not_base64_are_refused(value):
    message = error_for(f'{{"inputs": [{value}]}}', "STRING")
    assert message.endswith(" not formatted correctly for base64 data")


def test_rows_may_be_objects_with_the_inputs_name():
    found = tensor('[{"x": {"b64": "AAAA"}}]', "STRING", "instances")
    assert found.tolist() == [b"\x00\x00\x00"]


@pytest.mark.parametrize("row", ['{"x": 1, "y": 2}', '{"y": 1}', "{}"])
def test_the_key_of_a_row_is_the_input(row):
    message = row_refusal(f"[{row}]")
    assert message.startswith("Failed to process element: 0")
    assert message.endswith("must only have keys: x")


def test_rows_are_all_objects_or_none():
    message = row_refusal('[{"x": 1}, [2]]')
    assert message == "Expecting object but got list at item 1 of input list"
    message = row_refusal('[1, {"x": 2}]')
    assert message == (
        "Expecting value/list but got object at item 1 of input list"
    )


def test_all_rows_have_the_same_shape():
    assert row_refusal("[[1, 2], [3, 4], [5, 6, 7]]") == (
        "Failed to process element: 2 of 'instances' list. Error: "
        "INVALID_ARGUMENT: Expecting tensor size: 2 but got: 3"
    )
    assert row_refusal("[[1, 2], [[5, 6]]]").endswith(
        "Expecting shape [2] but got: [1,2]"
    )
    assert row_refusal("[1, [1]]").endswith("Expecting shape [] but got: [1]")
    assert row_refusal('[{"x": [1]}, {"x": [1, 2]}]') == (
        "Failed to process element: 1 key: x of 'instances' list. Error: "
        "INVALID_ARGUMENT: Expecting tensor size: 1 but got: 2"
    )


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("[[1, 2], [3]]", "Encountered list at unexpected size: 1 at level: 1"),
        ("[[1, 2], 3]", "JSON Value: 3 found at incorrect level: 2"),
        ("[[[1], 2], [[3], 4]]", "JSON Value: 2 found at incorrect level: 3"),
        ("[1, [2]]", "Encountered list at unexpected level: 1 expected < 1"),
    ],
)
def test_ragged_lists_are_refused(value, message):
    assert error_for(f'{{"inputs": {value}}}', "UINT8").startswith(message)


def test_a_column_may_go_by_its_name_among_others():
    found = tensor('{"x": [1], "more": 2}', "UINT8")
    assert found.tolist() == [1]
    message = error_for('{"inputs": {"y": [1]}}')
    assert message == "Missing named input: x in 'inputs' object."


def test_a_body_has_one_of_the_two_forms():
    message = error_for('{"instances": [1], "inputs": [1]}', "UINT8")
    assert "expecting only one of 'inputs' or 'instances' keys" in message
    assert error_for("{}", "UINT8") == "Missing 'inputs' or 'instances' key"


@pytest.mark.parametrize("value", ["1", "{}", '"a"', "null", "[]"])
def test_instances_are_a_list_that_is_not_empty(value):
    assert "'instances'" in error_for(f'{{"instances": {value}}}', "UINT8")


def test_the_name_of_the_signature_is_a_string():
    with pytest.raises(errors.RequestError, match="must be a string value"):
        request_json.parse(b'{"signature_name": 5}')
    named = b'{"signature_name": "uint8"}'
    assert request_json.parse(named) == {"signature_name": "uint8"}


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"", "Expecting value"),
        (b"instances = [1, 2]", "Expecting value: line 1 column 1 (char 0)"),
        (b'{"x": }', "Expecting value: line 1 column 7 (char 6)"),
        (b'{"x" 1}', "Expecting ':' delimiter"),
        (b'{"x": "abc', "Unterminated string"),
        (b'{"x": "\xff"}', "'utf-8' codec can't decode byte 0xff"),
        (b"{} {}", "Extra data"),
        (b"[" * 100_000, "maximum recursion depth exceeded"),
        (b'{"x":' * 100_000, "maximum recursion depth exceeded"),
    ],
)
def test_invalid_json_is_refused_with_its_place(body, message):
    with pytest.raises(errors.RequestError) as caught:
        request_json.parse(body)
    assert caught.value.message.startswith(f"JSON Parse error: {message}")


@pytest.mark.parametrize("body", [b"[1]", b"1", b'"a"', b"null", b"NaN"])
def test_a_body_is_an_object(body):
    with pytest.raises(errors.RequestError, match="Is not object"):
        request_json.parse(body)


def test_a_byte_order_mark_is_skipped():
    assert request_json.parse(b'\xef\xbb\xbf{"x": 1}') == {"x": 1}


def test_halves_of_characters_are_refused():
    message = error_for('{"inputs": ["\\ud800"]}', "STRING")
    assert "surrogate pair" in message


def test_lists_deeper_than_any_tensor_are_refused():
    message = error_for(f'{{"inputs": {"[" * 70}{"]" * 70}}}', "UINT8")
    assert "nested more than 64 deep" in message


def test_messages_hold_no_pictures():
    body = json.dumps({"inputs": "A" * 100_000, "instances": [1]})
    assert len(error_for(body, "UINT8")) < 300
    assert len(row_refusal(json.dumps(["A" * 100_000]))) < 400
    body = json.dumps({"inputs": list(range(10_000)), "instances": [1]})
    assert len(error_for(body, "UINT8")) < 300
