"""TensorFlow Serving's REST protocol, against the server on a socket."""

import base64
import gzip
import http.client
import json
import urllib.parse

import local_server
import numpy as np
import pytest
import requests
import tensorflow as tf

from cartoongan_tf.images import pictures
from cartoongan_tf.inference import saved_model_runtime

PREDICT = "/v1/models/cartoongan:predict"


@pytest.fixture(scope="module")
def server(published):
    with local_server.serve({"cartoongan": published}) as address:
        yield address


@pytest.fixture(scope="module")
def png():
    random = np.random.default_rng(0)
    return pictures.encode_png(random.integers(0, 256, (20, 28, 3), "uint8"))


@pytest.fixture(scope="module")
def cartoon(published, png):
    """Cartoon of the picture by the model, without a server."""
    model = saved_model_runtime.SessionModel(published / "1")
    return model.run("serving_default", np.array([png], object))[0]


def b64(data):
    return {"b64": base64.b64encode(data).decode()}


def post(address, path, document, **settings):
    data = document if isinstance(document, str) else json.dumps(document)
    return requests.post(address + path, data.encode(), timeout=60, **settings)


def error_in(response, status):
    assert response.status_code == status
    assert response.headers["content-type"] == "application/json"
    content = response.json()
    assert list(content) == ["error"]
    return content["error"]


def raw(address, method, path, body=None, headers=None):
    """Sends a path as it is, which requests would tidy up."""
    host = urllib.parse.urlsplit(address).netloc
    connection = http.client.HTTPConnection(host, timeout=60)
    connection.request(method, path, body, headers or {})
    response = connection.getresponse()
    text = response.read().decode()
    connection.close()
    return response.status, text


def test_rows_return_predictions(server, png, cartoon):
    for row in (b64(png), {"image_bytes": b64(png)}):
        response = post(server, PREDICT, {"instances": [row, row]})
        assert response.status_code == 200
        assert response.headers["content-type"] == "application/json"
        assert response.json() == {"predictions": [b64(cartoon), b64(cartoon)]}


def test_columns_return_outputs(server, png, cartoon):
    for column in ([b64(png)], {"image_bytes": [b64(png)]}):
        response = post(server, PREDICT, {"inputs": column})
        assert response.json() == {"outputs": [b64(cartoon)]}


def test_requests_name_their_signature(server, random):
    picture = random.integers(0, 256, (1, 16, 24, 3), "uint8")
    document = {"signature_name": "uint8", "instances": picture.tolist()}
    cartoon = post(server, PREDICT, document).json()["predictions"]
    document = {"signature_name": "uint8", "inputs": picture.tolist()}
    assert post(server, PREDICT, document).json()["outputs"] == cartoon
    assert np.shape(cartoon) == picture.shape
    document = {
        "signature_name": "float32",
        "instances": (picture / 127.5 - 1).tolist(),
    }
    floats = np.array(post(server, PREDICT, document).json()["predictions"])
    assert np.abs((floats + 1) * 127.5 - cartoon).max() < 1


def test_unknown_signatures_are_bad_requests(server):
    document = {"signature_name": "x", "instances": [1]}
    assert error_in(post(server, PREDICT, document), 400) == (
        'Serving signature name: "x" not found in signature def'
    )


@pytest.mark.parametrize("place", ["/versions/1", ""])
def test_versions_are_parts_of_the_path(server, png, cartoon, place):
    path = f"/v1/models/cartoongan{place}:predict"
    response = post(server, path, {"instances": [b64(png)]})
    assert response.json() == {"predictions": [b64(cartoon)]}


@pytest.mark.parametrize(
    ("path", "status", "message"),
    [
        ("other", 404, "Servable not found for request: Latest(other)"),
        (
            "cartoongan/versions/7",
            404,
            "Servable not found for request: Specific(cartoongan, 7)",
        ),
        (
            f"cartoongan/versions/{2**63 - 1}",
            404,
            "Servable not found for request: "
            f"Specific(cartoongan, {2**63 - 1})",
        ),
        (
            f"cartoongan/versions/{2**63}",
            400,
            f"Failed to convert version: {2**63} to numeric.",
        ),
        (
            "cartoongan/versions/" + "9" * 5000,
            400,
            f"Failed to convert version: {'9' * 200} to numeric.",
        ),
    ],
)
def test_missing_versions_are_rejected(server, path, status, message):
    response = post(server, f"/v1/models/{path}:predict", {"instances": [1]})
    assert error_in(response, status) == message


