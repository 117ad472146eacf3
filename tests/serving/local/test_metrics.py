import asyncio

import pytest
from starlette import exceptions
from starlette import requests

from serving.local import errors
from serving.local import metrics


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (errors.RequestError("full", "UNAVAILABLE"), "UNAVAILABLE"),
        (exceptions.HTTPException(408), "408"),
        (exceptions.HTTPException(413), "413"),
        (exceptions.HTTPException(415), "415"),
        (requests.ClientDisconnect(), "CANCELLED"),
        (asyncio.CancelledError(), "CANCELLED"),
        (KeyError("a mistake"), "INTERNAL"),
    ],
)
def test_failed_predictions_are_counted_by_what_failed(error, status):
    meters = metrics.Metrics(["m"], lambda: 0)
    with pytest.raises(type(error)), meters.request("m"):
        raise error
    counted = f'cartoongan_requests_total{{model="m",status="{status}"}} 1.0'
    assert counted in meters.page().decode().splitlines()
