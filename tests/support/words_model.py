"""A SavedModel that is made and loaded in no time, for tests of a server.

It takes words where ours take pictures, and tells how many it was given at
once.
"""

import tensorflow as tf

_WORDS = tf.TensorSpec([None], tf.string, name="words")
_NUMBERS = tf.TensorSpec([None, None], tf.float32, name="numbers")


class Words(tf.Module):
    @tf.function(input_signature=[_WORDS])
    def shout(self, words):
        """Words in capitals; one that is `bad` is refused with its place."""
        places = tf.where(words == "bad")[:, 0]
        sentence = tf.strings.format("words[{}]: is bad.", places[:1])
        sentence = tf.strings.regex_replace(sentence, r"\[\[(\d+)\]\]", r"[\1]")
        check = tf.debugging.Assert(tf.size(places) == 0, [sentence])
        with tf.control_dependencies([check]):
            together = tf.fill([tf.size(words)], tf.size(words))
            return {"shouted": tf.strings.upper(words), "together": together}

    @tf.function(input_signature=[_WORDS])
    def unique(self, words):
        return {"found": tf.unique(words)[0]}

    @tf.function(input_signature=[_WORDS])
    def count(self, words):
        return {"count": tf.size(words)}

    @tf.function(input_signature=[_NUMBERS])
    def double(self, numbers):
        together = tf.fill([tf.shape(numbers)[0]], tf.shape(numbers)[0])
        return {"doubled": 2 * numbers, "together": together}


def write(folder):
    """Writes the model; `shout` is what is asked unless told."""
    module = Words()
    signatures = {
        "serving_default": module.shout,
        "unique": module.unique,
        "count": module.count,
        "double": module.double,
    }
    tf.saved_model.save(module, str(folder), signatures=signatures)
