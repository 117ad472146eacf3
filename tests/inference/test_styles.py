import pathlib

import keras
import pytest

from cartoongan_tf.inference import loading
from cartoongan_tf.inference import styles
from cartoongan_tf.nn import networks


def test_the_default_is_the_first_of_the_shipped_styles():
    assert styles.names()[0] == styles.DEFAULT


@pytest.mark.parametrize("name", styles.names())
def test_a_shipped_style_is_small_and_opens_by_its_name(name):
    path = styles.find(name)
    assert path.stat().st_size < 4e6
    generator = loading.load_generator(name, "model")
    assert isinstance(generator, tuple(networks.GENERATORS.values()))


@pytest.mark.parametrize("name", styles.names())
def test_the_discriminator_of_a_shipped_style_is_beside_it(name):
    path = styles.beside(styles.find(name), "discriminator")
    assert path.stat().st_size < 5e6
    network = keras.saving.load_model(path)
    assert isinstance(network, networks.Discriminator)


@pytest.mark.parametrize("name", styles.names())
def test_a_discriminator_is_no_style(name):
    assert f"{name}_discriminator" not in styles.names()


def test_a_folder_of_the_same_name_goes_first(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert styles.find(styles.DEFAULT).is_absolute()
    pathlib.Path(styles.DEFAULT).mkdir()
    assert styles.find(styles.DEFAULT) == pathlib.Path(styles.DEFAULT)


def test_names_of_no_style_stay_as_they_are():
    assert styles.find("runs/mine") == pathlib.Path("runs/mine")
