"""Replicas: copies of the networks, each with an equal share of a batch.

Called in a `train_step`. Replica 0 has the first images of a batch, and so on.
Without a strategy there is one replica, whose share is the whole batch, and
all of this leaves everything as it is.
"""

from typing import Any

import tensorflow as tf


def count() -> int:
    """Number of replicas."""
    return _context().num_replicas_in_sync


def total(values: Any) -> Any:
    """Sums a tensor, or a structure of tensors, over all replicas."""
    return _reduced(tf.distribute.ReduceOp.SUM, values)


def mean(values: Any) -> Any:
    """Means over all replicas of a tensor, or a structure of tensors."""
    return _reduced(tf.distribute.ReduceOp.MEAN, values)


def norms(tensors: dict) -> dict:
    """L2 norms of tensors, of each of which every replica has a share."""
    if count() == 1:
        return {name: tf.norm(tensor) for name, tensor in tensors.items()}
    squares = total({n: tf.reduce_sum(t * t) for n, t in tensors.items()})
    return {name: tf.sqrt(square) for name, square in squares.items()}


def gather(share: tf.Tensor) -> tf.Tensor:
    """Gives the whole batch, of which each replica has a share.

    Gradients flow back to each share from all replicas.
    """
    if count() == 1:
        return share
    # By sums of zeros and one share each: the gradient of `all_gather` fails
    # where there are several workers.
    size = share.shape[0]
    before = _number() * size
    after = (count() - 1) * size - before
    others = [[0, 0]] * (len(share.shape) - 1)
    return total(tf.pad(share, [[before, after], *others]))


def share_of(batch: tf.Tensor) -> tf.Tensor:
    """The share of this replica, of a whole batch."""
    if count() == 1:
        return batch
    size = batch.shape[0] // count()
    start = _number() * size
    return batch[start : start + size]


def part_of_first(images: int, size: int) -> int:
    """How many of the first images of a batch are in this share.

    Args:
        images: How many of the batch, from its start.
        size: Images in each share.
    """
    return min(max(images - _number() * size, 0), size)


def _context():
    return tf.distribute.get_replica_context()


def _number():
    return tf.get_static_value(_context().replica_id_in_sync_group)


def _reduced(operation, values):
    if count() == 1:
        return values
    return _context().all_reduce(operation, values)