def test_paths_may_be_in_any_case_and_encoded(server, png):
    document = json.dumps({"instances": [b64(png)]})
    for path in (
        "/v1/Models/cartoongan:predict",
        "/v1/models/cartoon%67an/Versions/1:predict",
    ):
        assert raw(server, "POST", path, document)[0] == 200, path


def test_names_are_reported_as_they_are_written(server):
    assert error_in(requests.get(f"{server}/v1/models/CartoonGAN"), 404)


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS"])
def test_other_methods_are_malformed_requests(server, method):
    response = requests.request(method, f"{server}/v1/models/cartoongan")
    assert error_in(response, 400) == (
        f"Malformed request: {method} /v1/models/cartoongan"
    )


def test_head_is_a_malformed_request(server):
    assert requests.head(f"{server}/v1/models/cartoongan").status_code == 400


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/v1/foo"),
        ("POST", "/v1/foo"),
        ("GET", "/v1/models/a/b"),
        ("POST", "/v1/models"),
        ("POST", "/v1/models/cartoongan"),
        ("GET", "/v1/models/cartoongan:predict"),
        ("POST", "/v1/models/cartoongan:explain"),
        ("POST", "/v1/models/cartoongan:PREDICT"),
        ("POST", "/v1/models/cartoongan/labels/stable:predict"),
        ("POST", "/v1/models/cartoongan:classify"),
        ("POST", "/v1/models/cartoongan/versions/x:predict"),
        ("POST", "/v1/models/cartoongan/version/1:predict"),
        ("POST", "/v1/models/cartoongan/metadata"),
        ("GET", f"/v1/{'x' * 190}"),
    ],
)
def test_other_paths_below_v1_are_malformed_requests(server, method, path):
    status, text = raw(server, method, path, "{}" if method == "POST" else None)
    assert status == 400
    assert json.loads(text)["error"] == f"Malformed request: {method} {path}"


def test_a_long_path_is_not_repeated_in_full(server):
    path = f"/v1/{'x' * 1000}"
    message = error_in(requests.get(server + path), 400)
    assert message == f"Malformed request: GET {path[:200]}"


def test_paths_outside_of_v1_are_not_found(server):
    response = requests.get(f"{server}/v2/models/cartoongan")
    assert error_in(response, 404) == "Not Found"


def test_the_status_lists_all_versions(server):
    expected = {
        "model_version_status": [
            {
                "version": "1",
                "state": "AVAILABLE",
                "status": {"error_code": "OK", "error_message": ""},
            }
        ]
    }
    for path in ("", "/versions/1"):
        response = requests.get(f"{server}/v1/models/cartoongan{path}")
        assert response.status_code == 200
        assert response.json() == expected, path


@pytest.mark.parametrize(
    ("path", "status", "message"),
    [
        ("", 400, "Missing model name in request."),
        ("/other", 404, "Could not find any versions of model other"),
        (
            "/cartoongan/versions/7",
            404,
            "Could not find version 7 of model cartoongan",
        ),
        (
            "/other/metadata",
            404,
            "Servable not found for request: Latest(other)",
        ),
        (
            "/cartoongan/versions/7/metadata",
            404,
            "Servable not found for request: Specific(cartoongan, 7)",
        ),
    ],
)
def test_missing_models_have_no_status(server, path, status, message):
    response = requests.get(f"{server}/v1/models{path}")
    assert error_in(response, status) == message


def test_metadata_are_the_signatures_with_the_names_of_their_fields(
    server, published
):
    for place in ("", "/versions/1"):
        found = requests.get(f"{server}/v1/models/cartoongan{place}/metadata")
        content = found.json()
        assert content["model_spec"] == {
            "name": "cartoongan",
            "signature_name": "",
            "version": "1",
        }
        definitions = content["metadata"]["signature_def"]["signature_def"]
        expected = tf.saved_model.load(str(published / "1")).signatures
        assert set(definitions) - {"__saved_model_init_op"} == set(expected)
        image = definitions["uint8"]["inputs"]["image"]
        assert image["dtype"] == "DT_UINT8"
        sizes = [dim["size"] for dim in image["tensor_shape"]["dim"]]
        assert sizes == ["-1", "-1", "-1", "3"]
        assert image["tensor_shape"]["unknown_rank"] is False


