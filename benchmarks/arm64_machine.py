"""An emulated ARM64 machine: enough of Debian to run LiteRT in Python.

QEMU translates the instructions of one program, so no kernel and no disk image
is needed: a folder of ARM64 libraries and wheels will do, which any user can
fetch, once. What it computes is what a phone's CPU computes; how long it takes
says nothing of one.
"""

import importlib.metadata
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import zipfile

from cartoongan_tf.core import atomic_files
from cartoongan_tf.core import errors

QEMU = "qemu-aarch64-static"
DEBOOTSTRAP = "mmdebstrap"
INSTALL = "apt-get install --no-install-recommends qemu-user-static mmdebstrap"

_REPOSITORY = pathlib.Path(__file__).parents[1]
_DEBIAN = "bookworm"
_PYTHON = "3.11"  # That of this Debian.
_PACKAGES = "python3,libstdc++6,libgomp1,zlib1g,libgcc-s1"
_LITERT = "ai-edge-litert"
# What it imports; LiteRT's own list asks for much more.
_NEEDED = (
    *("numpy", "flatbuffers", "backports.strenum", "tqdm"),
    *("typing-extensions", "protobuf", "ml_dtypes"),
)
_PLATFORMS = ("manylinux_2_27", "manylinux_2_28", "manylinux2014")

# With QEMU's default CPU, XNNPACK chooses 8-bit matrix instructions whose
# emulation in QEMU 7.2 is wrong; this one has none, as most phones.
_CPU = "cortex-a76"
# XNNPACK reads what the CPU can do from here, and crashes where it finds the
# description of an x86.
_CPU_INFO = """\
processor\t: {number}
BogoMIPS\t: 50.00
Features\t: fp asimd evtstrm aes pmull sha1 sha2 crc32 atomics fphp asimdhp \
cpuid asimdrdm lrcpc dcpop asimddp
CPU implementer\t: 0x41
CPU architecture: 8
CPU variant\t: 0x3
CPU part\t: 0xd0b
CPU revision\t: 1
"""
_CORES = 2


class Machine:
    """An emulated machine that is ready to run.

    Args:
        cache: Folder to keep what is fetched in. Parts that are missing are
            fetched, each whole or not at all.

    Raises:
        InputError: If a program is missing, or something cannot be fetched.
    """

    def __init__(self, cache: str | pathlib.Path) -> None:
        cache = pathlib.Path(cache).resolve()
        _require(QEMU)
        version = importlib.metadata.version(_LITERT)
        self._root = cache / f"debian-{_DEBIAN}"
        self._site = cache / f"litert-{version}"
        if not self._root.is_dir():
            _make_root(self._root)
        if not self._site.is_dir():
            _make_site(self._site, version)

    def run(self, module: str, *arguments: str | pathlib.Path) -> None:
        """Runs a module of this repository, to its end.

        Raises:
            RuntimeError: If it fails.
        """
        python = self._root / "usr" / "bin" / f"python{_PYTHON}"
        emulator = (QEMU, "-cpu", _CPU, "-L", str(self._root), str(python))
        command = [*emulator, "-m", module, *map(str, arguments)]
        # Nothing else: variables of this machine's Python would misguide it.
        environment = {
            "PATH": os.environ["PATH"],
            "PYTHONHOME": str(self._root / "usr"),
            "PYTHONPATH": f"{self._site}:{_REPOSITORY}",
        }
        done = subprocess.run(
            command, capture_output=True, text=True, env=environment
        )
        if done.returncode:
            raise RuntimeError(
                f"{module} ended with {done.returncode} on the emulated "
                f"machine: {done.stderr.strip()[-2000:]}"
            )


def _make_root(path):
    _require(DEBOOTSTRAP)
    print(f"Fetching Debian's Python for ARM64 (80 MB) to {path} ...")
    with atomic_files.atomic_path(path) as temporary:
        _fetch(
            DEBOOTSTRAP,
            "--variant=extract",
            # Nothing of it is run, so nothing needs a root directory changed.
            *([] if os.geteuid() == 0 else ["--mode=chrootless"]),
            "--architectures=arm64",
            f"--include={_PACKAGES}",
            *(_DEBIAN, str(temporary)),
        )
        cores = [_CPU_INFO.format(number=number) for number in range(_CORES)]
        (temporary / "proc").mkdir(exist_ok=True)
        (temporary / "proc" / "cpuinfo").write_text("\n".join(cores))


def _make_site(path, version):
    print(f"Fetching LiteRT {version} for ARM64 (30 MB) to {path} ...")
    with (
        atomic_files.atomic_path(path) as temporary,
        tempfile.TemporaryDirectory() as wheels,
    ):
        _fetch(
            *(sys.executable, "-m", "pip", "download", "--no-deps"),
            *("--quiet", "--only-binary=:all:", "--dest", wheels),
            *(f"--platform={name}_aarch64" for name in _PLATFORMS),
            *("--python-version", _PYTHON, "--implementation", "cp"),
            *(f"{_LITERT}=={version}", *_NEEDED),
        )
        for wheel in pathlib.Path(wheels).glob("*.whl"):
            with zipfile.ZipFile(wheel) as archive:
                archive.extractall(temporary)


def _fetch(*command):
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise errors.InputError(
            f"{pathlib.Path(command[0]).name} could not fetch what ARM64 "
            f"needs, which takes a network: {last}"
        )


def _require(program):
    if shutil.which(program) is None:
        raise errors.InputError(
            f"{program} is missing; install it on Debian or Ubuntu, as root, "
            f"with: {INSTALL}"
        )
