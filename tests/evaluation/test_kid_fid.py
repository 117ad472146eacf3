import numpy as np
import pytest
import scipy.linalg

from cartoongan_tf.evaluation import kid_fid


@pytest.fixture
def sets(random):
    """Two sets of features of other means and spreads, and other sizes."""
    features = random.normal(size=(23, 5))
    mixing = random.normal(size=(5, 5))
    return features, random.normal(0.4, 1, (31, 5)) @ mixing


def kernel(x, y):
    return (np.dot(x, y) / len(x) + 1) ** 3


def within(rows):
    """Mean over all pairs of different rows."""
    return np.mean(
        [
            kernel(x, y)
            for i, x in enumerate(rows)
            for j, y in enumerate(rows)
            if i != j
        ]
    )


def test_kernel_distance_equals_its_formula(sets):
    features, other = sets
    across = np.mean([kernel(x, y) for x in features for y in other])
    expected = within(features) + within(other) - 2 * across
    actual = kid_fid.kernel_distance(features, other)
    assert actual == pytest.approx(expected, rel=1e-10)
    assert actual == pytest.approx(kid_fid.kernel_distance(other, features))


def test_kernel_distance_of_one_distribution_is_around_zero(random):
    draws = [
        kid_fid.kernel_distance(*random.normal(size=(2, 8, 4)))
        for _ in range(400)
    ]
    assert abs(np.mean(draws)) < 4 * np.std(draws) / 20
    assert np.min(draws) < 0 < np.max(draws)


def test_kernel_distance_error_is_a_jackknife(sets):
    def variance(rows, distance):
        left = [distance(np.delete(rows, i, 0)) for i in range(len(rows))]
        return (len(rows) - 1) * np.var(left)

    features, other = sets
    expected = np.sqrt(
        variance(features, lambda r: kid_fid.kernel_distance(r, other))
        + variance(other, lambda r: kid_fid.kernel_distance(features, r))
    )
    actual = kid_fid.kernel_distance_error(features, other)
    assert actual == pytest.approx(expected, rel=1e-8)


def test_frechet_distance_equals_scipy(sets):
    features, other = sets
    covariances = [np.cov(rows, rowvar=False) for rows in sets]
    root = scipy.linalg.sqrtm(covariances[0] @ covariances[1])
    expected = np.sum((features.mean(0) - other.mean(0)) ** 2)
    expected += np.trace(sum(covariances) - 2 * root.real)
    actual = kid_fid.frechet_distance(features, other)
    assert actual == pytest.approx(expected, rel=1e-10)


def test_frechet_distance_of_fewer_pictures_than_dimensions(random):
    """Covariances are singular then, and roots of them ill-defined."""
    features, other = random.normal(size=(2, 6, 64))
    covariances = [np.cov(rows, rowvar=False) for rows in (features, other)]
    values, vectors = np.linalg.eigh(covariances[0])
    root = (vectors * np.sqrt(np.maximum(values, 0))) @ vectors.T
    product = np.linalg.eigvalsh(root @ covariances[1] @ root)
    expected = np.sum((features.mean(0) - other.mean(0)) ** 2)
    expected += np.trace(sum(covariances))
    expected -= 2 * np.sqrt(np.maximum(product, 0)).sum()
    actual = kid_fid.frechet_distance(features, other)
    assert actual == pytest.approx(expected, rel=1e-5)


def test_frechet_distance_to_itself_is_zero_and_of_a_shift_its_square(sets):
    features, _ = sets
    assert kid_fid.frechet_distance(features, features) == pytest.approx(
        0, abs=1e-12
    )
    shifted = features + 3
    assert kid_fid.frechet_distance(features, shifted) == pytest.approx(45)


def test_float32_features_are_computed_in_float64(random):
    features = random.uniform(90, 110, (64, 48)).astype("float32")
    for distance in (kid_fid.kernel_distance, kid_fid.frechet_distance):
        assert distance(features, features[:32]) == distance(
            features.astype("float64"), features[:32].astype("float64")
        )


@pytest.mark.parametrize(
    ("distance", "least"),
    [
        (kid_fid.kernel_distance, 2),
        (kid_fid.frechet_distance, 2),
        (kid_fid.kernel_distance_error, 3),
    ],
)
def test_too_few_pictures_or_other_dimensions_are_errors(distance, least):
    enough, few = np.zeros((3, 4)), np.zeros((least - 1, 4))
    for pair in ((enough, few), (few, enough), (enough, enough[0])):
        with pytest.raises(ValueError, match=f"at least {least} pictures"):
            distance(*pair)
    with pytest.raises(ValueError, match="received 4 and 5"):
        distance(enough, np.zeros((3, 5)))
