"""That benchmarks and calibrations still run; what they print is no test."""

import sys

import pytest


@pytest.mark.slow
@pytest.mark.parametrize(
    ("command", "printed"),
    [
        (
            "benchmarks.edge_smoothing --pictures=2 --rounds=1 --size=40 "
            "--cartoon_dir={cartoons}",
            "times as fast as the loop over pixels",
        ),
        ("benchmarks.flicker --frames=3", "Frames are of 320x240 pixels"),
        (
            "benchmarks.growth --megapixels=0.01 --photos=2 "
            "--training_photos= --plot={run}.png",
            "Photos of a folder",
        ),
        (
            "benchmarks.input_pipeline --triples=4 --rounds=1 --image_size=32 "
            "--photo_dir={photos} --cartoon_dir={cartoons}",
            "triples a second and core",
        ),
        (
            "benchmarks.inference --sizes=64x48 --rounds=1 "
            "--runtimes=keras,litert_dynamic,onnxruntime,openvino",
            "storybook         64x48 onnxruntime",
        ),
        (
            "benchmarks.light_generator --size=64 --repeats=1",
            "times as long for four times as many pixels",
        ),
        (
            "benchmarks.litert_forms --size=64 --repeats=1 --filters=4 "
            "--blocks=1",
            "times as long",
        ),
        (
            "benchmarks.long_runs --minutes=0.17 --rate=1 --photos=0 --files=0",
            "0.17 minutes of video",
        ),
        (
            "benchmarks.training.comparison --batch_size=1 --image_size=32 "
            "--filters=4 --repeats=1 --mixed_precisions=all",
            "GFLOP/s",
        ),
        (
            "benchmarks.training.parts --repeats=1 --workdir={run} "
            "--generator=light --blocks=1 --image_size=32 --batch_size=2 "
            "--image_pool=2 --content_features=pyramid --photo_dir={photos} "
            "--cartoon_dir={cartoons}",
            "adversarial step",
        ),
        (
            "tools.calibrate_drawn_score --pictures=2 --draws=3 "
            "--photo_dir={photos} --cartoon_dir={cartoons}",
            "area under the curve",
        ),
    ],
)
def test_a_benchmark_runs(make_folder, tmp_path, run_command, command, printed):
    names = {
        "photos": make_folder("photos"),
        "cartoons": make_folder("cartoons"),
        "run": tmp_path / "run",
    }
    done = run_command(sys.executable, "-m", *command.format(**names).split())
    assert done.returncode == 0, done.stderr
    assert printed in done.stdout
