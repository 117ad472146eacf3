"""KID and FID: distances between two sets of pictures, from their features.

Features are arrays of shape `(number, dimensions)`, one row per picture. All
computations are in float64, on all rows at once.
"""

import numpy as np


def kernel_distance(features: np.ndarray, other: np.ndarray) -> float:
    """Kernel Inception distance (Binkowski et al., 2018).

    The unbiased estimate of the squared maximum mean discrepancy, with the
    kernel `(x . y / dimensions + 1) ** 3`. For two samples of one distribution
    of any size it is around zero, as often negative as positive.

    Args:
        features: Features of at least two pictures.
        other: Features of at least two other pictures.

    Raises:
        ValueError: If there are fewer pictures, or their dimensions differ.
    """
    return _discrepancy(*_kernels(features, other))


def kernel_distance_error(features: np.ndarray, other: np.ndarray) -> float:
    """Standard error of `kernel_distance`, from a jackknife of both sets.

    Args:
        features: Features of at least three pictures.
        other: Features of at least three other pictures.

    Raises:
        ValueError: If there are fewer pictures, or their dimensions differ.
    """
    _check(features, other, minimum=3)
    within, within_other, across = _kernels(features, other)
    return float(
        np.sqrt(
            _jackknife_variance(within, across)
            + _jackknife_variance(within_other, across.T)
        )
    )


def frechet_distance(features: np.ndarray, other: np.ndarray) -> float:
    """Fréchet Inception distance (Heusel et al., 2017).

    The distance of two normal distributions with the means and covariances of
    the two sets. Biased: the fewer the pictures, the larger it is.

    Args:
        features: Features of at least two pictures.
        other: Features of at least two other pictures.

    Raises:
        ValueError: If there are fewer pictures, or their dimensions differ.
    """
    _check(features, other)
    mean, root = _moments(features)
    other_mean, other_root = _moments(other)
    shift = ((mean - other_mean) ** 2).sum()
    # With covariances A'A and B'B, the trace of the square root of their
    # product is the sum of the singular values of AB', which avoids the root
    # of a nearly singular matrix.
    trace = np.linalg.svd(root @ other_root.T, compute_uv=False).sum()
    spread = (root**2).sum() + (other_root**2).sum() - 2 * trace
    return float(shift + spread)


def _kernels(features, other):
    """Kernel matrices: within the first set, within the second, between."""
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
    """Jackknife variance of the distance over the pictures of one set."""
    count = len(within)
    to_others = within.sum(axis=1) - np.diag(within)
    remaining = to_others.sum() - 2 * to_others
    estimates = remaining / ((count - 1) * (count - 2))
    means = across.mean(axis=1)
    estimates -= 2 * (means.sum() - means) / (count - 1)
    return (count - 1) * estimates.var()


def _moments(features):
    """Mean, and a matrix R with covariance R'R."""
    rows = np.asarray(features, "float64")
    mean = rows.mean(axis=0)
    centered = (rows - mean) / np.sqrt(len(rows) - 1)
    return mean, np.linalg.qr(centered, mode="r")


def _check(features, other, minimum=2):
    for rows in (features, other):
        if np.ndim(rows) != 2 or len(rows) < minimum:
            raise ValueError(
                f"`features` and `other` must hold a row for each of at least "
                f"{minimum} pictures, received shape {np.shape(rows)}."
            )
    if np.shape(features)[1] != np.shape(other)[1]:
        raise ValueError(
            "`features` and `other` must have equal dimensions, received "
            f"{np.shape(features)[1]} and {np.shape(other)[1]}."
        )
