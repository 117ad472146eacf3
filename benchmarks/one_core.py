"""Measuring what one core does, on machines where others work beside it."""

import os
import time
from collections.abc import Iterable

import cv2
import numpy as np
import tensorflow as tf


def use() -> None:
    """Keeps this process, and the libraries in it, to one core."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    cv2.setNumThreads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    tf.config.threading.set_intra_op_parallelism_threads(1)


def dataset_options() -> tf.data.Options:
    """A dataset that works only when it is asked, on one thread."""
    options = tf.data.Options()
    options.autotune.enabled = False
    options.experimental_optimization.inject_prefetch = False
    options.threading.private_threadpool_size = 1
    options.threading.max_intra_op_parallelism = 1
    return options


def seconds_between(items: Iterable) -> np.ndarray:
    """Seconds that each item of an iterable took."""
    times = [time.perf_counter()]
    for _ in items:
        times.append(time.perf_counter())
    return np.diff(times)
