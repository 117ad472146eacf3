import pathlib
import re
import subprocess

import pytest

ROOT = pathlib.Path(__file__).parents[2]
MAKEFILE = (ROOT / "Makefile").read_text()
(TARGETS,) = re.findall(r"^\.PHONY: (.*)", MAKEFILE, re.M)


@pytest.mark.parametrize("target", TARGETS.split())
def test_a_target_has_all_rules_in_a_fresh_clone(target, tmp_path):
    """Dry, and with nothing there yet: nothing is installed or run."""
    folders = re.findall(r"^(\w*VENV|EXPORTED|RUN|BENCH) \?=", MAKEFILE, re.M)
    absent = [f"{name}={tmp_path / name}" for name in folders]
    done = subprocess.run(
        ["make", "--dry-run", target, *absent],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout
