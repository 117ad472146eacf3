import sys

import pytest
import tensorflow as tf

from cartoongan_tf.core import devices
from cartoongan_tf.core import errors


def test_running_out_of_memory_names_the_flags_to_lower():
    with (
        pytest.raises(errors.InputError, match="lower `batch_size`=8, or"),
        devices.memory_advice("`batch_size`=8", "`image_size`=256"),
    ):
        tf.zeros((2**42,))  # 16 TiB


@pytest.mark.parametrize(
    ("deterministic", "is_refused"),
    [(None, True), (True, True), (False, False)],
)
def test_a_cpu_is_deterministic_by_default(
    run_command, deterministic, is_refused
):
    """TensorFlow then refuses to draw without a seed."""
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
