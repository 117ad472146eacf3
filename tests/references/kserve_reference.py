"""What KServe's client and models make of our server and our manifest.

    python kserve_reference.py predict URL MODEL PHOTO... > ANSWER.json
    python kserve_reference.py read MANIFEST > MANIFEST.json

Runs in the environment of requirements-kserve.txt; `test_kserve_client.py`
reads the answers.
"""

import asyncio
import base64
import json
import pathlib
import sys
import types

import httpx
import kserve
import yaml


async def predict(url, model, *photos):
    """Sends photos in one request; the answer, or what is wrong with it."""
    config = kserve.RESTConfig(protocol="v1", timeout=60, retries=0)
    encoded = [
        base64.b64encode(pathlib.Path(photo).read_bytes()).decode()
        for photo in photos
    ]
    rows = {"instances": [{"b64": each} for each in encoded]}
    async with kserve.InferenceRESTClient(config) as client:
        try:
            return await client.infer(url, rows, model_name=model)
        except httpx.HTTPStatusError as error:
            status = error.response.status_code
            return {"status": status, "message": str(error)}


def read(path):
    """The manifest after a way through KServe's models, and back."""
    # Models of Kubernetes itself, which KServe's refer to and do not bring.
    vars(kserve.models).update(
        V1ObjectMeta=object,
        V1ResourceRequirements=object,
        V1SecurityContext=object,
    )
    client = kserve.ApiClient()
    answer = types.SimpleNamespace(
        data=json.dumps(yaml.safe_load(pathlib.Path(path).read_text()))
    )
    service = client.deserialize(answer, "V1beta1InferenceService")
    return client.sanitize_for_serialization(service)


if __name__ == "__main__":
    _, command, *arguments = sys.argv
    result = (
        read(*arguments)
        if command == "read"
        else asyncio.run(predict(*arguments))
    )
    json.dump(result, sys.stdout)
