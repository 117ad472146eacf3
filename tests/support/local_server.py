"""The local server in a thread of the tests, and a model for odd requests."""

import contextlib
import threading

import tensorflow as tf

from serving import local
from serving import model_configs
from serving import server_settings
from serving import servers


@contextlib.contextmanager
def serve(models, **chosen):
    """Runs a server at a free port; gives its address."""
    chosen = server_settings.Settings(
        **{"port": 0, "drain_timeout_s": 5, **chosen}
    )
    socket = local.listen(chosen.host, chosen.port)
    ready = threading.Event()
    server = servers.Server(chosen, models, lambda _: ready.set())
    thread = threading.Thread(target=server.run, args=([socket],))
    thread.start()
    assert ready.wait(60)
    port = socket.getsockname()[1]
    try:
        yield f"http://{chosen.host}:{port}"
    finally:
        server.should_exit = True
        thread.join()


def models(published, probe):
    """The cartoon model with a label, and the probe."""
    return [
        model_configs.ModelConfig(
            "cartoongan", published, labels={"stable": 1, "canary": 2}
        ),
        model_configs.of_folder("probe", probe),
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
