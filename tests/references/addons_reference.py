"""Computes with tensorflow-addons what our own operations compute.

    python tests/references/addons_reference.py REQUEST.npz ANSWER.npz

Runs in the environment of requirements-addons.txt; `test_addons.py` writes the
request and reads the answer.
"""

import sys

import numpy as np
import tensorflow as tf
import tensorflow_addons as tfa


def main(request, answer):
    given = dict(np.load(request))
    images = given["images"]
    results = {}
    for side, sigma in given["gaussians"]:
        blurred = tfa.image.gaussian_filter2d(
            images, (int(side), int(side)), float(sigma), "REFLECT"
        )
        results[f"gaussian_{int(side)}_{sigma}"] = blurred.numpy()
    for side in given["boxes"]:
        blurred = tfa.image.mean_filter2d(
            images, (int(side), int(side)), "REFLECT"
        )
        results[f"box_{side}"] = blurred.numpy()
    results |= normalize(given)
    np.savez(answer, **results)


def normalize(given):
    features = tf.constant(given["features"])
    layer = tfa.layers.InstanceNormalization(epsilon=float(given["epsilon"]))
    layer.build(features.shape)
    layer.set_weights([given["scale"], given["shift"]])
    with tf.GradientTape() as tape:
        tape.watch(features)
        outputs = layer(features)
        loss = tf.reduce_sum(outputs * given["toward"])
    sources = [features, *layer.trainable_variables]
    gradients = tape.gradient(loss, sources)
    names = ("by_features", "by_scale", "by_shift")
    answers = dict(zip(names, (g.numpy() for g in gradients), strict=True))
    return {"normalized": outputs.numpy(), **answers}


if __name__ == "__main__":
    main(*sys.argv[1:])
