"""The notebook of docs/notebooks runs from top to bottom and shows what it promises."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from kltool.values.reading import DISCLAIMER

NOTEBOOK = Path(__file__).resolve().parents[2] / "docs" / "notebooks" / "first_film.ipynb"

# In a process of its own: a warning of Jupyter's is no error of kltool's.
EXECUTE = """
import sys, nbformat, nbclient
notebook = nbformat.read(sys.argv[1], as_version=4)
nbformat.validate(notebook)
nbclient.NotebookClient(notebook, resources={"metadata": {"path": "."}}).execute()
nbformat.write(notebook, "executed.ipynb")
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder in which the notebook was executed."""
    pytest.importorskip("nbclient", reason="pip install 'kltool[docs]'")
    folder = tmp_path_factory.mktemp("notebook")
    command = [sys.executable, "-c", EXECUTE, str(NOTEBOOK)]
    executed = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    assert executed.returncode == 0, executed.stderr
    return folder


@pytest.fixture(scope="module")
def outputs(folder: Path) -> list[dict[str, Any]]:
    cells = json.loads((folder / "executed.ipynb").read_text(encoding="utf-8"))["cells"]
    return [output for cell in cells for output in cell.get("outputs", [])]


def test_it_is_committed_without_outputs() -> None:
    cells = json.loads(NOTEBOOK.read_text(encoding="utf-8"))["cells"]
    assert [cell for cell in cells if cell.get("outputs") or cell.get("execution_count")] == []


def test_results_are_shown_with_picture_and_disclaimer(outputs: list[dict[str, Any]]) -> None:
    shown = ["".join(output.get("data", {}).get("text/html", "")) for output in outputs]
    pictured = [html for html in shown if 'src="data:image/' in html]
    assert len(pictured) == 2  # a reading and a change
    assert all(DISCLAIMER in html for html in pictured)


def test_no_cell_fails_or_warns(outputs: list[dict[str, Any]]) -> None:
    assert [output for output in outputs if output["output_type"] == "error"] == []
    assert [output for output in outputs if output.get("name") == "stderr"] == []


def test_it_writes_a_page(folder: Path) -> None:
    assert DISCLAIMER in (folder / "change.html").read_text(encoding="utf-8")
