import subprocess
import sys

import pytest

from cartoongan_tf.core import errors
from cartoongan_tf.core import folder_lock

HOLD = """
import sys
from cartoongan_tf.core import folder_lock

with folder_lock.held("workdir", sys.argv[1]):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_a_folder_is_held_by_one_process_until_its_end(tmp_path):
    folder = tmp_path / "run"
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout.readline() == "held\n"
        with (
            pytest.raises(errors.InputError, match=r"`workdir`=.*is in use by"),
            folder_lock.held("workdir", folder),
        ):
            pass
    finally:
        process.kill()
        process.communicate()
    for _ in range(2):
        with folder_lock.held("workdir", folder):
            pass
    assert not any(folder.iterdir())
