import sys

import pytest


@pytest.fixture
def check(run_command, tmp_path):
    def check(photos, cartoons, *more):
        return run_command(
            sys.executable,
            "prepare.py",
            "check",
            f"--photo_dir={photos}",
            f"--cartoon_dir={cartoons}",
            f"--report={tmp_path / 'report.html'}",
            *more,
        )

    return check


@pytest.mark.slow
def test_correct_folders_succeed_with_a_report(check, kinds, tmp_path):
    done = check(*kinds)
    assert done.returncode == 0, done.stderr
    assert "warning too few pictures" in done.stdout
    assert done.stdout.splitlines()[-1].startswith("Ready to train;")
    assert "too few pictures" in (tmp_path / "report.html").read_text("utf-8")


@pytest.mark.slow
def test_swapped_folders_are_reported_as_an_error(check, kinds, tmp_path):
    done = check(*reversed(kinds), "--image_size=300")
    assert done.returncode == 1
    output = " ".join(done.stdout.split())
    assert "error swapped folders" in output
    assert "swap --photo_dir and --cartoon_dir." in output
    assert "--image_size=300" in output
    assert done.stdout.splitlines()[-1].startswith("Not ready")
    assert (tmp_path / "report.html").exists()


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
        (["cheque"], "name frames or check, not cheque"),
        (["check", "photos"], "not check photos"),
        ([], "Name frames or check"),
    ],
)
def test_mistakes_are_reported_in_one_message(run_command, arguments, message):
    done = run_command(sys.executable, "prepare.py", *arguments)
    assert done.returncode != 0
    assert message in done.stdout + done.stderr
    assert "Traceback" not in done.stderr
