import huggingface_hub
import numpy as np
import pytest
import small_model

from cartoongan_tf.core import errors
from cartoongan_tf.export import fidelity
from cartoongan_tf.export import hub_folder
from cartoongan_tf.export import model_card
from cartoongan_tf.images import pictures
from cartoongan_tf.inference import loading
from cartoongan_tf.inference import styles

ABOUT = styles.About("Öl: auf Leinwand", "A. Painter, 1905", "CC-BY-4.0")
NAMES = ["README.md", "cartoongan_float16_any.tflite", "oil.keras"]
NAMES += ["samples.jpg"]
OWN_CARD = "## Trained on\n\nNothing.\n"


@pytest.fixture(scope="module")
def photos():
    random = np.random.default_rng(0)
    return [random.integers(0, 256, (40, 56, 3), "uint8") for _ in range(5)]


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    folder = tmp_path_factory.mktemp("model")
    (folder / "MODEL_CARD.md").write_text(OWN_CARD)
    return small_model.write(folder)


@pytest.fixture(scope="module")
def folder(model, photos, tmp_path_factory):
    folder = tmp_path_factory.mktemp("published") / "oil"
    hub_folder.write(model, "a/oil", folder, ABOUT, photos)
    return folder


def test_a_folder_holds_what_a_repository_is_made_of(folder, model):
    assert sorted(path.name for path in folder.iterdir()) == NAMES
    assert (folder / "oil.keras").read_bytes() == model.read_bytes()


def test_both_files_make_the_same_cartoon(folder, photos):
    one, other = (
        loading.open_model(folder / name, "model")(photos[0]).astype(int)
        for name in NAMES
        if name.endswith((".keras", ".tflite"))
    )
    assert np.abs(one - other).max() <= 3
    assert one.std() > 1


def test_four_photos_are_shown_above_their_cartoons(folder, model):
    sheet = pictures.read_picture(folder / "samples.jpg").astype(int)
    assert sheet.shape == (2 * 406 + 6, 4 * 406 + 6, 3)
    photo, cartoon = sheet[6:406, 6:406], sheet[412:812, 6:406]
    expected = loading.open_model(model, "model")(photo.astype("uint8"))
    # JPEG, twice, of what is noise.
    assert (
        np.abs(cartoon - expected).mean() < np.abs(photo - cartoon).mean() / 2
    )


def test_the_hub_reads_the_metadata_of_a_card(folder):
    card = huggingface_hub.ModelCard((folder / "README.md").read_text())
    assert card.data.to_dict() == {
        "license": "cc-by-4.0",
        "library_name": "keras",
        "pipeline_tag": "image-to-image",
        "tags": ["cartoongan", "style-transfer"],
    }


def test_a_card_says_what_is_known(folder):
    card = huggingface_hub.ModelCard((folder / "README.md").read_text())
    for expected in (
        "# Öl: auf Leinwand",
        "A. Painter, 1905",
        'Cartoonizer("hf://a/oil")',
        "](samples.jpg)",
        "| `oil.keras` | Keras",
        "| `cartoongan_float16_any.tflite` | LiteRT",
        "mean over 5 photos",
    ):
        assert expected in card.text
    assert card.text.endswith(OWN_CARD)


def test_licenses_that_the_hub_does_not_know_have_a_name():
    about = ABOUT._replace(license='Studio "Öl": free')
    text = model_card.text("a/oil", about, 1, {}, "samples.jpg")
    data = huggingface_hub.ModelCard(text).data
    assert (data.license, data.license_name) == ("other", 'Studio "Öl": free')


def test_a_file_that_is_not_close_enough_leaves_all_as_it_was(
    model, photos, tmp_path, monkeypatch
):
    monkeypatch.setitem(fidelity.MINIMUM_PSNR, "float16", 101)
    (tmp_path / "oil").mkdir()
    (tmp_path / "oil/README.md").write_text("before")
    with pytest.raises(errors.InputError, match="101 are the least"):
        hub_folder.write(model, "a/oil", tmp_path / "oil", ABOUT, photos)
    assert [path.name for path in tmp_path.iterdir()] == ["oil"]
    (left,) = (tmp_path / "oil").iterdir()
    assert left.read_text() == "before"


def test_a_file_of_another_format_is_rejected(photos, tmp_path):
    (tmp_path / "hayao.npz").touch()
    with pytest.raises(errors.InputError, match=r"is no \.keras file; name"):
        hub_folder.write(
            tmp_path / "hayao.npz", "a/oil", tmp_path / "oil", ABOUT, photos
        )


def test_a_folder_that_publish_made_is_replaced_when_asked(folder):
    with pytest.raises(errors.InputError, match="`overwrite` replaces it"):
        hub_folder.check("a/oil", folder, overwrite=False)
    hub_folder.check("a/oil", folder, overwrite=True)


@pytest.mark.parametrize("name", [".git", "notes.txt"])
def test_a_folder_with_more_in_it_is_never_replaced(tmp_path, name):
    (tmp_path / "README.md").touch()
    (tmp_path / name).touch()
    with pytest.raises(errors.InputError, match=f"holds {name}, which would"):
        hub_folder.check("a/oil", tmp_path, overwrite=True)


def test_folders_that_are_empty_or_new_are_written(tmp_path):
    hub_folder.check("a/oil", tmp_path, overwrite=False)
    hub_folder.check("a/oil", tmp_path / "new", overwrite=False)


def test_a_file_is_no_folder(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(errors.InputError, match="file is not a folder"):
        hub_folder.check("a/oil", tmp_path / "file", overwrite=True)


@pytest.mark.parametrize(
    "name", ["oil", "a/b/oil", "a/", "/oil", "a/öl", "a b/c"]
)
def test_names_of_no_repository_are_rejected(tmp_path, name):
    with pytest.raises(errors.InputError, match="give OWNER/NAME"):
        hub_folder.check(name, tmp_path, overwrite=False)
