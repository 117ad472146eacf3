import base64
import json

import numpy as np
import pytest

from serving import json_answers
from serving import refusals


def strings(*values):
    array = np.empty(len(values), object)
    array[:] = values
    return array


def test_one_output_comes_as_rows_without_its_name():
    text = json_answers.row_form({"x": np.array([[1, 2], [3, 4]])})
    assert text == b'{\n    "predictions": [[1, 2], [3, 4]\n    ]\n}'


def test_one_output_comes_as_a_column_without_its_name():
    text = json_answers.columnar_form({"x": np.array([[1, 2], [3, 4]])})
    assert text == b'{\n    "outputs": [[1, 2], [3, 4]]\n}'


def test_several_outputs_are_objects_keyed_by_alias():
    outputs = {"b": np.array([1, 2]), "a": np.array([[5], [6]], np.uint8)}
    assert json.loads(json_answers.row_form(outputs)) == {
        "predictions": [{"a": [5], "b": 1}, {"a": [6], "b": 2}]
    }
    assert json.loads(json_answers.columnar_form(outputs)) == {
        "outputs": {"a": [[5], [6]], "b": [1, 2]}
    }


def test_objects_are_indented_by_four_spaces():
    outputs = {"a": np.array([1]), "b": np.array([2])}
    assert json_answers.row_form(outputs).decode() == (
        '{\n    "predictions": [\n        {\n            "a": 1,\n'
        '            "b": 2\n        }\n    ]\n}'
    )
    text = json_answers.row_form({"x_bytes": strings(b"a", b"b")})
    assert text.decode() == (
        '{\n    "predictions": [{\n            "b64": "YQ=="\n        }, {\n'
        '            "b64": "Yg=="\n        }\n    ]\n}'
    )


@pytest.mark.parametrize(
    "data", [b"\x00\xff\x89PNG", b"", b"ends with\x00\x00"]
)
def test_strings_of_outputs_that_end_in_bytes_are_base64(data):
    encoded = {"b64": base64.b64encode(data).decode()}
    outputs = {"cartoon_bytes": strings(data, data)}
    answer = json.loads(json_answers.row_form(outputs))
    assert answer == {"predictions": [encoded, encoded]}
    answer = json.loads(json_answers.columnar_form(outputs))
    assert answer == {"outputs": [encoded, encoded]}


def test_strings_of_other_outputs_are_text():
    outputs = {"label": strings('caf\u00e9 "x"\n'.encode())}
    answer = json.loads(json_answers.row_form(outputs))
    assert answer == {"predictions": ['caf\u00e9 "x"\n']}


def test_strings_may_be_nested():
    nested = strings(b"a", b"b", b"c", b"d").reshape(2, 2)
    answer = json.loads(json_answers.row_form({"x": nested}))
    assert answer == {"predictions": [["a", "b"], ["c", "d"]]}


def test_a_single_value_is_a_column():
    answer = json.loads(json_answers.columnar_form({"x": np.float32(0.5)}))
    assert answer == {"outputs": 0.5}
    answer = json.loads(
        json_answers.columnar_form({"x": np.array(b"a", object)})
    )
    assert answer == {"outputs": "a"}


def test_decimals_have_a_point_or_an_exponent():
    values = np.array([1, 0, -2, 9e6, 999999, 1e20, 3e-5], np.float32)
    text = json_answers.row_form({"x": values}).decode()
    written = text[text.index("[") + 1 : text.index("]")].split(",")
    assert all("." in each or "e" in each for each in written)
    assert [float(each) for each in written] == pytest.approx(values.tolist())


def test_decimals_have_few_digits_where_those_suffice():
    values = np.array([0.2, 0.1, 555557.5, 0.0003, -0.7], np.float32)
    assert json_answers.row_form({"x": values}) == (
        b'{\n    "predictions": [0.2, 0.1, 555557.5, 0.0003, -0.7\n    ]\n}'
    )


def test_decimals_come_back_exactly(random):
    bits = random.integers(0, 2**32, 20_000, "uint32")
    wild = bits.view(np.float32)
    wild = wild[np.isfinite(wild)]
    tame = np.tanh(random.normal(size=(5, 7, 3))).astype(np.float32)
    for values in (wild, tame, wild.astype(np.float64) / 3):
        answer = json.loads(json_answers.row_form({"x": values}))
        found = np.array(answer["predictions"], values.dtype)
        np.testing.assert_array_equal(found, values)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_what_is_not_finite_is_a_bare_token(dtype):
    values = np.array([np.nan, np.inf, -np.inf], dtype)
    text = json_answers.row_form({"x": values})
    assert b"[NaN, Infinity, -Infinity\n" in text


def test_booleans_are_true_and_false():
    text = json_answers.columnar_form({"x": np.array([True, False])})
    assert b"[true, false]" in text


def test_large_arrays_are_whole(random):
    large = random.integers(0, 256, (3, 200, 131, 3), "uint8")
    answer = json.loads(json_answers.row_form({"x": large}))
    np.testing.assert_array_equal(answer["predictions"], large)


def test_rows_need_a_first_dimension():
    outputs = {"x": np.array([1]), "y": np.array(2)}
    with pytest.raises(refusals.Refusal, match="y has no shape information"):
        json_answers.row_form(outputs)
    with pytest.raises(refusals.Refusal, match="invalid batch size: 0"):
        json_answers.row_form({"x": np.zeros((0, 3))})


def test_rows_need_the_same_first_dimension():
    outputs = {"x": np.array([1, 2]), "y": np.array([1, 2, 3])}
    with pytest.raises(refusals.Refusal, match="y has inconsistent batch size"):
        json_answers.row_form(outputs)
    assert json_answers.columnar_form(outputs)


@pytest.mark.parametrize("form", ["row_form", "columnar_form"])
def test_types_without_json_and_nothing_are_refused(form):
    write = getattr(json_answers, form)
    with pytest.raises(refusals.Refusal, match="tensor type: half"):
        write({"x": np.zeros(2, np.float16)})
    with pytest.raises(refusals.Refusal, match="empty tensor map"):
        write({})


def test_errors_are_objects_with_one_key():
    assert json_answers.error('no "x" \u00e9') == (
        '{\n    "error": "no \\"x\\" \u00e9"\n}'.encode()
    )
