import sys

from cartoongan_tf import progress


def test_without_a_terminal_each_stage_has_a_line(capsys):
    with progress.Progress() as watch:
        for done in range(1, 5):
            watch("Reading", done, 8)
        watch("Choosing", 1, None)
    lines = capsys.readouterr().err.split("\n")
    assert [line for line in lines if line] == ["Reading: 12%", "Choosing: 1"]


def test_in_a_terminal_there_is_a_bar_with_the_time_left(capsys, monkeypatch):
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "100")
    with progress.Progress() as watch:
        watch("Reading", 1, 4)
        watch("Choosing", 3, 4)
        watch("Choosing", 1, None)
        sys.stderr.flush()
    shown = capsys.readouterr().err
    assert "Choosing" in shown
    assert "time left" in shown
