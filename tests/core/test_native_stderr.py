import os

import pytest

from cartoongan_tf.core import native_stderr


@pytest.fixture(autouse=True)
def without_a_driver(monkeypatch):
    monkeypatch.setattr(native_stderr, "_DRIVERS", ())
    monkeypatch.delenv("TF_CPP_MIN_LOG_LEVEL", raising=False)


def write(text):
    os.write(2, text)


def test_native_lines_are_held_and_later_ones_are_not(capfd):
    with native_stderr.held():
        write(b"cuInit failed")
    write(b"after")
    assert capfd.readouterr().err == "after"


def test_suppressed_lines_are_shown_if_the_block_fails(capfd):
    def fail():
        with native_stderr.held():
            write(b"no such instruction")
            raise ImportError

    with pytest.raises(ImportError):
        fail()
    write(b", after")
    assert capfd.readouterr().err == "no such instruction, after"


def test_a_user_may_ask_for_the_lines(capfd, monkeypatch):
    monkeypatch.setenv("TF_CPP_MIN_LOG_LEVEL", "0")
    with native_stderr.held():
        write(b"cuInit failed")
    assert capfd.readouterr().err == "cuInit failed"


def test_nothing_is_suppressed_with_a_driver(capfd, monkeypatch, tmp_path):
    monkeypatch.setattr(native_stderr, "_DRIVERS", (str(tmp_path),))
    with native_stderr.held():
        write(b"cuInit failed")
    assert capfd.readouterr().err == "cuInit failed"
