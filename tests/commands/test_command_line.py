"""Arguments, of the program's commands and of the servers'."""

import codecs
import os
import pathlib
import sys

import PIL.Image
import pytest

import cartoongan_tf
from cartoongan_tf.commands import command_line
from cartoongan_tf.core import errors
from serving import command_line as serving_command_line

ROOT = pathlib.Path(__file__).parents[2]
PAPER = "configs/paper.flags"
SHIPPED = pathlib.Path(cartoongan_tf.__file__).parent / PAPER
ENCODINGS = {
    "utf-8": b"",
    "utf-8-sig": b"",  # Codecs of these names write a mark themselves.
    "utf-16": b"",
    "utf-16-le": b"",
    "utf-16-be": codecs.BOM_UTF16_BE,
    "utf-32": b"",
}


@pytest.fixture(
    params=[command_line, serving_command_line], ids=["program", "serving"]
)
def resolve(request):
    return request.param.resolve


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A home folder, from which the working folder is another one."""
    folder = tmp_path / "home"
    folder.mkdir()
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    monkeypatch.setenv("HOME", str(folder))
    monkeypatch.setenv("PLACE", "somewhere")
    monkeypatch.delenv("ABSENT", raising=False)
    return folder


def test_the_flags_of_a_file_of_the_program_come_from_anywhere(home):
    expected = command_line.resolve([f"--flagfile={SHIPPED}"])
    assert len(expected) > 10
    assert all(flag.startswith("--") for flag in expected)
    arguments = [f"--flagfile={PAPER}", "--steps=1", PAPER]
    found = command_line.resolve(arguments)
    assert found == [*expected, "--steps=1", PAPER]


def test_a_file_of_the_user_goes_first(home):
    pathlib.Path("configs").mkdir()
    pathlib.Path(PAPER).write_text("--steps=7\n")
    assert command_line.resolve([f"--flagfile={PAPER}"]) == ["--steps=7"]


@pytest.mark.parametrize(
    ("argument", "expected"),
    [
        ("~/photo.jpg", "{home}/photo.jpg"),
        ("~", "{home}"),
        ("$HOME/photo.jpg", "{home}/photo.jpg"),
        ("${HOME}/$PLACE/*.jpg", "{home}/somewhere/*.jpg"),
        ("--output=~/out", "{home}/out"),
        ("-output=~", "{home}"),
        ("--output=$HOME/out", "{home}/out"),
        ("--models=~/a.keras,b.keras,~/c", "{home}/a.keras,b.keras,{home}/c"),
        ("--model_dir=comic=~/models", "comic={home}/models"),
        ("$ABSENT/photo.jpg", "$ABSENT/photo.jpg"),
        ("~$letter.docx", "~$letter.docx"),
        ("photo~1.jpg", "photo~1.jpg"),
        ("a=~/photo.jpg", "a=~/photo.jpg"),
        ("http://host/~user/model", "http://host/~user/model"),
    ],
)
def test_homes_and_variables_are_written_out(resolve, home, argument, expected):
    (found,) = resolve([argument])
    flag = argument.partition("=")[0] + "=" if argument[0] == "-" else ""
    assert found == flag + expected.format(home=home)


def test_a_file_keeps_a_name_with_a_dollar(resolve, home):
    pathlib.Path("$PLACE.jpg").touch()
    assert resolve(["$PLACE.jpg", "$PLACE.png"]) == [
        "$PLACE.jpg", "somewhere.png",
    ]  # fmt: skip


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_flag_files_of_any_unicode_are_read(resolve, home, encoding):
    lines = ["# Größe", "--output=~/café", "", "  // none", "--side", "3"]
    data = ENCODINGS[encoding] + "\r\n".join(lines).encode(encoding)
    (home / "my.flags").write_bytes(data)
    for argument in (["--flagfile=~/my.flags"], ["--flagfile", "~/my.flags"]):
        found = resolve(["x", *argument, "y"])
        assert found == ["x", f"--output={home}/café", "--side", "3", "y"]


def test_flag_files_may_include_flag_files(resolve, home):
    (home / "inner.flags").write_text("--a=1\n")
    (home / "outer.flags").write_text("--flagfile=$HOME/inner.flags\n--b=2\n")
    arguments = ["--flagfile=~/outer.flags", "--", "--flagfile=gone"]
    found = resolve(arguments)
    assert found == ["--a=1", "--b=2", "--", "--flagfile=gone"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "my.flags cannot be read .No such file"),
        ("--credit=André".encode("cp1252"), "my.flags is not Unicode text"),
        (b"--flagfile=my.flags", "my.flags contains itself"),
        (b"--output=~a\0b", "my.flags is not text: it contains null"),
        (b"--flagfile=/dev/zero", "--flagfile=/dev/zero is too long"),
    ],
)
def test_unreadable_flag_files_are_reported(resolve, home, content, message):
    if content is not None:
        pathlib.Path("my.flags").write_bytes(content)
    with pytest.raises(ValueError, match=message):
        resolve(["--flagfile=my.flags"])


def test_missing_flag_file_raises_input_error(home):
    with pytest.raises(errors.InputError):
        command_line.resolve(["--flagfile=gone"])


@pytest.mark.parametrize(
    "path",
    [p for f in ("tools", "benchmarks") for p in sorted((ROOT / f).iterdir())]
    + sorted(ROOT.glob("serving/*/__main__.py")),
    ids=str,
)
def test_every_command_resolves_its_arguments(path):
    if path.suffix == ".py":
        assert "app.run(" not in path.read_text()


@pytest.mark.slow
def test_no_command_makes_a_folder_called_like_the_home_folder(
    home, run_command
):
    PIL.Image.new("RGB", (40, 40), "red").save(home / "photo.png")
    (home / "my.flags").write_text("--output=~/from flags\n")
    environment = os.environ | {"PYTHONPATH": str(ROOT), "HOME": str(home)}
    commands = [
        ["cartoongan_tf", "--output=~/out", "~/photo.png"],
        ["cartoongan_tf", "--flagfile=~/my.flags", "$HOME/photo.png"],
        ["cartoongan_tf", "styles", "--output=~/styles"],
        ["serving.client", "--retries=0", "--url=http://127.0.0.1:9",
         "--output=~/client", "~/photo.png"],
    ]  # fmt: skip
    finished = [
        run_command(sys.executable, "-m", *command, env=environment)
        for command in commands
    ]
    assert [done.returncode for done in finished] == [0, 0, 0, 1], finished
    assert f"{home}/photo.png" in finished[-1].stderr
    assert (home / "out/photo.png").is_file()
    assert (home / "from flags/photo.png").is_file()
    assert (home / "styles/storybook.png").is_file()
    for folder in (ROOT, pathlib.Path.cwd()):
        assert not (folder / "~").exists()
