"""A model behind TensorFlow Serving, or what speaks its REST protocol.

Pictures travel as PNG, in base64, through the signature for encoded pictures,
so that the server needs no more than a SavedModel of `export.py`.
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

_SECONDS = 300.0  # A large picture may take minutes on a server without a GPU.
# Servers that are full are asked again when they say, or at once and after 2
# and 4 seconds; a server that is not there is reported at once.
_RETRY = urllib3.Retry(
    connect=0,
    read=1,  # A kept connection may have been closed meanwhile.
    status=3,
    status_forcelist=(429, 503),
    allowed_methods=None,  # Predictions may be repeated, too.
    backoff_factor=1,
    retry_after_max=60,
    raise_on_status=False,
)


def is_address(model: str | pathlib.Path) -> bool:
    """Whether a model is named by a URL."""
    return urllib.parse.urlsplit(str(model)).scheme in ("http", "https")


class ServedModel:
    """A function from a picture to its cartoon, computed by a server.

    Args:
        url: Of the model, such as `http://host:8501/v1/models/cartoongan`, with
            `/versions/N` or `/labels/L` if a certain one is meant. An address
            without a path is completed to that.

    Call arguments:
        picture: uint8 RGB array of shape `(height, width, 3)`.

    Returns:
        An array of the same shape.

    Raises:
        InputError: If the server cannot be reached, has no such model, refuses
            the picture, or gives one of another size.
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
        # A redirection would make the questions below those for a page.
        self._url = self._ask("GET", url).url

    def __call__(self, picture: np.ndarray) -> np.ndarray:
        encoded = base64.b64encode(pictures.encode_png(picture)).decode()
        question = {"instances": [{"b64": encoded}]}
        response = self._ask("POST", f"{self._url}:predict", question)
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

    def _ask(self, method, url, question=None):
        try:
            response = self._session.request(
                method,
                url,
                json=question,
                proxies=self._proxies,
                timeout=_SECONDS,
            )
            if response.ok:
                response.json()
                return response
        except requests.RequestException as error:
            raise errors.InputError(
                f"{url} gives no response of TensorFlow Serving "
                f"({_root(error)}); is the server up, and the model's name "
                "right?"
            ) from error
        raise errors.InputError(
            f"{url} answers {response.status_code}: {_reason(response)}"
        )


def _is_loopback(host):
    """Whether a host is this machine, which no proxy can reach."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _reason(response):
    """The server's own words, if it gives any."""
    try:
        return response.json()["error"]
    except (ValueError, KeyError, TypeError):
        return response.reason


def _root(error):
    """The first error: the operating system's message, as a rule."""
    while error.__context__ is not None:
        error = error.__context__
    return error
