"""Runs every signature of a SavedModel in an old TensorFlow.

    python tests/references/old_server.py FOLDER REQUEST.npz ANSWER.npz

Runs in the environment of requirements-addons.txt; `test_old_server.py` writes
the request and reads the answer. The request holds an array for each kind of
input, the answer the output of each signature, by the signature's name.
"""

import sys

import numpy as np
import tensorflow as tf


def main(folder, request, answer):
    with np.load(request, allow_pickle=True) as archive:
        inputs = dict(archive)
    with tf.Graph().as_default(), tf.compat.v1.Session() as session:
        loaded = tf.compat.v1.saved_model.load(session, ["serve"], folder)
        outputs = {
            name: run(session, signature, inputs)
            for name, signature in loaded.signature_def.items()
            if signature.inputs
        }
    np.savez(answer, **outputs)


def run(session, signature, inputs):
    (taken,) = signature.inputs.values()
    (given,) = signature.outputs.values()
    array = inputs[tf.as_dtype(taken.dtype).name]
    return session.run(given.name, {taken.name: array})


if __name__ == "__main__":
    main(*sys.argv[1:])
