import pathlib

import cartoongan_tf
from cartoongan_tf.commands import flagfiles

PAPER = "configs/paper.flags"
SHIPPED = pathlib.Path(cartoongan_tf.__file__).parent / PAPER


def test_flag_files_of_the_program_are_found_from_anywhere():
    arguments = [f"--flagfile={PAPER}", "--steps=1", PAPER]
    assert flagfiles.resolve(arguments) == [
        f"--flagfile={SHIPPED}", "--steps=1", PAPER,
    ]  # fmt: skip


def test_a_file_of_the_user_goes_first(tmp_path, monkeypatch):
    (tmp_path / "configs").mkdir()
    (tmp_path / PAPER).touch()
    monkeypatch.chdir(tmp_path)
    arguments = [f"--flagfile={PAPER}"]
    assert flagfiles.resolve(arguments) == arguments


def test_other_files_stay_as_they_are():
    arguments = ["--flagfile=configs/gone.flags", "--flagfile=weights/x"]
    assert flagfiles.resolve(arguments) == arguments
