"""One version of a model, loaded as TensorFlow Serving loads it.

A SavedModel in a session of TensorFlow 1. `tf.saved_model.load` is more
forgiving: models have been seen that it runs and that a server cannot.
"""

import contextlib
import gc
import pathlib
import threading
import time
from collections.abc import Collection
from collections.abc import Mapping

import grpc
import numpy as np
import tensorflow as tf
from tensorflow.core.protobuf import meta_graph_pb2

from serving import refusals
from serving import signatures
from serving import warmup_records


class UnknownSignature(refusals.Refusal):
    """A signature that the model does not have."""

    def __init__(self, signature: str) -> None:
        self.signature = signature
        super().__init__(
            grpc.StatusCode.INVALID_ARGUMENT,
            f'Serving signature name: "{signature}" not found in signature def',
        )


class LoadedVersion:
    """A version that answers.

    Its warm-up requests have been answered when it is made. `run` may be
    called from several threads.

    Args:
        folder: Folder that holds `saved_model.pb`; its name is the number.
        intra_op_threads: Threads that one operation may use; 0 leaves it to
            TensorFlow. The first model of a process decides for all.
        inter_op_threads: Operations that run at a time; the same.

    Attributes:
        number: Of the version.
        signatures: Definitions of all signatures by name, TensorFlow's own
            among them.
        warmup_seconds: How long the warm-up requests took.

    Raises:
        Exception: Whatever keeps a damaged model from being loaded, or one
            of its warm-up requests from being answered.
    """

    def __init__(
        self,
        folder: str | pathlib.Path,
        *,
        intra_op_threads: int = 0,
        inter_op_threads: int = 0,
    ) -> None:
        folder = pathlib.Path(folder)
        self.number = int(folder.name)
        options = tf.compat.v1.ConfigProto(
            intra_op_parallelism_threads=intra_op_threads,
            inter_op_parallelism_threads=inter_op_threads,
        )
        options.gpu_options.allow_growth = True
        self._running = 0
        self._stopped = threading.Condition()  # guards the two around it
        self._session = tf.compat.v1.Session(graph=tf.Graph(), config=options)
        try:
            with _without_warnings():
                self.signatures = self._load(folder)
                self.warmup_seconds = self._warm_up(folder)
        except BaseException:
            self.close()
            raise

    def definition(self, signature: str) -> meta_graph_pb2.SignatureDef:
        """Inputs and outputs of a signature that can be run.

        Raises:
            UnknownSignature: If there is none of that name.
        """
        # Names with underscores are operations that TensorFlow runs itself.
        if signature not in self.signatures or signature.startswith("__"):
            raise UnknownSignature(signature)
        return self.signatures[signature]

    def run(
        self,
        signature: str,
        inputs: Mapping[str, np.ndarray],
        outputs: Collection[str] | None = None,
        seconds: float | None = None,
    ) -> dict[str, np.ndarray]:
        """Gives the outputs of a signature.

        Args:
            signature: Its name.
            inputs: Arrays by the signature's names; strings as objects.
            outputs: Names of those to give; all unless told.
            seconds: After how long to give up, and to stop the work.

        Raises:
            Refusal: With the answer for who sent this.
        """
        definition = self.definition(signature)
        signatures.check_inputs(definition, inputs)
        names = signatures.chosen_outputs(definition, outputs)
        fetched = self._run(
            [definition.outputs[name].name for name in names],
            {definition.inputs[n].name: value for n, value in inputs.items()},
            seconds,
        )
        return {
            name: np.asarray(value, signatures.type_of(definition, name))
            for name, value in zip(names, fetched, strict=True)
        }

    def close(self) -> None:
        """Frees the memory when what runs has ended."""
        with self._stopped:
            session, self._session = self._session, None
            self._stopped.wait_for(lambda: not self._running)
        session.close()
        del session
        gc.collect()  # graphs refer to themselves, and hold the weights

    def _load(self, folder):
        loaded = tf.compat.v1.saved_model.load(
            self._session, [tf.saved_model.SERVING], str(folder)
        )
        return dict(loaded.signature_def)

    def _warm_up(self, folder):
        start = time.monotonic()
        for request in warmup_records.read(folder):
            arrays = {n: tf.make_ndarray(t) for n, t in request.inputs.items()}
            signature = request.model_spec.signature_name or signatures.DEFAULT
            self.run(signature, arrays, list(request.output_filter))
        return time.monotonic() - start

    def _run(self, fetches, feeds, seconds):
        options = None
        if seconds is not None:
            milliseconds = max(1, int(seconds * 1000))
            options = tf.compat.v1.RunOptions(timeout_in_ms=milliseconds)
        try:
            with self._borrowed_session() as session:
                return session.run(fetches, feeds, options)
        except tf.errors.DeadlineExceededError as error:
            raise refusals.Refusal(
                grpc.StatusCode.DEADLINE_EXCEEDED,
                "The model did not answer within the request's time.",
            ) from error
        except tf.errors.OpError as error:
            raise refusals.of_error(error) from error

    @contextlib.contextmanager
    def _borrowed_session(self):
        with self._stopped:
            if self._session is None:
                raise refusals.Refusal(
                    grpc.StatusCode.UNAVAILABLE,
                    f"Version {self.number} has been unloaded.",
                )
            self._running += 1
            session = self._session
        try:
            yield session
        finally:
            with self._stopped:
                self._running -= 1
                self._stopped.notify_all()


@contextlib.contextmanager
def _without_warnings():
    """TensorFlow calls its first loader, which servers have, deprecated."""
    logger = tf.get_logger()
    level = logger.level
    logger.setLevel("ERROR")
    try:
        yield
    finally:
        logger.setLevel(level)
