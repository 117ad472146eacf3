import errno
import sys

import pytest
import small_disk
import tensorflow as tf

from cartoongan_tf.core import devices
from cartoongan_tf.core import errors


def test_running_out_of_memory_names_the_flags_to_lower():
    with (
        pytest.raises(errors.InputError, match="lower `batch_size`=8, or"),
        devices.memory_advice("`batch_size`=8", "`image_size`=256"),
    ):
        tf.zeros((2**42,))  # 16 TiB


def test_a_full_disk_is_distinguished_from_memory(tmp_path):
    with small_disk.mounted(tmp_path / "a disk", "size=64k") as disk:
        small_disk.fill(disk)
        with (
            pytest.raises(OSError, match="No space left") as caught,
            devices.memory_advice("`batch_size`=8"),
        ):
            tf.summary.create_file_writer(str(disk))
    assert caught.value.errno == errno.ENOSPC
    assert caught.value.filename.startswith(f"{disk}/events.out")


@pytest.mark.parametrize(
    ("deterministic", "is_refused"),
    [(None, True), (True, True), (False, False)],
)
def test_a_cpu_is_deterministic_by_default(
    run_command, deterministic, is_refused
):
    """TensorFlow then rejects random operations without a seed."""
    done = run_command(
        sys.executable,
        "-c",
        "import tensorflow as tf\n"
        "from cartoongan_tf.core import devices\n"
        f"devices.prepare({deterministic})\n"
        "tf.random.uniform(())",
    )
    assert ("determinism" in done.stderr) == is_refused
    assert (done.returncode != 0) == is_refused
