from cartoongan_tf.core import sampling


def test_the_sample_comes_from_all_parts():
    assert sampling.evenly_spaced(range(100), 4) == [0, 25, 50, 75]
    assert sampling.evenly_spaced([1, 2], 4) == [1, 2]
    assert sampling.evenly_spaced([], 4) == []
