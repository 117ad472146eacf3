"""Client for TensorFlow Serving's REST API, from picture to cartoon.

Needs only requests: neither TensorFlow nor gRPC.
"""

import base64
import http.cookiejar
import urllib.parse

import requests
import requests.adapters
import urllib3.util

from .. import addresses
from . import errors

SCHEMES = ("http", "https")

_RETRIED = (429, 503, 504)
_TOO_LARGE = 413  # Without JSON; also sent by proxies.
_CONNECTIONS = 64
_MODELS = "/v1/models/"
_PREDICT = ":predict"


class RestClient:
    """REST client; thread-safe.

    Args:
        url: URL of the server, such as `http://127.0.0.1:8501`; or full URL of
            a model: `http://127.0.0.1:8501/v1/models/cartoongan:predict`.
        model_name: Name of the model on the server.
        version: Model version number.
        label: Model version label, such as `stable`. Without version and label
            the latest version is used.
        timeout: Timeout of each attempt, in seconds.
        retries: Number of retries if the server is busy or unreachable, with
            exponential backoff.

    Raises:
        ClientError: If `url` names a model and a version or label is given.
    """

    def __init__(
        self,
        url: str,
        *,
        model_name: str = "cartoongan",
        version: int | None = None,
        label: str | None = None,
        timeout: float = 60.0,
        retries: int = 4,
    ) -> None:
        self._url = _predict_url(url, model_name, version, label)
        host = urllib.parse.urlsplit(self._url).hostname
        is_local = addresses.is_loopback(host)
        self._proxies = {"no_proxy": host} if is_local else {}
        self._timeout = timeout
        self._session = requests.Session()
        # Sessions are thread-safe only without cookies.
        self._session.cookies.set_policy(
            http.cookiejar.DefaultCookiePolicy(allowed_domains=[])
        )
        adapter = requests.adapters.HTTPAdapter(
            pool_maxsize=_CONNECTIONS, max_retries=_retry(retries)
        )
        self._session.mount("http://", adapter)
        self._session.mount("https://", adapter)

    def cartoonize(self, data: bytes) -> bytes:
        """Cartoonizes a picture.

        Args:
            data: Bytes of an encoded picture.

        Returns:
            Bytes of the cartoon, in the model's encoding.

        Raises:
            ClientError: If the server is unreachable or returns an error.
        """
        encoded = base64.b64encode(data).decode()
        try:
            response = self._session.post(
                self._url,
                json={"instances": [{"b64": encoded}]},
                proxies=self._proxies,
                timeout=self._timeout,
            )
        except requests.RequestException as error:
            raise errors.ClientError(
                f"{self._url} cannot be reached ({_cause(error)}); is the "
                "server up?"
            ) from error
        if response.request.method != "POST":  # Redirected to a page.
            raise errors.ClientError(
                f"{self._url} has moved to {response.url}; use that as --url."
            )
        return _read(response)

    def close(self) -> None:
        """Closes the connections."""
        self._session.close()


def _predict_url(url, model_name, version, label):
    if _MODELS in url:
        if version is not None or label is not None:
            raise errors.ClientError(
                f"{url} names a model; put its version or label into the URL, "
                "or pass only the server's address."
            )
        return url.rstrip("/").removesuffix(_PREDICT) + _PREDICT
    parts = [url.rstrip("/") + _MODELS + urllib.parse.quote(model_name, "")]
    if label is not None:
        parts += ["labels", urllib.parse.quote(label, "")]
    elif version is not None:
        parts += ["versions", str(version)]
    return "/".join(parts) + _PREDICT


def _retry(retries):
    return urllib3.util.Retry(
        total=retries,
        backoff_factor=0.5,
        backoff_jitter=0.5,
        backoff_max=30,
        status_forcelist=_RETRIED,
        allowed_methods=None,  # Predictions are idempotent.
        raise_on_status=False,
    )


def _read(response):
    try:
        content = response.json()
        if response.ok:
            return base64.b64decode(content["predictions"][0]["b64"])
        reason = content["error"]
    except (ValueError, KeyError, TypeError, IndexError):
        reason = "not from TensorFlow Serving; are URL and model right?"
        if response.status_code == _TOO_LARGE:
            reason = "the photo is too large; use a smaller --max_side."
    raise errors.ClientError(
        f"{response.url} responded {response.status_code}: {reason}"
    )


def _cause(error):
    """Returns the innermost of the exceptions of requests and urllib3."""
    while isinstance(error.args[0] if error.args else None, Exception):
        error = error.args[0]
    reason = getattr(error, "reason", None)
    if isinstance(reason, Exception):
        return _cause(reason)
    message = error.args[0] if error.args else None
    return message if isinstance(message, str) else error
