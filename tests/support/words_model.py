"""A SavedModel that is made and loaded in no time, for tests of a server.

It takes words where ours take pictures.
"""

import tensorflow as tf

_WORDS = tf.TensorSpec([None], tf.string, name="words")


class Words(tf.Module):
    @tf.function(input_signature=[_WORDS])
    def shout(self, words):
        return {"shouted": tf.strings.upper(words)}

    @tf.function(input_signature=[_WORDS])
    def count(self, words):
        return {"count": tf.size(words)}


def write(folder):
    """Writes the model; `shout` is its default signature."""
    module = Words()
    signatures = {"serving_default": module.shout, "count": module.count}
    tf.saved_model.save(module, str(folder), signatures=signatures)
