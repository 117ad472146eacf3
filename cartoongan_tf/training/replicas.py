"""Collective operations of replicas, each with an equal shard of a batch.

To be called in a `train_step`. Replica 0 has the first images of the batch,
and so on. Without a strategy there is one replica, its shard is the whole
batch, and every function here returns its input.
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
    """Averages a tensor, or a structure of tensors, over all replicas."""
    return _reduced(tf.distribute.ReduceOp.MEAN, values)


def norms(tensors: dict) -> dict:
    """L2 norms of tensors that are sharded over the replicas, by name."""
    if count() == 1:
        return {name: tf.norm(tensor) for name, tensor in tensors.items()}
    squares = total({n: tf.reduce_sum(t * t) for n, t in tensors.items()})
    return {name: tf.sqrt(square) for name, square in squares.items()}


def gather(shard: tf.Tensor) -> tf.Tensor:
    """Concatenates the shards of all replicas to the whole batch.

    Gradients flow back from all replicas to each shard.
    """
    if count() == 1:
        return shard
    # Pads each shard with zeros and sums: the gradient of `all_gather` fails
    # with several workers.
    size = shard.shape[0]
    before = _index() * size
    after = (count() - 1) * size - before
    others = [[0, 0]] * (len(shard.shape) - 1)
    return total(tf.pad(shard, [[before, after], *others]))


def local_shard(batch: tf.Tensor) -> tf.Tensor:
    """Slices this replica's shard out of the whole batch."""
    if count() == 1:
        return batch
    size = batch.shape[0] // count()
    start = _index() * size
    return batch[start : start + size]


def count_of_first(images: int, size: int) -> int:
    """Counts the first `images` of the batch that are in this shard.

    Args:
        images: Number of images, from the start of the batch.
        size: Number of images in each shard.
    """
    return min(max(images - _index() * size, 0), size)


def _context():
    return tf.distribute.get_replica_context()


def _index():
    return tf.get_static_value(_context().replica_id_in_sync_group)


def _reduced(operation, values):
    if count() == 1:
        return values
    return _context().all_reduce(operation, values)
