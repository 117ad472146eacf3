"""Reads metadata with TensorFlow Lite Support, the reader of reference.

    python tests/references/metadata_reference.py MODEL.tflite ...

Prints a list in JSON. Runs in the environment of requirements-addons.txt;
`test_metadata.py` compares. The package `tflite_support` would also
load its vision library, which does not go with TensorFlow in one process.
"""

import json
import sys

from tensorflow_lite_support.metadata.python import metadata


def read(path):
    displayer = metadata.MetadataDisplayer.with_model_file(path)
    return json.loads(displayer.get_metadata_json())


print(json.dumps([read(path) for path in sys.argv[1:]]))
