import pytest

from cartoongan_tf.core import errors
from cartoongan_tf.core import model_interface


def test_sizes_are_read_as_signatures_name_them():
    sizes = ((512, 384), None)
    assert model_interface.sizes_of("sizes", ["512x384", " Any"]) == sizes
    assert [model_interface.signature_of(s) for s in sizes] == [
        "512x384",
        "any",
    ]


def test_a_number_is_a_square_and_each_size_counts_once():
    texts = ["256", "256x256", "any", "any"]
    assert model_interface.sizes_of("sizes", texts) == ((256, 256), None)


@pytest.mark.parametrize(
    "text", ["15", "9x", "15x64", "64x15", "axb", "-1x64", ""]
)
def test_invalid_sizes_are_named(text):
    with pytest.raises(errors.InputError, match=f"`sizes`: '{text}' is no"):
        model_interface.sizes_of("sizes", ["64x64", text])
