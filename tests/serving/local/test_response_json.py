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


def test_one_output_comes_without_its_name():
    outputs = {"x": np.array([[1, 2], [3, 4]])}
    assert response_json.rows(outputs) == b'{"predictions": [[1, 2], [3, 4]]}'
    assert response_json.columns(outputs) == b'{"outputs": [[1, 2], [3, 4]]}'


def test_several_outputs_are_objects_by_name():
    outputs = {"b": np.array([1, 2]), "a": np.array([[5], [6]], np.uint8)}
    assert json.loads(response_json.rows(outputs)) == {
        "predictions": [{"a": [5], "b": 1}, {"a": [6], "b": 2}]
    }
    assert json.loads(response_json.columns(outputs)) == {
        "outputs": {"a": [[5], [6]], "b": [1, 2]}
    }


@pytest.mark.parametrize(
    "data", [b"\x00\xff\x89PNG", b"", b"ends with\x00\x00"]
)
def test_strings_of_outputs_that_end_in_bytes_are_base64(data):
    encoded = {"b64": base64.b64encode(data).decode()}
    outputs = {"cartoon_bytes": strings(data, data)}
    response = json.loads(response_json.rows(outputs))
    assert response == {"predictions": [encoded, encoded]}
    response = json.loads(response_json.columns(outputs))
    assert response == {"outputs": [encoded, encoded]}


def test_strings_of_other_outputs_are_text():
    outputs = {"label": strings('caf\u00e9 "x"\n'.encode(), b"\xff")}
    response = json.loads(response_json.rows(outputs))
    assert response == {"predictions": ['caf\u00e9 "x"\n', "\ufffd"]}


def test_strings_may_be_nested():
    nested = strings(b"a", b"b", b"c", b"d").reshape(2, 2)
    response = json.loads(response_json.rows({"x": nested}))
    assert response == {"predictions": [["a", "b"], ["c", "d"]]}


def test_a_single_value_is_a_column():
    response = response_json.columns({"x": np.array(0.5, np.float32)})
    assert response == b'{"outputs": 0.5}'
    response = response_json.columns({"x": np.array(b"a", object)})
    assert response == b'{"outputs": "a"}'


def test_decimals_come_back_exactly(random):
    bits = random.integers(0, 2**32, 20_000, "uint32")
    wild = bits.view(np.float32)
    wild = wild[np.isfinite(wild)]
    for values in (wild, wild.astype(np.float64) / 3):
        response = json.loads(response_json.rows({"x": values}))
        found = np.array(response["predictions"], values.dtype)
        np.testing.assert_array_equal(found, values)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_what_is_not_finite_is_a_bare_token(dtype):
    values = np.array([np.nan, np.inf, -np.inf], dtype)
    text = response_json.rows({"x": values})
    assert text == b'{"predictions": [NaN, Infinity, -Infinity]}'


def test_booleans_are_true_and_false():
    text = response_json.columns({"x": np.array([True, False])})
    assert text == b'{"outputs": [true, false]}'


def test_rows_need_a_first_dimension():
    outputs = {"x": np.array([1]), "y": np.array(2)}
    with pytest.raises(errors.RequestError, match="y has no shape information"):
        response_json.rows(outputs)
    with pytest.raises(errors.RequestError, match="invalid batch size: 0"):
        response_json.rows({"x": np.zeros((0, 3))})


def test_rows_need_the_same_first_dimension():
    outputs = {"x": np.array([1, 2]), "y": np.array([1, 2, 3])}
    with pytest.raises(errors.RequestError, match="y has inconsistent batch"):
        response_json.rows(outputs)
    assert response_json.columns(outputs)


@pytest.mark.parametrize("form", ["rows", "columns"])
def test_types_without_json_are_refused(form):
    write = getattr(response_json, form)
    with pytest.raises(errors.RequestError, match="tensor type: half"):
        write({"x": np.zeros(2, np.float16)})
