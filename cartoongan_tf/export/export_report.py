"""Report of an export: a table, and `report.json`."""

import importlib.metadata
import json
import pathlib
from collections.abc import Mapping
from collections.abc import Sequence

import rich.console
import rich.table

import cartoongan_tf
from cartoongan_tf.core import atomic_files
from cartoongan_tf.export import exporter
from cartoongan_tf.export import fidelity
from cartoongan_tf.inference import styles

FILE = "report.json"

_PACKAGES = ("tensorflow", "keras", "ai-edge-litert")
_METRICS = ("MB", "PSNR dB", "SSIM", "ms", "peak MB", "GPU")


def show(
    console: rich.console.Console, artifacts: Sequence[exporter.Artifact]
) -> None:
    """Prints a table with a row per artifact."""
    table = rich.table.Table(
        caption="PSNR and SSIM to the Keras model, means over photos, "
        f"{fidelity.EQUAL:.0f} where equal; ms by size, "
        "alone in a process, all cores; GPU: keeps the rules of Android's "
        "delegate"
    )
    table.add_column("file", overflow="fold")
    for heading in _METRICS:
        table.add_column(heading, justify="right", overflow="fold")
    for artifact in artifacts:
        times = artifact.profile.milliseconds.items()
        peak = artifact.profile.peak_megabytes
        table.add_row(
            artifact.name,
            f"{artifact.megabytes:.2f}",
            f"{artifact.fidelity.psnr:.1f}",
            f"{artifact.fidelity.ssim:.4f}",
            "\n".join(f"{size}: {ms:.0f}" for size, ms in times),
            "-" if peak is None else f"{peak:.0f}",
            _gpu(artifact.gpu_problems),
        )
    console.print(table)


def write(
    folder: pathlib.Path,
    artifacts: Sequence[exporter.Artifact],
    failures: Sequence[exporter.FailedExport],
    about: Mapping,
    style: styles.About,
) -> None:
    """Writes `report.json`, which lists all artifacts of the folder.

    Those of earlier exports keep their entries.

    Args:
        folder: Folder of the export.
        artifacts: Artifacts that were written.
        failures: Artifacts that were not.
        about: Entries on the model, the same for each artifact.
        style: Name, credit and license of the model.
    """
    shared = {
        **about,
        "style": style._asdict(),
        "versions": {
            "cartoongan-tf": cartoongan_tf.__version__,
            **{p: importlib.metadata.version(p) for p in _PACKAGES},
        },
    }
    entries = {entry["file"]: entry for entry in _earlier_entries(folder)}
    for artifact in artifacts:
        entries[artifact.name] = _entry(artifact) | shared
    content = {
        "artifacts": list(entries.values()),
        "refused": [failure._asdict() for failure in failures],
    }
    text = json.dumps(content, indent=2) + "\n"
    atomic_files.write_text(folder / FILE, text)


def _earlier_entries(folder):
    """Entries of artifacts that are still in the folder."""
    try:
        report = json.loads((folder / FILE).read_text("utf-8"))
        entries = [(entry["file"], entry) for entry in report["artifacts"]]
    except (OSError, ValueError, KeyError, TypeError):
        return []
    return [entry for file, entry in entries if (folder / file).exists()]


def _gpu(problems):
    if problems is None:
        return "-"
    return "no" if problems else "yes"


def _entry(artifact):
    return {
        "file": artifact.name,
        "precision": artifact.precision,
        "megabytes": artifact.megabytes,
        "psnr_db": artifact.fidelity.psnr,
        "least_psnr_db": fidelity.MINIMUM_PSNR[artifact.precision],
        "ssim": artifact.fidelity.ssim,
        "largest_error_of_255": artifact.fidelity.largest_error,
        "milliseconds": artifact.profile.milliseconds,
        "peak_megabytes": artifact.profile.peak_megabytes,
        "gpu_problems": artifact.gpu_problems,
        "ranges": artifact.ranges,
    }
