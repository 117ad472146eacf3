"""Devices, precision and determinism of a run."""

import contextlib
import errno
import os
import re
from collections.abc import Iterator

import tensorflow as tf

from cartoongan_tf.core import errors


def prepare(deterministic: bool | None) -> None:
    """Settles memory and determinism, before anything else touches a device.

    GPU memory is taken as it is needed, not all at once.

    Args:
        deterministic: Whether the same run gives the same bits. None means
            yes on a CPU, where it costs nothing measurable, and no on a GPU.
    """
    # TensorFlow 2.21's remapper gives up on the gradient of LeakyReLU, and
    # prints an error each time; nothing is lost without it.
    tf.config.optimizer.set_experimental_options({"remapping": False})
    gpus = tf.config.list_physical_devices("GPU")
    for gpu in gpus:
        tf.config.experimental.set_memory_growth(gpu, True)
    if deterministic or (deterministic is None and not gpus):
        tf.config.experimental.enable_op_determinism()


def choose(name: str | None) -> None:
    """Works on one device only; before anything else touches one.

    Args:
        name: `cpu`, `gpu` or `gpu:1`; None for TensorFlow's own choice.

    Raises:
        InputError: If there is no such device.
    """
    if name is None:
        return
    gpus = tf.config.list_physical_devices("GPU")
    chosen = {"cpu": [], "gpu": gpus[:1]} | {
        f"gpu:{number}": [gpu] for number, gpu in enumerate(gpus)
    }
    if name not in chosen or (name == "gpu" and not gpus):
        there = ["cpu", *(f"gpu:{number}" for number in range(len(gpus)))]
        raise errors.InputError(
            f"`device`={name} is not there; there is {', '.join(there)}."
        )
    tf.config.set_visible_devices(chosen[name], "GPU")


def has_gpu() -> bool:
    """Whether there is a GPU that TensorFlow may use."""
    return bool(tf.config.get_visible_devices("GPU"))


@contextlib.contextmanager
def memory_advice(*flags: str) -> Iterator[None]:
    """Turns running out of memory into a sentence.

    TensorFlow has one error for memory and disks.

    Args:
        *flags: The flags to lower, as they were given, most helpful first.

    Raises:
        InputError: If TensorFlow runs out of memory in the block.
        OSError: If a disk is full.
    """
    try:
        yield
    except tf.errors.ResourceExhaustedError as error:
        full = os.strerror(errno.ENOSPC)
        file = re.search(rf"([^}}]*); {full}", error.message)
        if file:
            raise OSError(errno.ENOSPC, full, file[1].strip()) from error
        raise errors.InputError(
            f"out of memory ({error.message.splitlines()[0]}); lower "
            f"{', or '.join(flags)}. The last checkpoint is whole."
        ) from error
