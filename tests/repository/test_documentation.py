"""That README.md and docs/ agree with the code; no command is run here."""

import ast
import dataclasses
import pathlib
import re
import tomllib

import documented
import pytest

import cartoongan_tf
from cartoongan_tf.training import config

ROOT = documented.ROOT
DOCS = ROOT / "docs"
README = ROOT / "README.md"
NOT_RUN = pathlib.Path(__file__).with_name("commands_not_run.toml")


def table_rows(text):
    """The cells of all tables, a list a row."""
    rows = re.findall(r"^\| *(.*?) *\|$", text, re.M)
    return [[c.strip() for c in re.split(r"(?<!\\)\|", row)] for row in rows]


def test_the_readme_is_short():
    assert len(README.read_text().splitlines()) <= 180


def test_commands_that_are_not_run_are_documented():
    listed = tomllib.loads(NOT_RUN.read_text())["not_run"]
    names = {entry["command"] for entry in listed if entry["reason"]}
    assert len(names) == len(listed)
    assert names <= set(documented.commands())


def test_tests_that_reasons_name_exist():
    named = set(re.findall(r"[\w/]*test_\w+\.py", NOT_RUN.read_text()))
    folders = (ROOT, pathlib.Path(__file__).parent)
    assert named
    for name in named:
        assert any((folder / name).exists() for folder in folders), name


@pytest.mark.parametrize("page", documented.PAGES, ids=lambda page: page.stem)
def test_modules_that_are_named_exist(page):
    named = re.findall(
        r"`([a-z_]+/[a-z\d_/-]*\.(?:py|flags))`", page.read_text()
    )
    folders = (ROOT, ROOT / "cartoongan_tf")
    missing = [n for n in named if not any((f / n).exists() for f in folders)]
    assert not missing


@pytest.mark.parametrize("page", documented.PAGES, ids=lambda page: page.stem)
def test_commands_stand_in_fenced_blocks(page):
    loose = re.findall(
        r"^(?: {4,}|\t)(?:python|make|pip|docker|kubectl|curl) .*",
        documented.prose(page),
        re.M,
    )
    assert not loose


@pytest.mark.parametrize("page", documented.PAGES, ids=lambda page: page.stem)
def test_links_lead_to_files(page):
    links = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", documented.prose(page))
    missing = [link for link in links if not (page.parent / link).exists()]
    assert not missing


def value_of(cell):
    """The setting that a cell of the table of options stands for."""
    words = {"-": None, "": None, "yes": True, "no": False}
    if cell in words:
        return words[cell]
    try:
        return ast.literal_eval(cell.replace(",", ""))
    except (SyntaxError, ValueError):
        return dataclasses.MISSING if cell == "required" else cell


def test_the_table_of_options_has_each_setting_and_its_default():
    rows = table_rows((DOCS / "training.md").read_text())
    options = {row[0]: row[1] for row in rows if len(row) == 4}
    actual = {
        name.strip("`-"): value_of(cell)
        for name, cell in options.items()
        if name.startswith("`--")
    }
    fields = dataclasses.fields(config.TrainConfig)
    assert actual == {field.name: field.default for field in fields}


def test_the_table_of_options_has_the_recipe_of_the_shipped_style():
    rows = table_rows((DOCS / "training.md").read_text())
    documented_settings = {
        row[0].strip("`-"): value_of(row[2])
        for row in rows
        if len(row) == 4 and row[0].startswith("`--") and row[2]
    }
    text = (ROOT / "cartoongan_tf/configs/storybook.flags").read_text()
    settings = {}
    for name, value in re.findall(r"^--(\w+)=?(.*)$", text, re.M):
        is_off = name.startswith("no") and not value
        name = name.removeprefix("no") if is_off else name
        settings[name] = value_of(value) if value else not is_off
    assert documented_settings == settings


def required(path):
    """Names of the packages that a file of requirements asks for itself."""
    return set(re.findall(r"^([a-z][\w-]*)", path.read_text(), re.M))


def included(path):
    """Names of the files of requirements that one of them includes."""
    return set(re.findall(r"^-r (.*)", path.read_text(), re.M))


def explained():
    """The packages of docs/dependencies.md, by file."""
    text = (DOCS / "dependencies.md").read_text()
    _, *sections = re.split(r"^## ", text, flags=re.M)
    packages = {}
    for section in sections:
        names = {row[0] for row in table_rows(section)} - {"package", "---"}
        for file in re.findall(r"requirements[\w-]*\.txt", section):
            packages.setdefault(file, names)
    return packages


def test_each_requirement_is_explained():
    files = sorted(ROOT.glob("requirements*.txt"))
    own = {  # They share a table.
        f"requirements-{name}.txt"
        for name in ("addons", "fuzzing", "kserve", "scale-tests")
    }
    for file in files:
        expected = required(file)
        if not expected:
            assert included(file) <= explained().keys()
            continue
        if file.name in own:
            expected = set().union(*(required(ROOT / name) for name in own))
        assert explained()[file.name] == expected, file.name


def test_the_citation_names_this_version():
    citation = (ROOT / "CITATION.cff").read_text()
    assert f"\nversion: {cartoongan_tf.__version__}\n" in citation


def test_extras_are_not_installed_by_a_name_that_no_index_has():
    pages = [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]
    for package in ("cartoongan_tf", "serving"):
        pages += (ROOT / package).rglob("*.py")
    named = [page for page in pages if "cartoongan-tf[" in page.read_text()]
    assert not named


def test_kotlin_buffers_have_the_byte_order_that_litert_copies():
    text = (ROOT / "docs/android.md").read_text()
    made = re.findall(r"ByteBuffer\.allocateDirect\(.*", text)
    assert made
    assert all("order(ByteOrder.nativeOrder())" in line for line in made)
    assert "photo.rewind()\ncartoon.rewind()\ninterpreter.run" in text
