"""Devices, precision and determinism of a run."""

import contextlib
import errno
import os
import re
from collections.abc import Iterator

import tensorflow as tf

from cartoongan_tf.core import errors


def prepare(deterministic: bool | None) -> None:
    """Configures memory growth and determinism, before devices are used.

    GPU memory is allocated on demand, not all at once.

    Args:
        deterministic: Whether equal runs give equal bits. None means True on a
            CPU, where the cost is not measurable, and False on a GPU.
    """
    # TensorFlow 2.21's remapper fails on the gradient of LeakyReLU and prints
    # an error each time; disabling it costs nothing.
    tf.config.optimizer.set_experimental_options({"remapping": False})
    gpus = tf.config.list_physical_devices("GPU")
    for gpu in gpus:
        tf.config.experimental.set_memory_growth(gpu, True)
    if deterministic or (deterministic is None and not gpus):
        tf.config.experimental.enable_op_determinism()


def choose(name: str | None) -> None:
    """Selects the only device to use, before any device is used.

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
    """Whether TensorFlow may use a GPU."""
    return bool(tf.config.get_visible_devices("GPU"))


@contextlib.contextmanager
def memory_advice(*flags: str, hint: str = "") -> Iterator[None]:
    """Turns out-of-memory errors into an `InputError` with advice.

    TensorFlow raises the same error for full memory and full disks.

    Args:
        *flags: Flags to lower, with their values, most helpful first.
        hint: Sentences that follow.

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
            f"{', or '.join(flags)}. {hint}".rstrip()
        ) from error
