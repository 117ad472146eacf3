import pytest
import tensorflow as tf

from cartoongan_tf.training import run_log

LOSSES = {"content_loss": 0.5, "total_loss": 1.5}


def record(workdir, steps, last_step):
    log = run_log.RunLog(workdir, last_step)
    for step in steps:
        log.add_losses(step, "adversarial", LOSSES)
    log.close()


def event_steps(workdir):
    return sorted(
        event.step
        for path in (workdir / "tensorboard").iterdir()
        for event in tf.compat.v1.train.summary_iterator(str(path))
        if event.HasField("summary")
    )


def test_every_step_has_a_row_and_events(tmp_path):
    record(tmp_path, range(1, 4), -1)
    rows = run_log.read_table(tmp_path)
    assert [row["step"] for row in rows] == ["1", "2", "3"]
    assert rows[0]["content_loss"] == "0.5"
    assert rows[0]["discriminator_loss"] == ""
    assert event_steps(tmp_path) == [1, 1, 2, 2, 3, 3]


def test_resuming_truncates_the_log_at_the_checkpoint(tmp_path):
    record(tmp_path, range(1, 10), -1)
    record(tmp_path, range(5, 7), 4)
    rows = run_log.read_table(tmp_path)
    assert [int(row["step"]) for row in rows] == [1, 2, 3, 4, 5, 6]
    assert event_steps(tmp_path) == sorted([1, 2, 3, 4, 5, 6] * 2)


@pytest.mark.parametrize("cut", [1, 9])
def test_an_incomplete_last_line_is_dropped(tmp_path, cut):
    record(tmp_path, range(1, 12), -1)
    files = [tmp_path / "log.csv", *(tmp_path / "tensorboard").iterdir()]
    for path in files:
        path.write_bytes(path.read_bytes()[:-cut])
    record(tmp_path, [], 99)
    rows = run_log.read_table(tmp_path)
    assert [int(row["step"]) for row in rows] == list(range(1, 11))
    assert event_steps(tmp_path)[-1] == 11
    assert len(event_steps(tmp_path)) == 21


def test_written_files_survive_a_killed_process(tmp_path):
    log = run_log.RunLog(tmp_path, -1)
    log.add_losses(1, "warm_up", LOSSES)
    assert len(run_log.read_table(tmp_path)) == 1
    assert event_steps(tmp_path) == [1, 1]
    log.close()
