"""Commands write their own lines only, from training to the cartoon."""

import sys

import foreign_lines
import pytest
import run_states

pytestmark = pytest.mark.slow


@pytest.fixture
def quiet(run_command):
    """Runs a verb, which has to succeed without a foreign line."""

    def run(*arguments):
        done = run_command(
            sys.executable,
            "-m",
            "cartoongan_tf",
            *arguments,
            env=foreign_lines.environment(),
        )
        assert done.returncode == 0, done.stderr
        assert not foreign_lines.found(done.stderr + done.stdout)

    return run


def test_no_command_writes_foreign_lines(quiet, make_folder, tmp_path):
    photos, cartoons = make_folder("photos", 3), make_folder("cartoons", 3)
    quiet(
        "train",
        *run_states.TINY,
        *run_states.LIGHT,
        f"--photo_dir={photos}",
        f"--cartoon_dir={cartoons}",
        f"--workdir={tmp_path / 'run'}",
        "--warmup_steps=2",
        "--steps=2",
    )
    quiet(
        "export",
        f"--model={tmp_path / 'run'}",
        f"--output={tmp_path / 'exported'}",
        "--sizes=56x40",
        "--formats=saved_model,litert",
    )
    for name in ("saved_model", "cartoongan_dynamic_range.tflite"):
        quiet(
            f"--model={tmp_path / 'exported' / name}",
            f"--output={tmp_path / 'out'}",
            "--overwrite",
            photos,
        )


def test_lines_of_native_libraries_are_recognized():
    foreign = [
        "WARNING: All log messages before absl::InitializeLog() is called",
        "I0000 00:00:1796064910.182281   15957 service.cc:153] XLA service",
        "E0000 00:00:1796064910.182281   15957 cpu.cc:153] oneDNN",
        "2026-11-30 12:00:00.1: I tensorflow/core/port.cc:153] oneDNN",
        "INFO: Created TensorFlow Lite XNNPACK delegate for CPU.",
    ]
    own = ["Wrote run/generator.keras", "error: INFO: x", "photo.cc is none"]
    assert foreign_lines.found("\n".join(own + foreign)) == foreign