def packed(server, body, encoding="gzip"):
    headers = {"Content-Encoding": encoding}
    return requests.post(server + PREDICT, body, headers=headers, timeout=60)


def test_bodies_may_be_compressed(server, png, cartoon):
    body = json.dumps({"instances": [b64(png)]}).encode()
    half = len(body) // 2
    for data in (
        gzip.compress(body),
        gzip.compress(body[:half]) + gzip.compress(body[half:]),
    ):
        assert packed(server, data).json() == {"predictions": [b64(cartoon)]}


def test_damaged_gzip_bodies_are_bad_requests(server):
    whole = gzip.compress(b'{"instances": []}')
    for data in (b"", b"{}", whole[:12], whole[:-4], whole[:10] + bytes(20)):
        error_in(packed(server, data), 400)


def test_other_content_encodings_are_rejected(server):
    assert error_in(packed(server, b"{}", "br"), 415) == (
        "Content-Encoding br is not supported; use gzip or none."
    )


def test_errors_of_the_graph_name_no_node(server, png):
    document = {"instances": [b64(png), b64(b"text")]}
    assert error_in(post(server, PREDICT, document), 400) == (
        "image_bytes[1]: is not a JPEG, PNG or WebP picture; convert it."
    )


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ({"instances": [{"x": "a"}]}, "must only have keys: image_bytes"),
        ({"inputs": {"x": ["a"]}}, "Missing named input: image_bytes in"),
        ({"instances": [], "x": 1}, "No values in 'instances' array"),
        ({}, "Missing 'inputs' or 'instances' key"),
        ({"instances": 1, "inputs": 1}, "expecting only one of"),
        ("", "JSON Parse error: Expecting value: line 1 column 1 (char 0)"),
        ("{", "JSON Parse error: Expecting property name"),
        ("[]", "Is not object"),
        ({"signature_name": 1}, "'signature_name' key must be a string value"),
    ],
)
def test_bodies_that_do_not_fit_are_bad_requests(server, document, message):
    assert message in error_in(post(server, PREDICT, document), 400)


def test_cross_origin_requests_are_blocked_by_default(server):
    response = requests.get(f"{server}/v1/models/cartoongan")
    assert "access-control-allow-origin" not in response.headers


def test_cross_origin_requests_can_be_allowed(published, png):
    models = {"cartoongan": published}
    other = {"Origin": "http://localhost:3000"}
    with local_server.serve(
        models, rest_api_enable_cors_support=True
    ) as address:
        asked = requests.options(
            address + PREDICT,
            headers={
                **other,
                "Access-Control-Request-Method": "POST",
                "Access-Control-Request-Headers": "Content-Type",
            },
        )
        response = post(
            address, PREDICT, {"instances": [b64(png)]}, headers=other
        )
        error = post(address, PREDICT, {}, headers=other)
    found = [each.status_code for each in (asked, response, error)]
    assert found == [200, 200, 400]
    for each in (asked, response, error):
        assert each.headers["access-control-allow-origin"] == "*"
    assert "POST" in asked.headers["access-control-allow-methods"]


def test_the_server_is_healthy_once_all_models_are_loaded(server):
    response = requests.get(f"{server}/healthz")
    assert (response.status_code, response.text) == (200, "ok\n")


def test_the_page_is_served_next_to_the_api(server):
    response = requests.get(f"{server}/")
    assert response.headers["content-type"].startswith("text/html")
    assert response.status_code == 200


def test_metrics_count_predictions_by_model_and_status(server, png):
    post(server, PREDICT, {"instances": [b64(png)]})
    post(server, PREDICT, {})
    post(server, "/v1/models/made-up:predict", {"instances": [1]})
    response = requests.get(f"{server}/monitoring/prometheus/metrics")
    assert response.headers["content-type"].startswith("text/plain")
    lines = response.text.splitlines()
    for start in (
        'cartoongan_requests_total{model="cartoongan",status="OK"}',
        'cartoongan_requests_total{model="cartoongan",status="INVALID_ARG',
        'cartoongan_requests_total{model="(unknown)",status="NOT_FOUND"}',
        'cartoongan_request_seconds_count{model="cartoongan"}',
        'cartoongan_run_seconds_count{model="cartoongan"}',
    ):
        (line,) = [each for each in lines if each.startswith(start)]
        assert float(line.split()[-1]) > 0
    assert "cartoongan_pending_requests 0.0" in lines
    assert "made-up" not in response.text
