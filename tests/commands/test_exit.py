import errno
import os

import pytest

from cartoongan_tf.commands import exit
from cartoongan_tf.commands import train_usage
from cartoongan_tf.core import errors


def end_of(error):
    with pytest.raises(SystemExit) as caught, exit.with_message():
        raise error
    return caught.value.code


def test_bad_input_ends_in_one_message():
    code = end_of(errors.InputError("--steps must be at least 0."))
    assert code == "error: --steps must be at least 0."


@pytest.mark.parametrize("cause", [errno.ENOSPC, errno.EDQUOT, errno.EFBIG])
def test_a_full_disk_ends_in_one_message(cause):
    message = end_of(OSError(cause, "cannot write", "run/file"))
    assert "no space left to write run/file" in message


@pytest.mark.parametrize("cause", [errno.EACCES, errno.EPERM, errno.EROFS])
def test_denied_access_ends_in_one_message(cause):
    message = end_of(OSError(cause, os.strerror(cause), "run/file"))
    assert "error: run/file cannot be opened or changed" in message


def test_stopping_ends_as_shells_expect(capsys):
    assert end_of(KeyboardInterrupt("Stopped and saved.")) == 130
    assert "Stopped and saved." in capsys.readouterr().err


def test_stopping_without_a_message_is_reported(capsys):
    assert end_of(KeyboardInterrupt()) == 130
    assert capsys.readouterr().err == "Interrupted.\n"


def test_bugs_keep_their_traceback():
    for error in (ValueError("bug"), OSError(errno.EACCES, "denied")):
        with pytest.raises(type(error)), exit.with_message():
            raise error


def test_arguments_are_named_as_flags():
    assert "steps" in train_usage.FLAGS
    code = end_of(
        errors.InputError("`steps`=-1 is below 0; see `pip list`, `x`.")
    )
    assert code == "error: --steps=-1 is below 0; see `pip list`, `x`."
