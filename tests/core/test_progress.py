import sys
import threading

import pytest

from cartoongan_tf.core import progress


@pytest.fixture
def terminal(monkeypatch):
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "100")


def test_without_a_terminal_there_is_a_line_now_and_then(capsys, monkeypatch):
    monkeypatch.setattr(progress, "_LINE_INTERVAL", 0.0)
    with progress.Progress() as watch:
        watch("Reading [b]", 1, 8)
        watch("Choosing", 1, None)
    lines = capsys.readouterr().err.split("\n")
    expected = ["Reading [b]: 12%", "Choosing: 1"]
    assert [line for line in lines if line] == expected


def test_without_a_terminal_lines_show_the_time_left(capsys, monkeypatch):
    now = iter([0.0, 10.0, 40.0])
    monkeypatch.setattr(progress.time, "monotonic", lambda: next(now))
    with progress.Progress() as watch:
        watch("Reading", 2, 12)
        watch("Reading", 5, 12, "fast")
    lines = capsys.readouterr().err.split("\n")
    assert lines[-2] == "Reading: 42%, 0:01:10 left, fast"


def test_a_short_job_prints_nothing_without_a_terminal(capsys):
    assert list(progress.in_threads(abs, range(4), "Counting")) == [0, 1, 2, 3]
    assert capsys.readouterr() == ("", "")


@pytest.mark.usefixtures("terminal")
def test_in_a_terminal_there_is_a_bar_with_the_time_left(capsys):
    with progress.Progress() as watch:
        watch("Reading", 1, 4)
        watch("Choosing [it]", 3, 4)
        watch("Choosing [it]", 1, None)
        sys.stderr.flush()
    shown = capsys.readouterr().err
    assert "Choosing [it]" in shown
    assert "time left" in shown


def test_results_keep_their_order_though_threads_do_not():
    first_may_end = threading.Event()

    def wait_or_release(number):
        if number == 0:
            first_may_end.wait(10)
        else:
            first_may_end.set()
        return number

    results = progress.in_threads(wait_or_release, range(4), "Racing")
    assert list(results) == [0, 1, 2, 3]


def test_after_a_failure_the_rest_is_not_begun():
    begun = []

    def fail_at_first(number):
        begun.append(number)
        raise ValueError(number)

    with pytest.raises(ValueError, match="0"):
        list(progress.in_threads(fail_at_first, range(10_000), "Failing"))
    assert len(begun) < 10_000
