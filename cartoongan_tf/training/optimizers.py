"""Adam for replicas that have a share of a batch each."""

import keras

from cartoongan_tf.training import replicas


@keras.saving.register_keras_serializable(package="cartoongan_tf")
class ReplicaAdam(keras.optimizers.Adam):
    """Adam that clips the gradient of the whole batch.

    Keras clips the gradient of each replica, and sums them then. Without a
    strategy both are the same.
    """

    def apply(self, grads, trainable_variables=None):
        super().apply(replicas.total(grads), trainable_variables)

    def _all_reduce_sum_gradients(self, grads_and_vars):
        return grads_and_vars  # They have been summed.
