import pytest

from cartoongan_tf.export import profiling
from cartoongan_tf.export import saved_models


@pytest.mark.slow
def test_an_artifact_is_timed_at_each_size_in_a_process(generator, tmp_path):
    saved_models.write(generator, tmp_path / "1")
    found = profiling.profile(tmp_path / "1", ["24x16", "48x64"])
    assert list(found.milliseconds) == ["24x16", "48x64"]
    assert min(found.milliseconds.values()) > 0
    assert found.peak_megabytes > 1


@pytest.mark.slow
def test_an_artifact_that_does_not_run_is_named(tmp_path):
    path = tmp_path / "text.tflite"
    path.write_text("no model")
    with pytest.raises(RuntimeError, match=r"text\.tflite does not run"):
        profiling.profile(path, ["24x16"])
