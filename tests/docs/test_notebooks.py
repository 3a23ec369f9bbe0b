"""The notebooks run from a clean kernel, and are committed without outputs."""

import re
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from jupyter_client.manager import KernelManager
from nbclient import NotebookClient
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell

FOLDER = Path(__file__).parents[2] / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))
SMALLER = "paths, seeds = 8_192, range(2)"

each_notebook = pytest.mark.parametrize("file", NOTEBOOKS, ids=lambda file: file.stem)


def read(file: Path) -> NotebookNode:
    return nbformat.read(file, as_version=4)


def place_of_parameters(notebook: NotebookNode) -> int:
    """Return where the cell is that says how large the runs are."""
    (place,) = (
        place
        for place, cell in enumerate(notebook.cells)
        if "parameters" in cell.metadata.get("tags", [])
    )
    return place


@pytest.fixture(scope="module")
def kernel() -> Iterator[KernelManager]:
    """Return a kernel that has loaded what they load: starting one takes as long as a notebook."""
    manager = KernelManager()
    manager.start_kernel(cwd=FOLDER)
    yield manager
    manager.shutdown_kernel(now=True)


@each_notebook
def test_a_notebook_runs_from_top_to_bottom_on_smaller_runs(
    file: Path, kernel: KernelManager
) -> None:
    notebook = read(file)
    notebook.cells.insert(place_of_parameters(notebook) + 1, new_code_cell(SMALLER))
    # No name of another notebook's is left.
    notebook.cells.insert(0, new_code_cell("%reset -f"))
    client = NotebookClient(notebook, km=kernel, timeout=None)
    try:
        cells = client.execute().cells
    finally:
        assert client.kc is not None
        client.kc.stop_channels()
    outputs = [output for cell in cells for output in cell.get("outputs", [])]
    assert any("image/png" in output.get("data", {}) for output in outputs), "no picture is shown"
    assert [output.text for output in outputs if output.get("name") == "stderr"] == []


@each_notebook
def test_a_notebook_is_committed_without_outputs(file: Path) -> None:
    mend = f"jupyter nbconvert --clear-output --inplace notebooks/{file.name}"
    for cell in read(file).cells:
        if cell.cell_type == "code":
            assert cell.outputs == [] and cell.execution_count is None, mend


@each_notebook
def test_a_notebook_says_that_it_is_no_advice_and_links_to_what_exists(file: Path) -> None:
    text = "\n".join(cell.source for cell in read(file).cells if cell.cell_type == "markdown")
    assert "no investment advice" in re.sub(r"\s+", " ", text)
    for target in re.findall(r"\]\(([^)#:]+)\)", text):
        assert (FOLDER / target).exists(), target


def test_the_readme_names_every_notebook() -> None:
    readme = (FOLDER.parent / "README.md").read_text()
    assert len(NOTEBOOKS) >= 5
    for file in NOTEBOOKS:
        assert f"(notebooks/{file.name})" in readme
