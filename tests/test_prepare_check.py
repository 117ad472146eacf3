import sys

import pytest

from cartoongan_tf import pictures
from cartoongan_tf import samples
from cartoongan_tf import scenes


@pytest.fixture
def folders(tmp_path):
    for name, pixels in samples.read_photos().items():
        pictures.write_png(tmp_path / "photos" / f"{name}.png", pixels)
    for seed in range(12):
        scene = scenes.draw_scene(seed, 256)
        pictures.write_png(tmp_path / "cartoons" / f"{seed}.png", scene)
    return tmp_path


@pytest.fixture
def check(run_command, folders):
    def check(photos, cartoons, *more):
        return run_command(
            sys.executable,
            "prepare.py",
            "check",
            f"--photo_dir={folders / photos}",
            f"--cartoon_dir={folders / cartoons}",
            f"--report={folders / 'report.html'}",
            *more,
        )

    return check


@pytest.mark.slow
def test_the_right_way_round_ends_well_with_a_report(check, folders):
    done = check("photos", "cartoons")
    assert done.returncode == 0, done.stderr
    assert "warning too few pictures" in done.stdout
    assert done.stdout.splitlines()[-1].startswith("Ready to train;")
    assert "too few pictures" in (folders / "report.html").read_text("utf-8")


@pytest.mark.slow
def test_swapped_folders_end_with_an_error(check, folders):
    done = check("cartoons", "photos", "--image_size=300")
    assert done.returncode == 1
    words = " ".join(done.stdout.split())
    assert "error swapped folders" in words
    assert "exchange --photo_dir and --cartoon_dir." in words
    assert "--image_size=300" in words
    assert done.stdout.splitlines()[-1].startswith("Not ready")
    assert (folders / "report.html").exists()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["check", "--cartoon_dir=."], "`check` needs --photo_dir"),
        (["check", "--photo_dir=."], "`check` needs --cartoon_dir"),
        (
            ["check", "--photo_dir=nowhere", "--cartoon_dir=."],
            "--photo_dir=nowhere is not a folder.",
        ),
        (
            ["check", "--photo_dir=.", "--cartoon_dir=.", "--report="],
            "`check` needs --report",
        ),
        (["cheque"], "Name one of: frames, check"),
        (["check", "photos"], "Name one of: frames, check"),
        ([], "Name one of: frames, check"),
    ],
)
def test_mistakes_are_told_in_a_sentence(run_command, arguments, message):
    done = run_command(sys.executable, "prepare.py", *arguments)
    assert done.returncode != 0
    assert message in done.stdout + done.stderr
    assert "Traceback" not in done.stderr
