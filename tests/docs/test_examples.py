"""The examples run, on fewer paths, and are named in the README."""

import runpy
from pathlib import Path

import matplotlib as mpl
import matplotlib.pyplot as plt
import pytest

FOLDER = Path(__file__).parents[2] / "examples"
EXAMPLES = sorted(FOLDER.glob("*.py"))


@pytest.mark.parametrize("file", EXAMPLES, ids=lambda file: file.stem)
def test_an_example_runs(
    file: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    small = tmp_path / file.name
    text = file.read_text(encoding="utf-8")
    assert "PATHS = 100_000\n" in text
    small.write_text(text.replace("100_000", "4_096"), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    mpl.use("agg")
    runpy.run_path(str(small), run_name="__main__")
    plt.close("all")
    assert capsys.readouterr().out.strip()
    for picture in tmp_path.glob("*.png"):
        assert picture.stat().st_size > 0


def test_the_readme_names_every_example() -> None:
    readme = (FOLDER.parent / "README.md").read_text(encoding="utf-8")
    assert len(EXAMPLES) == 3
    for file in EXAMPLES:
        assert f"(examples/{file.name})" in readme
