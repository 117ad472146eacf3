import errno

import pytest

from cartoongan_tf import errors


def end_of(error):
    with pytest.raises(SystemExit) as caught, errors.one_sentence():
        raise error
    return caught.value.code


def test_bad_input_ends_in_its_sentence():
    code = end_of(errors.InputError("--steps must be at least 0."))
    assert code == "error: --steps must be at least 0."


@pytest.mark.parametrize(
    "error",
    [
        OSError(errno.ENOSPC, "No space left on device", "run/file"),
        OSError("Can't write (errno = 28, error message = 'No space left')"),
    ],
)
def test_a_full_disk_ends_in_one_sentence(error):
    assert "no space left to write" in end_of(error)


def test_stopping_ends_as_shells_expect(capsys):
    assert end_of(KeyboardInterrupt("Stopped and saved.")) == 130
    assert "Stopped and saved." in capsys.readouterr().err


def test_bugs_keep_their_traceback():
    for error in (ValueError("bug"), OSError(errno.EACCES, "denied")):
        with pytest.raises(type(error)), errors.one_sentence():
            raise error
