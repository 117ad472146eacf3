"""A model behind TensorFlow Serving's REST protocol.

Pictures are sent as base64-encoded PNG to the signature for encoded pictures,
so that the server needs only a SavedModel of `export.py`.
"""

import base64
import ipaddress
import pathlib
import urllib.parse

import numpy as np
import requests
import tensorflow as tf
import urllib3
from requests import adapters

from cartoongan_tf.core import errors
from cartoongan_tf.core import model_interface
from cartoongan_tf.images import pictures

_TIMEOUT_SECONDS = (
    300.0  # A large picture may take minutes on a server without a GPU.
)
# Overloaded servers are retried after their Retry-After, or at once and after
# 2 and 4 seconds; an unreachable server is reported at once.
_RETRY = urllib3.Retry(
    connect=0,
    read=1,  # A kept-alive connection may have been closed meanwhile.
    status=3,
    status_forcelist=(429, 503),
    allowed_methods=None,  # Predictions are idempotent, too.
    backoff_factor=1,
    retry_after_max=60,
    raise_on_status=False,
)


def is_address(model: str | pathlib.Path) -> bool:
    """Whether a model is given as a URL."""
    return urllib.parse.urlsplit(str(model)).scheme in ("http", "https")


class ServedModel:
    """A function from a picture to its cartoon, computed by a server.

    Args:
        url: URL of the model, such as
            `http://host:8501/v1/models/cartoongan`, optionally with
            `/versions/N` or `/labels/L`. The path defaults to that of the
            example.

    Call arguments:
        picture: uint8 RGB array of shape `(height, width, 3)`.

    Returns:
        An array of the same shape.

    Raises:
        InputError: If the server is unreachable, has no such model, rejects
            the picture, or changes its size.
    """

    def __init__(self, url: str):
        url = url.rstrip("/").removesuffix(":predict")
        if not urllib.parse.urlsplit(url).path:
            url = f"{url}/v1/models/{model_interface.MODEL_NAME}"
        host = urllib.parse.urlsplit(url).hostname
        self._proxies: dict[str, str] = {}
        if host and _is_loopback(host):
            self._proxies["no_proxy"] = host
        self._session = requests.Session()
        for scheme in ("http://", "https://"):
            adapter = adapters.HTTPAdapter(max_retries=_RETRY)
            self._session.mount(scheme, adapter)
        # The final URL: a redirect would turn the POST requests into GET.
        self._url = self._request("GET", url).url

    def __call__(self, picture: np.ndarray) -> np.ndarray:
        encoded = base64.b64encode(pictures.encode_png(picture)).decode()
        body = {"instances": [{"b64": encoded}]}
        response = self._request("POST", f"{self._url}:predict", body)
        data = base64.b64decode(response.json()["predictions"][0]["b64"])
        found = tf.io.decode_image(data, 3, expand_animations=False).numpy()
        if found.shape != picture.shape:
            side = max(found.shape)
            raise errors.InputError(
                f"{self._url} reduces a picture of {picture.shape[1]}x"
                f"{picture.shape[0]} pixels to {side} a side; use `max_side`="
                f"{side}, a model exported with a larger `max_side`, or a "
                ".keras model."
            )
        return found

    def _request(self, method, url, body=None):
        try:
            response = self._session.request(
                method,
                url,
                json=body,
                proxies=self._proxies,
                timeout=_TIMEOUT_SECONDS,
            )
            if response.ok:
                response.json()
                return response
        except requests.RequestException as error:
            raise errors.InputError(
                f"{url} gives no response of TensorFlow Serving "
                f"({_root_error(error)}); is the server up, and the model's "
                "name right?"
            ) from error
        raise errors.InputError(
            f"{url} answers {response.status_code}: {_error_message(response)}"
        )


def _is_loopback(host):
    """Whether a host is this machine, which proxies cannot reach."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _error_message(response):
    """Returns the server's error message, or the HTTP reason phrase."""
    try:
        return response.json()["error"]
    except (ValueError, KeyError, TypeError):
        return response.reason


def _root_error(error):
    """Returns the first error of a chain, usually the operating system's."""
    while error.__context__ is not None:
        error = error.__context__
    return error
