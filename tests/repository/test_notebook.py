"""The example notebook, executed as it is."""

import pathlib

import nbclient
import nbformat
import pytest

EXAMPLES = pathlib.Path(__file__).parents[2] / "examples"
NOTEBOOK = EXAMPLES / "cartoongan.ipynb"


@pytest.fixture
def notebook():
    return nbformat.read(NOTEBOOK, as_version=4)


def test_outputs_are_not_committed(notebook):
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert all(not cell.outputs for cell in cells)
    assert all(cell.execution_count is None for cell in cells)


@pytest.mark.slow
def test_it_cartoonizes_trains_exports_and_shows(
    notebook, tmp_path, monkeypatch
):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setenv("TF_CPP_MIN_LOG_LEVEL", "3")
    client = nbclient.NotebookClient(
        notebook,
        kernel_name="python3",
        timeout=600,
        resources={"metadata": {"path": str(EXAMPLES)}},
    )
    client.execute()
    outputs = [o for cell in notebook.cells for o in cell.get("outputs", ())]
    shown = [o for o in outputs if "image/png" in o.get("data", ())]
    printed = "".join(o.get("text", "") for o in outputs)
    assert len(shown) == 3
    assert "cartoongan_float16.tflite: at most" in printed
    assert list(tmp_path.glob("*/run/generator.keras"))
