import base64
import json

import numpy as np
import pytest

from serving.local import errors
from serving.local import response_json


def strings(*values):
    array = np.empty(len(values), object)
    array[:] = values
    return array


def test_lists_are_written_in_both_forms():
    array = np.array([[1, 2], [3, 4]], np.uint8)
    found = response_json.rows("x", array)
    assert found == b'{"predictions": [[1, 2], [3, 4]]}'
    found = response_json.columns("x", array)
    assert found == b'{"outputs": [[1, 2], [3, 4]]}'


@pytest.mark.parametrize(
    "data", [b"\x00\xff\x89PNG", b"", b"ends with\x00\x00"]
)
def test_strings_of_outputs_that_end_in_bytes_are_base64(data):
    encoded = {"b64": base64.b64encode(data).decode()}
    output = "cartoon_bytes", strings(data, data)
    response = json.loads(response_json.rows(*output))
    assert response == {"predictions": [encoded, encoded]}
    response = json.loads(response_json.columns(*output))
    assert response == {"outputs": [encoded, encoded]}


def test_strings_of_other_outputs_are_text():
    output = strings('caf\u00e9 "x"\n'.encode(), b"\xff")
    response = json.loads(response_json.rows("label", output))
    assert response == {"predictions": ['caf\u00e9 "x"\n', "\ufffd"]}


def test_decimals_come_back_exactly(random):
    bits = random.integers(0, 2**32, 20_000, "uint32")
    wild = bits.view(np.float32)
    wild = wild[np.isfinite(wild)]
    response = json.loads(response_json.rows("x", wild))
    found = np.array(response["predictions"], np.float32)
    np.testing.assert_array_equal(found, wild)


def test_infinite_numbers_are_bare_tokens():
    values = np.array([np.nan, np.inf, -np.inf], np.float32)
    text = response_json.rows("x", values)
    assert text == b'{"predictions": [NaN, Infinity, -Infinity]}'


def test_one_value_is_a_column_and_no_row():
    one = np.array(0.5, np.float32)
    assert response_json.columns("x", one) == b'{"outputs": 0.5}'
    with pytest.raises(errors.RequestError, match="x has no shape information"):
        response_json.rows("x", one)
