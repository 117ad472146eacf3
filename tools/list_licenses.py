"""Writes the tables of docs/licenses.md, of what is installed.

    python -m tools.list_licenses .venv .venv-scale

looks for each package in these environments, in order: the licenses that their
metadata declare (pip-licenses), and the shared libraries that lie in their
wheels beside them, of which metadata tell nothing.
"""

import importlib.metadata
import json
import pathlib
import re
import subprocess
import sys
from collections.abc import Iterator

from packaging import requirements
from packaging import utils

ROOT = pathlib.Path(__file__).parents[1]
PAGE = ROOT / "docs" / "licenses.md"
GROUPS = {  # Who needs a package: files of requirements.
    "core": ("core",),
    **{
        f"[{extra}]": (extra,)
        for extra in (
            "heic",
            "samples",
            "quantizer",
            "serving",
            "onnx",
            "evaluation",
            "hub",
            "scale",
        )
    },
    "tests": ("dev", "docs"),
}
# Libraries that come in wheels, by the start of their names, as their projects
# license them.
COPYLEFT = {
    "libQt5": "LGPL-3.0-only",
    "libasound": "LGPL-2.1-or-later",
    "libavcodec": "LGPL-2.1-or-later",
    "libavdevice": "LGPL-2.1-or-later",
    "libavfilter": "LGPL-2.1-or-later",
    "libavformat": "LGPL-2.1-or-later",
    "libavutil": "LGPL-2.1-or-later",
    "libde265": "LGPL-3.0-or-later",
    "libgfortran": "GPL-3.0-or-later WITH GCC-exception-3.1",
    "libgmp": "LGPL-3.0-or-later OR GPL-2.0-or-later",
    "libgnutls": "LGPL-2.1-or-later",
    "libheif": "LGPL-3.0-or-later",
    "libhogweed": "LGPL-3.0-or-later OR GPL-2.0-or-later",
    "libmp3lame": "LGPL-2.0-or-later",
    "libnettle": "LGPL-3.0-or-later OR GPL-2.0-or-later",
    "libquadmath": "LGPL-2.1-or-later",
    "libswresample": "LGPL-2.1-or-later",
    "libswscale": "LGPL-2.1-or-later",
    "libunistring": "LGPL-3.0-or-later OR GPL-2.0-or-later",
    "libx264": "GPL-2.0-or-later",
    "libx265": "GPL-2.0-or-later",
    "libzmq": "MPL-2.0",
}
PERMISSIVE = (
    "libSvtAv1Enc", "libX11", "libXau", "libaec", "libaom", "libavif",
    "libbrotli", "libcrc32c", "libcrypto", "libdav1d", "libdrm", "libfreetype",
    "libharfbuzz", "libhdf5", "libjpeg", "liblcms2", "liblzma",
    "libopenblas", "libopencore", "libopenjp2", "libopus", "libpcre2",
    "libpng16", "libscipy_openblas", "libsharpyuv", "libsodium", "libssl",
    "libsz", "libtiff", "libvpl", "libvpx", "libwebp", "libxcb",
    "libxkbcommon", "libzstd",
)  # fmt: skip
_UNKNOWN = {"namex": "Apache Software License"}  # A file of its wheel says so.


def required(group: str) -> Iterator[requirements.Requirement]:
    """What the files of a group ask for themselves."""
    for name in GROUPS[group]:
        for line in (
            (ROOT / f"requirements-{name}.txt").read_text().splitlines()
        ):
            line = line.partition("#")[0].strip()
            if line and not line.startswith("-r"):
                yield requirements.Requirement(line)


def needed(group: str, folders: list[str]) -> dict:
    """The installed distributions that a group needs, with all of theirs.

    Args:
        group: One of `GROUPS`.
        folders: Those that packages are installed in.

    Returns:
        Distributions by their normalized name.
    """
    found: dict = {}
    seen = set()
    waiting = list(required(group))
    while waiting:
        wanted = waiting.pop()
        key = (utils.canonicalize_name(wanted.name), frozenset(wanted.extras))
        if key in seen:
            continue
        seen.add(key)
        for distribution in importlib.metadata.distributions(
            name=wanted.name, path=folders
        ):
            found[key[0]] = distribution
            waiting += _requirements_of(distribution, wanted.extras)
            break
    return found


def libraries(distribution: importlib.metadata.Distribution) -> set[str]:
    """Shared libraries in a wheel that are under copyleft.

    Raises:
        ValueError: For one that this file does not know.
    """
    found = set()
    for file in distribution.files or ():
        if not file.parts[0].endswith(".libs"):
            continue
        matches = [name for name in COPYLEFT if file.name.startswith(name)]
        if not matches and not file.name.startswith(PERMISSIVE):
            raise ValueError(
                f"{file}: look its license up, and add it to {__file__}."
            )
        found.update(matches)
    return found


def tables(environments: list[pathlib.Path]) -> str:
    """Both tables, as Markdown."""
    folders = [str(_site_packages(each)) for each in environments]
    declared = _declared(environments)
    groups: dict[str, list[str]] = {}
    distributions: dict = {}
    for group in GROUPS:
        for name, distribution in needed(group, folders).items():
            groups.setdefault(name, []).append(group)
            distributions[name] = distribution
    bundled = {n: libraries(d) for n, d in sorted(distributions.items())}
    return "\n".join(
        [
            "| wheel | for | copyleft libraries in it |",
            "|---|---|---|",
            *(
                f"| {name} | {_shown(groups[name])} | {_licensed(found)} |"
                for name, found in bundled.items()
                if found
            ),
            "",
            "| package | for | declared license |",
            "|---|---|---|",
            *(
                f"| {name} | {_shown(groups[name])} | {declared[name]} |"
                for name in sorted(distributions)
            ),
        ]
    )


def main(environments: list[str]) -> None:
    begin, end = "<!-- `make licenses` writes from here -->", "<!-- to here -->"
    before, _, rest = PAGE.read_text().partition(begin)
    _, _, after = rest.partition(end)
    made = tables([pathlib.Path(each) for each in environments])
    PAGE.write_text(f"{before}{begin}\n\n{made}\n\n{end}{after}")


def _requirements_of(distribution, extras):
    for line in distribution.requires or ():
        wanted = requirements.Requirement(line)
        if wanted.marker is None or any(
            wanted.marker.evaluate({"extra": extra}) for extra in {"", *extras}
        ):
            yield wanted


def _site_packages(environment):
    (folder,) = environment.glob("lib/python*/site-packages")
    return folder


def _declared(environments):
    """Licenses by the normalized name of their package."""
    found: dict[str, str] = {}
    for environment in environments:
        done = subprocess.run(
            [
                sys.executable, "-m", "piplicenses", "--format=json",
                "--with-system", f"--python={environment}/bin/python",
            ],
            check=True,
            capture_output=True,
        )  # fmt: skip
        for row in json.loads(done.stdout):
            name = utils.canonicalize_name(row["Name"])
            license = re.sub(r"\s+", " ", row["License"])
            if license == "UNKNOWN":
                license = _UNKNOWN[name]
            found.setdefault(name, license)
    return found


def _shown(groups):
    return "core" if "core" in groups else ", ".join(groups)


def _licensed(names):
    """Names of libraries, behind each of their licenses."""
    of_license: dict[str, list[str]] = {}
    for name in sorted(names):
        of_license.setdefault(COPYLEFT[name], []).append(name)
    return "; ".join(
        f"{license}: {', '.join(those)}"
        for license, those in sorted(of_license.items())
    )


if __name__ == "__main__":
    main(sys.argv[1:])
