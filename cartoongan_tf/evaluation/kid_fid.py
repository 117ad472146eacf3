"""Distances between two sets of pictures, by their features.

Features are arrays of shape `(number, dimensions)`, a row a picture. All is
computed in float64, on all rows at once.
"""

import numpy as np


def kernel_distance(features: np.ndarray, other: np.ndarray) -> float:
    """Kernel Inception distance (Binkowski et al., 2018).

    The unbiased estimate of the squared maximum mean discrepancy, with the
    kernel `(x . y / dimensions + 1) ** 3`. Around zero, and below it as often
    as above, where both sets are of one kind, however few they are.

    Args:
        features: Features of at least two pictures.
        other: The same of others.

    Raises:
        ValueError: If there are fewer, or their dimensions differ.
    """
    return _discrepancy(*_kernels(features, other))


def kernel_distance_error(features: np.ndarray, other: np.ndarray) -> float:
    """Standard error of `kernel_distance`, by a jackknife of both sets.

    Args:
        features: Features of at least three pictures.
        other: The same of others.

    Raises:
        ValueError: If there are fewer, or their dimensions differ.
    """
    _check(features, other, least=3)
    within, within_other, across = _kernels(features, other)
    return float(
        np.sqrt(
            _jackknife_variance(within, across)
            + _jackknife_variance(within_other, across.T)
        )
    )


def frechet_distance(features: np.ndarray, other: np.ndarray) -> float:
    """Fréchet Inception distance (Heusel et al., 2017).

    Between the normal distributions that have the means and covariances of
    the two sets. The fewer the pictures, the larger it comes out.

    Args:
        features: Features of at least two pictures.
        other: The same of others.

    Raises:
        ValueError: If there are fewer, or their dimensions differ.
    """
    _check(features, other)
    mean, root = _moments(features)
    other_mean, other_root = _moments(other)
    shift = ((mean - other_mean) ** 2).sum()
    # With covariances A'A and B'B, the trace of the square root of their
    # product is the sum of the singular values of AB': no root of a matrix
    # that is nearly singular.
    shared = np.linalg.svd(root @ other_root.T, compute_uv=False).sum()
    spread = (root**2).sum() + (other_root**2).sum() - 2 * shared
    return float(shift + spread)


def _kernels(features, other):
    """Of the first set, of the second, and between them."""
    _check(features, other)
    x, y = (np.asarray(rows, "float64") for rows in (features, other))
    return tuple(
        (a @ b.T / x.shape[1] + 1) ** 3 for a, b in ((x, x), (y, y), (x, y))
    )


def _discrepancy(within, within_other, across):
    pairs = [
        (kernel.sum() - np.trace(kernel)) / (len(kernel) * (len(kernel) - 1))
        for kernel in (within, within_other)
    ]
    return float(sum(pairs) - 2 * across.mean())


def _jackknife_variance(within, across):
    """Changes of the distance by leaving out one picture after the other."""
    count = len(within)
    to_others = within.sum(axis=1) - np.diag(within)
    left = to_others.sum() - 2 * to_others
    without = left / ((count - 1) * (count - 2))
    means = across.mean(axis=1)
    without -= 2 * (means.sum() - means) / (count - 1)
    return (count - 1) * without.var()


def _moments(features):
    """The mean, and a matrix whose square is the covariance."""
    rows = np.asarray(features, "float64")
    mean = rows.mean(axis=0)
    centered = (rows - mean) / np.sqrt(len(rows) - 1)
    return mean, np.linalg.qr(centered, mode="r")


def _check(features, other, least=2):
    for rows in (features, other):
        if np.ndim(rows) != 2 or len(rows) < least:
            raise ValueError(
                f"`features` and `other` must hold a row for each of at least "
                f"{least} pictures, received shape {np.shape(rows)}."
            )
    if np.shape(features)[1] != np.shape(other)[1]:
        raise ValueError(
            "`features` and `other` must have as many dimensions, received "
            f"{np.shape(features)[1]} and {np.shape(other)[1]}."
        )
