import cv2
import numpy as np
import pytest
import skimage.data
import tensorflow as tf

from cartoongan_tf.core import errors
from cartoongan_tf.data import crop_matching


@pytest.fixture(params=["eager", "tf.data"])
def edge_share(request):
    """The measure as called by hand, and compiled inside `tf.data`."""

    def share(crop):
        if request.param == "eager":
            return float(crop_matching.edge_share(crop))
        dataset = tf.data.Dataset.from_tensors(tf.constant(crop))
        compiled = crop_matching.compiled_edge_share()
        return float(next(dataset.map(compiled).as_numpy_iterator()))

    return share


def box(image):
    return cv2.blur(image, (5, 5), borderType=cv2.BORDER_REFLECT_101)


def without_texture(image):
    for _ in range(2):
        guide = image.mean(-1)
        mean = box(guide)
        variance = box(guide * guide) - mean * mean
        channels = []
        for channel in np.moveaxis(image, -1, 0):
            covariance = box(guide * channel) - mean * box(channel)
            slope = covariance / (variance + 0.02)
            offset = box(channel) - slope * mean
            channels.append(box(slope) * guide + box(offset))
        image = np.stack(channels, -1)
    return image


def expected_share(crop):
    image = without_texture(crop / 127.5 - 1)
    down = np.abs(np.diff(image, axis=0))[:, :-1]
    across = np.abs(np.diff(image, axis=1))[:-1]
    return ((down + across).max(-1) > 0.12).mean()


@pytest.mark.parametrize("name", ["astronaut", "chelsea", "coffee", "rocket"])
def test_edge_shares_equal_numpy(edge_share, name):
    crop = getattr(skimage.data, name)()[200:296, 250:346]
    expected = expected_share(crop)
    assert expected > 0.01
    assert edge_share(crop) == pytest.approx(expected, abs=0.001)


def test_texture_does_not_count_as_edges(edge_share, random):
    noise = random.integers(100, 140, (48, 48, 3), "uint8")
    assert edge_share(noise) == 0
    noise[:, 24:] += 100
    assert 0.01 < edge_share(noise) < 0.2


SHARES = np.array([0.3, 0.1, 0.2, 0.0], "float32").repeat(50)
SHARES = SHARES + np.tile(np.arange(50, dtype="float32"), 4) / 1000


@pytest.fixture
def windows(tmp_path):
    """200 windows with shares from 0 to 0.349, as loaded from a file."""
    path = tmp_path / "windows.npz"
    np.savez(path, key="key 200 0.12 1.0", shares=SHARES)
    return crop_matching.load_windows(cut_none, 200, path, "key")


def cut_none(number):
    raise AssertionError("nothing is to be cut")


def matches(windows, share, count=400):
    dataset = tf.data.Dataset.range(count).map(
        lambda number: windows.match(tf.constant(share), tf.stack([7, number]))
    )
    return list(dataset.as_numpy_iterator())


@pytest.mark.parametrize("share", [0.0, 0.12, 0.2105, 0.9])
def test_a_match_is_one_of_the_nearest_windows(windows, share):
    """All 51 of them, in the long run; at either end as many as inside."""
    rank = np.clip(np.searchsorted(np.sort(SHARES), share), 25, 200 - 26)
    nearest = np.argsort(SHARES)[rank - 25 : rank + 26]
    chosen = set(matches(windows, np.float32(share)))
    assert chosen <= set(nearest)
    assert len(chosen) > 45


def test_ties_are_chosen_from_at_random():
    """Else of many flat windows only the first would ever be seen."""
    flat = crop_matching.Windows(
        np.arange(200), np.array([0.1] * 180 + [0.2] * 20, "float32")
    )
    chosen = matches(flat, np.float32(0.1), 2000)
    assert {number for number in chosen if number < 180} == set(range(180))


def test_all_windows_match_if_there_are_few():
    few = crop_matching.Windows(np.arange(3), np.float32([0.1, 0.2, 0.3]))
    for share in (0.0, 0.2, 0.9):
        assert set(matches(few, np.float32(share), 100)) == {0, 1, 2}


def test_a_match_depends_only_on_the_seed(windows):
    first = windows.match(tf.constant(0.2), (7, 1))
    again = windows.match(tf.constant(0.2), (7, 1))
    others = {int(windows.match(tf.constant(0.2), (8, n))) for n in range(9)}
    assert first == again
    assert len(others) > 3


@pytest.fixture
def stripes():
    """Cuts crops with edges, the fewer the larger the number; counts calls."""

    def cut(number):
        cut.calls += 1
        wide = tf.range(24) // (3 + tf.cast(number, tf.int32)) % 2
        image = tf.broadcast_to(wide[:, None, None] * 255, (24, 24, 3))
        return tf.cast(image, tf.uint8)

    cut.calls = 0
    return cut


def test_windows_are_sorted_by_edge_share(stripes, tmp_path):
    path = tmp_path / "windows.npz"
    found = crop_matching.load_windows(stripes, 9, path, "key")
    assert sorted(found.numbers) == list(range(9))
    assert (np.diff(found.shares) >= 0).all()
    assert found.shares[0] < found.shares[-1]
    for number, share in zip(found.numbers, found.shares, strict=True):
        crop = stripes(number).numpy()
        assert share == pytest.approx(expected_share(crop), abs=0.002)


def test_windows_of_bare_paper_are_left_out(tmp_path):
    def cut(number):
        """A tenth of each row and column, times the number, is white."""
        places = (tf.range(20)[:, None] + tf.range(20)) % 20
        is_white = places < 2 * tf.cast(number, tf.int32)
        crop = tf.broadcast_to(is_white[..., None], (20, 20, 3))
        return tf.where(crop, tf.constant(250, tf.uint8), 90)

    for path in (tmp_path / "windows.npz",) * 2:  # Measured, then read.
        found = crop_matching.load_windows(cut, 10, path, "key", 0.4)
        assert sorted(found.numbers) == [0, 1, 2, 3, 4]
        assert np.isfinite(found.shares).all()
    with pytest.raises(errors.InputError, match="most_white"):
        crop_matching.load_windows(
            lambda number: cut(number + 5), 3, path, "other", 0.4
        )


def test_measurements_are_cached_until_the_key_changes(stripes, tmp_path):
    path = tmp_path / "windows.npz"
    first = crop_matching.load_windows(stripes, 9, path, "key")
    again = crop_matching.load_windows(cut_none, 9, path, "key")
    np.testing.assert_array_equal(again.numbers, first.numbers)
    np.testing.assert_array_equal(again.shares, first.shares)
    for count, key in ((9, "other"), (8, "other")):
        before = stripes.calls
        crop_matching.load_windows(stripes, count, path, key)
        assert stripes.calls > before


def test_a_broken_file_is_replaced(stripes, tmp_path):
    path = tmp_path / "windows.npz"
    path.write_bytes(b"no archive")
    found = crop_matching.load_windows(stripes, 3, path, "key")
    again = crop_matching.load_windows(cut_none, 3, path, "key")
    np.testing.assert_array_equal(again.numbers, found.numbers)


@pytest.mark.parametrize(
    ("cartoons", "windows"), [(1, 3200), (500, 4000), (10**6, 12_800)]
)
def test_the_window_count_grows_with_the_folder_up_to_a_limit(
    cartoons, windows
):
    assert crop_matching.window_count(cartoons) == windows
