import dataclasses
import io
import json

import numpy as np
import pytest
import rich.console

from cartoongan_tf.analysis import photo_consistency
from cartoongan_tf.evaluation import evaluator
from cartoongan_tf.evaluation import report
from cartoongan_tf.images import pictures

SCORE = evaluator.Score(
    kernel_to_cartoons=0.00123456,
    kernel_error=0.0001,
    kernel_to_photos=None,
    frechet_to_cartoons=1.5,
    frechet_to_photos=2.5,
    content=287.4,
    drift=12.345,
    turned=0.05,
    edges=30,
    texture=3,
    drawn=0.5,
    comparison=photo_consistency.PhotoConsistency(
        stray=0.0042,
        contours=0.953,
        grid=0.0271,
        fringes=2.6,
        contrast=0.97,
        dark=11.9,
        light=88.8,
        details=0.71,
    ),
    faces=7,
    faces_kept=0.857,
    quality=1.87,
)


@pytest.fixture
def metrics():
    return report.metrics(SCORE, "768")


def test_metrics_name_their_network_and_units(metrics):
    assert metrics["KID-768 to cartoons, x 1000"] == pytest.approx(1.23456)
    assert metrics["its standard error"] == pytest.approx(0.1)
    assert metrics["KID-768 to photos, x 1000"] is None
    assert metrics["FID-768 to cartoons"] == 1.5
    assert metrics["hues turned, %"] == 5
    assert metrics["drawn, %"] == 50
    assert metrics["stray strokes, %"] == pytest.approx(0.42)
    assert metrics["contours kept, %"] == pytest.approx(95.3)
    assert metrics["contrast kept, %"] == pytest.approx(97)
    assert metrics["detail kept, %"] == pytest.approx(71)
    assert metrics["faces kept, %"] == pytest.approx(85.7)
    values = dataclasses.asdict(SCORE)
    values |= values.pop("comparison")._asdict()
    assert len(metrics) == len(values)
    for name in ("grid", "fringes"):
        assert metrics[name] == values[name]
    assert metrics["L of darks"] == 11.9
    assert metrics["L of lights"] == 88.8
    assert not any("KID " in name or "FID " in name for name in metrics)


def test_the_table_has_a_column_per_model_without_markup(metrics):
    console = rich.console.Console(file=io.StringIO(), width=80)
    table = {"photos": metrics, "[red]mine": metrics}
    report.show(console, table, "60 photos", "FID is large")
    text = console.file.getvalue()
    assert "[red]mine" in text
    assert text.count(" 1.23 ") == text.count(" 287 ") == 2
    assert (
        text.index("60 photos") < text.index("photos ") < text.index("FID is")
    )
    assert text.count(" 7 ") == text.count(" 0.027 ") == 2
    assert " - " in text


def test_a_long_name_is_not_truncated(metrics):
    console = rich.console.Console(file=io.StringIO(), width=80)
    names = ["photos", "stylization", "bilateral", "x" * 40, "cartoons"]
    report.show(console, dict.fromkeys(names, metrics), "", "")
    assert console.file.getvalue().count("x") > 40
    assert "…" not in console.file.getvalue()


def test_metrics_are_written_with_their_settings(metrics, tmp_path):
    path = tmp_path / "out/evaluation.json"
    tables = {256: {"mine": metrics}, 512: {"mine": {"KID": 1.5}}}
    report.write_metrics(path, tables, {"photos": 60})
    content = json.loads(path.read_text("utf-8"))
    assert content["metrics"]["256"]["mine"] == metrics
    assert content["metrics"]["512"]["mine"] == {"KID": 1.5}
    assert content["photos"] == 60
    assert content["versions"]["keras"].startswith("3.")


def test_the_sheet_shows_photos_above_their_cartoons(make_folder, tmp_path):
    paths = sorted(make_folder("photos", 20, height=32, width=32).iterdir())
    methods = {"negative": lambda picture: 255 - picture}
    report.write_sheet(tmp_path / "sheet.png", methods, paths, 32)
    sheet = pictures.read_picture(tmp_path / "sheet.png")
    step = 32 + 6
    assert sheet.shape[1] == 8 * step + 6
    photos = sheet[6:38, 6:-6]
    below = sheet.shape[0] // 2 + 3
    np.testing.assert_array_equal(
        photos[:, 2 * step :][:, :32], pictures.read_picture(paths[5])
    )
    cartoons = sheet[below : below + 32, 6:-6]
    is_picture = np.arange(8 * step - 6) % step < 32
    np.testing.assert_array_equal(
        cartoons[:, is_picture], 255 - photos[:, is_picture]
    )
    captions = sheet[38:below]
    assert (captions[:, :step] < 100).any()
    assert not (captions[:, step:] < 100).any()
