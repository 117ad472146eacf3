import io
import json

import rich.console

import cartoongan_tf
from cartoongan_tf.export import export_report
from cartoongan_tf.export import exporter
from cartoongan_tf.export import fidelity
from cartoongan_tf.export import profiling
from cartoongan_tf.inference import styles

ARTIFACTS = [
    exporter.Artifact(
        "saved_model/1",
        "float32",
        2.5,
        fidelity.Fidelity(100.0, 1.0, 0),
        profiling.Profile({"256x256": 123.4}, 56.7),
    ),
    exporter.Artifact(
        "cartoongan_float16.tflite",
        "float16",
        1.25,
        fidelity.Fidelity(66.6, 0.9987, 2),
        profiling.Profile({"256x256": 98.7, "512x512": 401.0}, None),
        [],
        {"256x256": (-1, 1)},
    ),
]
STYLE = styles.About("Öl auf Leinwand", "A. Painter, 1905", "CC-BY-4.0")
FAILURES = [exporter.FailedExport("cartoongan_int8.tflite", "it is far off.")]


def test_the_table_has_a_row_for_each_artifact():
    text = io.StringIO()
    console = rich.console.Console(file=text, width=100)
    export_report.show(console, ARTIFACTS)
    rows = [line.split() for line in text.getvalue().splitlines()]
    words = {word for row in rows for word in row}
    assert {"saved_model/1", "2.50", "100.0", "1.0000", "57"} <= words
    assert {"cartoongan_float16.tflite", "66.6", "0.9987", "yes"} <= words
    assert {"256x256:", "123", "512x512:", "401"} <= words
    assert {*"MB PSNR SSIM GPU".split()} <= words
    (saved_model,) = (row for row in rows if "saved_model/1" in row)
    assert "-" in saved_model  # Asked of .tflite files only.
    assert "yes" not in saved_model


def test_the_report_says_all_of_it(tmp_path):
    about = {"model": "mine"}
    export_report.write(tmp_path, ARTIFACTS, FAILURES, about, STYLE)
    report = json.loads((tmp_path / "report.json").read_text())
    first, second = report["artifacts"]
    assert first["model"] == second["model"] == "mine"
    assert second["style"] == {
        "name": "Öl auf Leinwand",
        "credit": "A. Painter, 1905",
        "license": "CC-BY-4.0",
    }
    assert first["versions"]["cartoongan-tf"] == cartoongan_tf.__version__
    assert {"tensorflow", "keras", "ai-edge-litert"} < set(first["versions"])
    assert first["file"] == "saved_model/1"
    assert first["psnr_db"] == 100
    assert first["least_psnr_db"] == 60
    assert first["milliseconds"] == {"256x256": 123.4}
    assert second["peak_megabytes"] is None
    assert second["gpu_problems"] == []
    assert first["ranges"] is None
    assert second["ranges"] == {"256x256": [-1, 1]}
    assert second["largest_error_of_255"] == 2
    assert report["refused"] == [
        {"name": "cartoongan_int8.tflite", "reason": "it is far off."}
    ]


def test_artifacts_of_earlier_exports_keep_their_entries(tmp_path):
    first, second = ARTIFACTS
    (tmp_path / first.name).mkdir(parents=True)
    export_report.write(tmp_path, [first], [], {"model": "old"}, STYLE)
    gone = first._replace(name="saved_model/2")
    export_report.write(tmp_path, [gone], [], {"model": "old"}, STYLE)
    export_report.write(tmp_path, [second], FAILURES, {"model": "new"}, STYLE)
    assert models_by_file(tmp_path) == {
        "saved_model/1": "old",
        "cartoongan_float16.tflite": "new",
    }
    export_report.write(tmp_path, [first], [], {"model": "newer"}, STYLE)
    assert models_by_file(tmp_path) == {"saved_model/1": "newer"}


def models_by_file(folder):
    report = json.loads((folder / "report.json").read_text())
    return {entry["file"]: entry["model"] for entry in report["artifacts"]}


def test_a_damaged_report_is_replaced(tmp_path):
    (tmp_path / "report.json").write_text('{"artifacts": [3]}')
    export_report.write(tmp_path, ARTIFACTS[:1], [], {"model": "a"}, STYLE)
    assert models_by_file(tmp_path) == {"saved_model/1": "a"}
