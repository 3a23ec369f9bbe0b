"""An answer is printed before its files are written, and stands whatever becomes of them."""

import subprocess
import sys
from pathlib import Path

import pytest

import simulate.output.results
from simulate.scenario import ScenarioError
from tests.calling import call

FEW = ("run", "anthropic.toml", "--paths", "64")


@pytest.fixture(autouse=True)
def in_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_an_answer_stands_where_its_files_can_not_be_written(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(*_: object) -> None:
        raise ScenarioError("the disk is full")

    monkeypatch.setattr(simulate.output.results, "write_result", fail)
    assert call(monkeypatch, *FEW) == 2
    told = capsys.readouterr()
    assert "First quarter, at a share of paths" in told.out
    assert "Tables and pictures" not in told.out
    assert told.err == "error: the disk is full\n"
    assert not list(Path("results").rglob("*.json"))


def test_files_are_written_where_nobody_reads_the_answer() -> None:
    command = [sys.executable, "-m", "simulate", *FEW, "--no-pictures"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None and process.stderr is not None
        process.stdout.close()
        told = process.stderr.read()
    assert b"rror" not in told
    assert Path("results/anthropic/summary.json").exists()
