"""The local server in a thread of the tests, and a model for odd requests."""

import contextlib
import threading

import tensorflow as tf

from serving.local import __main__ as command
from serving.local import model_config
from serving.local import server
from serving.local import settings


@contextlib.contextmanager
def serve(models, **chosen):
    """Runs a server at a free port; gives its address."""
    chosen = settings.Settings(**{"drain_timeout_s": 5, **chosen})
    with command.listen(chosen.host, 0) as socket:
        running = server.Server(chosen, models)
        thread = threading.Thread(target=running.run, args=([socket],))
        thread.start()
        try:
            yield f"http://{chosen.host}:{socket.getsockname()[1]}"
        finally:
            running.should_exit = True
            thread.join()


def models(published, probe):
    """The cartoon model and the probe."""
    return [
        model_config.ModelConfig("cartoongan", published),
        model_config.ModelConfig("probe", probe),
    ]


class Probe(tf.Module):
    """Signatures of several inputs and outputs, and of rare types."""

    @tf.function(
        input_signature=[
            tf.TensorSpec((None, 2), tf.int32, "x"),
            tf.TensorSpec((None,), tf.string, "y"),
        ]
    )
    def pair(self, x, y):
        return {"sum": tf.reduce_sum(x, 1), "text": y, "raw_bytes": y}

    @tf.function(input_signature=[tf.TensorSpec(None, tf.float32, "x")])
    def same(self, x):
        return {"same": x}

    @tf.function(input_signature=[tf.TensorSpec((None,), tf.float32, "x")])
    def total(self, x):
        return {"total": tf.reduce_sum(x)}

    @tf.function(input_signature=[tf.TensorSpec((None,), tf.float32, "x")])
    def unequal(self, x):
        return {"once": x, "twice": tf.concat([x, x], 0)}

    @tf.function(input_signature=[tf.TensorSpec((None,), tf.float32, "x")])
    def half(self, x):
        return {"half": tf.cast(x, tf.float16)}

    @tf.function(input_signature=[tf.TensorSpec((None,), tf.float16, "x")])
    def takes_half(self, x):
        return {"single": tf.cast(x, tf.float32)}

    @tf.function(input_signature=[tf.TensorSpec((None,), tf.bool, "x")])
    def negation(self, x):
        return {"not": tf.logical_not(x)}


def write_probe(folder):
    """Writes the probe as version 1."""
    probe = Probe()
    names = "same", "total", "unequal", "half", "takes_half", "negation"
    signatures = {name: getattr(probe, name) for name in names}
    signatures["serving_default"] = probe.pair
    tf.saved_model.save(probe, str(folder / "1"), signatures)
    return folder
