"""What a command imports before its first answer: what takes long comes after, or never."""

import subprocess
import sys
from pathlib import Path

import pytest

from simulate.commands.session import compile_kernels
from simulate.output.workers import DRAWING
from simulate.scenario import packaged_configs

HEAVY = {"numba", "pandas", "pyarrow", "matplotlib", "scipy.stats", "scipy.optimize"}
FOR_FILES = {"scipy.stats", "pandas", "pyarrow", "matplotlib", "jinja2", "xlsxwriter"}

# Runs the command, and tells with each piece of what it prints which modules were loaded by then.
CODE = """
import sys
from simulate import cli

class Told:
    encoding = "utf-8"
    def __init__(self, stream):
        self.stream = stream
    def write(self, text):
        loaded = sorted(wanted & set(sys.modules))
        self.stream.write(f"{text!r} {loaded}\\n")
    def flush(self):
        self.stream.flush()
    def isatty(self):
        return False

wanted = set(sys.argv.pop(1).split(","))
sys.stdout, sys.stderr = Told(sys.stdout), Told(sys.stdout)
cli.main()
"""


def loaded_when_told(words: list[str], about: str, wanted: set[str]) -> list[str]:
    """Return which of the modules were loaded when the command had told of something."""
    command = [sys.executable, "-c", CODE, ",".join(sorted(wanted)), *words]
    out = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    lines = [line for line in out.splitlines() if about in line]
    assert lines, out
    return [name for name in wanted if f"'{name}'" in lines[0].rpartition("[")[2]]


@pytest.mark.parametrize(
    ("words", "about"),
    [
        ([], "Usage"),
        (["--help"], "Usage"),
        (["--version"], "."),
        (["run", "--help"], "Usage"),
        (["run", "--no-such-option"], "No such option"),
        (["nothing"], "No such command"),
        (["run", "nothing.toml"], "no such file"),
        (["check", "nothing.toml"], "no such file"),
        (["stress", "nothing.toml"], "no such file"),
        (["compare", "nothing.toml@bull", "nothing.toml"], "no such file"),
        (["goal", "nothing.toml"], "give --target"),
        (["sweep"], "give it once or twice"),
        (["run", "fault.toml"], "not readable as TOML"),
    ],
    ids=str,
)
def test_help_and_what_can_not_be_read_need_no_arrays(
    words: list[str], about: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("fault.toml").write_text("[cash\n")
    assert not loaded_when_told(words, about, HEAVY | {"numpy", "scipy", "rich"})


@pytest.mark.parametrize(
    ("line", "about"),
    [
        ("[cash]\nopenin = 3\n", "unknown key"),
        ("[cash]\ntax_rate = 40\n", "cash.tax_rate"),
        ('[cash]\nopening = { distribution = "lognormel", p10 = 1, p90 = 2 }\n', "lognormel"),
        ('[correlations]\n"cash.opening, cash.tax_rat" = 0.5\n', "tax_rat"),
    ],
    ids=["key", "value", "distribution", "correlation"],
)
@pytest.mark.parametrize("command", ["run", "drivers", "goal --target x --vary cash.opening"])
def test_a_mistake_is_told_before_anything_is_imported_that_simulates(
    command: str, line: str, about: str, tmp_path: Path
) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(f'extends = "{packaged_configs() / "anthropic.toml"}"\n{line}')
    name, *options = command.split()
    assert not loaded_when_told([name, str(file), *options], about, HEAVY)


@pytest.mark.parametrize(
    ("words", "about", "files"),
    [
        (["run", "--paths", "64"], "Peak funding need", FOR_FILES),
        (["run", "--paths", "64", "--json"], "gross_margin_target", FOR_FILES),
        (["sweep", "--vary", "cash.tax_rate=0,0.1", "--paths", "64"], "0.1", {"matplotlib"}),
        (["drivers", "--paths", "64"], "variance", {"matplotlib"}),
    ],
    ids=["run", "run --json", "sweep", "drivers"],
)
def test_an_answer_is_told_before_anything_is_imported_that_only_files_need(
    words: list[str],
    about: str,
    files: set[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    # Compiling them is no part of an answer.
    compile_kernels(silent=True)
    assert not loaded_when_told(words, about, files)


@pytest.mark.parametrize("module", [*DRAWING, "simulate.output.report"])
def test_what_draws_a_result_loads_no_tables_and_no_distributions(module: str) -> None:
    code = (
        f"import sys, {module}; print(*{FOR_FILES - {'matplotlib', 'jinja2'}} & set(sys.modules))"
    )
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert not done.stdout.split()


def test_what_was_loaded_is_seen() -> None:
    assert loaded_when_told(["--help"], "Usage", {"typer", "numpy"}) == ["typer"]
