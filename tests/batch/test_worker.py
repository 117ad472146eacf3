import shutil

import PIL.Image
import pytest

fsspec = pytest.importorskip("fsspec", reason="make test-scale")
pyarrow = pytest.importorskip("pyarrow", reason="make test-scale")

from cartoongan_tf.batch import planning
from cartoongan_tf.batch import worker
from cartoongan_tf.cartoonize import cartoonizer
from cartoongan_tf.cartoonize import settings


@pytest.fixture
def photos(make_folder):
    """Pictures of several formats, with metadata, alpha and frames."""
    folder = make_folder("photos", 3)
    with PIL.Image.open(folder / "0.png") as image:
        exif = PIL.Image.Exif()
        exif[PIL.ExifTags.Base.Orientation] = 6
        exif[PIL.ExifTags.Base.Artist] = "Ada"
        image.save(folder / "turned.jpg", exif=exif)
        image.convert("LA").save(folder / "alpha.webp", lossless=True)
        others = [image.rotate(90), image.rotate(180)]
        image.save(folder / "a.gif", save_all=True, append_images=others)
    return folder


def rows(folder, output):
    sources = sorted(path for path in folder.iterdir())
    formats = {".png": "PNG", ".jpg": "JPEG", ".webp": "WEBP", ".gif": "GIF"}
    table = [
        {
            "number": number,
            "source": str(path),
            "target": f"{output}/{path.name}",
            "format": formats[path.suffix],
        }
        for number, path in enumerate(sources)
    ]
    return pyarrow.Table.from_pylist(table, schema=planning.SCHEMA)


@pytest.fixture
def work(model):
    """Calls a worker with the cartoons of a folder."""

    def work(photos, output, **arguments):
        options = worker.Options({"model": str(model)}, settings.Settings())
        made = worker.PictureWorker(options, **arguments)(rows(photos, output))
        return {
            row["source"].rpartition("/")[2]: (row["problem"], row["note"])
            for row in made.to_pylist()
        }

    return work


@pytest.mark.parametrize("place", ["", "memory://"])
def test_results_are_those_of_cartoonize(work, photos, place, model, tmp_path):
    cartoonizer.Cartoonizer(model).folder(photos, tmp_path / "expected")
    output = f"{place}{tmp_path}/made"
    assert set(work(photos, output).values()) == {(None, None)}
    expected = sorted((tmp_path / "expected").iterdir())
    assert len(expected) == 6
    for path in expected:
        with fsspec.open(f"{output}/{path.name}", "rb") as file:
            assert file.read() == path.read_bytes(), path.name


def test_an_error_of_one_does_not_stop_the_others(work, photos, tmp_path):
    (photos / "1.png").write_text("broken")
    (photos / "gone.png").symlink_to("nowhere")
    (photos / "breaks.png").write_bytes((photos / "0.png").read_bytes()[:999])
    PIL.Image.new("RGB", (4, 4)).save(photos / "tiny.png")
    jpeg = (photos / "turned.jpg").read_bytes()
    (photos / "open.jpg").write_bytes(jpeg.removesuffix(b"\xff\xd9"))
    made = work(photos, tmp_path / "made")
    problems = {name: problem for name, (problem, _) in made.items() if problem}
    assert problems.keys() == {"1.png", "gone.png", "breaks.png", "tiny.png"}
    assert problems["1.png"].startswith(
        "is not a picture in a supported format"
    )
    assert problems["gone.png"] == "cannot be read (No such file or directory)."
    assert problems["breaks.png"].startswith("is damaged or truncated")
    assert "4x4 pixels is too small" in problems["tiny.png"]
    notes = {name: note for name, (_, note) in made.items() if note}
    assert list(notes) == ["open.jpg"]
    written = {path.name for path in (tmp_path / "made").iterdir()}
    assert written == made.keys() - problems.keys()


def test_results_of_a_lost_worker_are_kept(work, photos, tmp_path):
    work(photos, tmp_path / "made")
    (tmp_path / "made/0.png").write_text("made before")
    shutil.rmtree(tmp_path / "made/1.png", ignore_errors=True)
    made = work(photos, tmp_path / "made", is_repeated=True)
    assert set(made.values()) == {(None, None)}
    assert (tmp_path / "made/0.png").read_text() == "made before"


def test_a_model_that_is_not_there_stops_the_batch(photos, tmp_path):
    options = worker.Options({"model": "absent.keras"}, settings.Settings())
    made = worker.PictureWorker(options)(
        rows(photos, tmp_path / "made")
    ).to_pylist()
    assert all(row["is_last"] for row in made)
    assert "absent.keras does not exist" in made[0]["problem"]
