"""Locked versions, licenses, and what CI runs elsewhere."""

import pathlib
import re
import sys

import pytest
import yaml
from packaging import requirements
from packaging import utils

from tools import list_licenses

ROOT = pathlib.Path(__file__).parents[2]
LOCKED = ROOT / "locked"
VERSIONS = ["3.11", "3.12", "3.13"]
INPUTS = {  # As the Makefile's `lock` has them.
    "demo": ["requirements.txt"],
    "page": ["requirements-page.txt"],
    "serving": ["requirements-serving.txt"],
    "test": [
        "requirements.txt",
        *(
            f"requirements-{name}.txt"
            for name in list_licenses.GROUPS["tests"]
            + ("evaluation", "heic", "hub", "onnx", "quantizer", "serving")
        ),
    ],
}
PINNED = re.compile(r"^([a-z0-9-]+)==([^ ;]+)(?: ; (.+))? \\$")
HASH = re.compile(r"^    --hash=sha256:[0-9a-f]{64}(?: \\)?$")
PAGE = ROOT / "docs" / "licenses.md"
GROUPS = [group for group in list_licenses.GROUPS if group != "[scale]"]


def pins(name):
    """Package, version and marker of each entry of a file in locked/."""
    lines = (LOCKED / f"{name}.txt").read_text().splitlines()
    return [match.groups() for match in map(PINNED.match, lines) if match]


def pins_for(name, version):
    """Versions by package that a Python under Linux installs."""
    environment = {
        "python_version": version,
        "python_full_version": f"{version}.9",
        "sys_platform": "linux",
        "os_name": "posix",
        "platform_system": "Linux",
        "implementation_name": "cpython",
        "platform_python_implementation": "CPython",
    }
    found = [
        (package, pin)
        for package, pin, marker in pins(name)
        if marker is None
        or requirements.Requirement(f"x ; {marker}").marker.evaluate(
            environment
        )
    ]
    assert len(dict(found)) == len(found)
    return dict(found)


def asked(path):
    """What a file of requirements asks for, with those it includes."""
    for line in path.read_text().splitlines():
        line = line.partition("#")[0].strip()
        if line.startswith("-r "):
            yield from asked(path.with_name(line.removeprefix("-r ")))
        elif line:
            yield requirements.Requirement(line)


@pytest.mark.parametrize("name", INPUTS)
def test_locked_files_hold_versions_and_hashes_only(name):
    _, _, *lines = (LOCKED / f"{name}.txt").read_text().splitlines()
    assert pins(name)
    after = None
    for line in lines:  # No index, no address, and no package without hashes.
        match = PINNED.match(line)
        assert HASH.match(line) or (match and not (after or "").endswith("\\"))
        after = line
    assert HASH.match(lines[-1])


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("name", INPUTS)
def test_locked_versions_are_those_that_are_asked_for(name, version):
    found = pins_for(name, version)
    for file in INPUTS[name]:
        for wanted in asked(ROOT / file):
            pin = found[utils.canonicalize_name(wanted.name)]
            assert wanted.specifier.contains(pin), wanted


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("name", ["demo", "serving"])
def test_locked_files_agree(name, version):
    tested = pins_for("test", version)
    assert pins_for(name, version).items() <= tested.items()


def table_rows():
    """First cells of the rows of docs/licenses.md, with their last."""
    rows = re.findall(
        r"^\| ([^|`]+) \|.*\| ([^|]+) \|$", PAGE.read_text(), re.M
    )
    return {(package, said) for package, said in rows}


@pytest.mark.parametrize("group", GROUPS)
def test_the_license_of_each_installed_package_is_listed(group):
    installed = list_licenses.needed(group, sys.path)
    asked_for = {r.name for r in list_licenses.required(group)}
    assert {utils.canonicalize_name(n) for n in asked_for} <= installed.keys()
    listed = {package for package, _ in table_rows()}
    assert installed.keys() <= listed


@pytest.mark.parametrize("group", GROUPS)
def test_copyleft_libraries_in_wheels_are_listed(group):
    for name, distribution in list_licenses.needed(group, sys.path).items():
        said = " ".join(last for first, last in table_rows() if first == name)
        for library in list_licenses.libraries(distribution):
            assert re.search(rf"\b{library}\b", said), (name, library)
            assert list_licenses.COPYLEFT[library] in said


def test_a_library_that_is_not_known_is_an_error():
    class Wheel:
        files = (pathlib.PurePosixPath("wheel.libs/libnews-1.so"),)

    with pytest.raises(ValueError, match="libnews"):
        list_licenses.libraries(Wheel)


def test_github_runs_what_ci_runs():
    parts = re.findall(r"^make (\S+)", (ROOT / ".ci/run").read_text(), re.M)
    workflow = yaml.safe_load((ROOT / ".github/workflows/ci.yml").read_text())
    matrix = workflow["jobs"]["make"]["strategy"]["matrix"]
    made = [*matrix["parts"], *(job["parts"] for job in matrix["include"])]
    assert set(" ".join(made).split()) == set(parts)
