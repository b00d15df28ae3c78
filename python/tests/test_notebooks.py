"""The notebooks run from beginning to end, and are kept with their pictures."""

from pathlib import Path

import pytest

nbformat = pytest.importorskip("nbformat")
nbclient = pytest.importorskip("nbclient")
pytest.importorskip("ipykernel")
pytest.importorskip("vl_convert")

FOLDER = Path(__file__).parents[2] / "examples/notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))


def outputs(notebook):
    return [output for cell in notebook.cells for output in cell.get("outputs", [])]


def kinds(notebook):
    """What each output is: pictures and frames, whatever they show this time."""
    return [sorted(output.get("data", {"text": ""})) for output in outputs(notebook)]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
@pytest.mark.filterwarnings("default")
def test_it_runs(path, monkeypatch):
    monkeypatch.setenv("GOMEM_FLEET", "126")
    kept = nbformat.read(path, 4)
    assert any("image/png" in kind for kind in kinds(kept))
    assert "error" not in {output.output_type for output in outputs(kept)}
    run = nbformat.read(path, 4)
    resources = {"metadata": {"path": str(FOLDER)}}
    nbclient.NotebookClient(run, timeout=120, resources=resources).execute()
    assert kinds(run) == kinds(kept)


def test_there_are_six():
    assert len(NOTEBOOKS) == 6
