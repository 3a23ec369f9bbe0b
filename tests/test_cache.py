"""Compiled kernels that are kept must be those of the sources at hand."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


def mean_training(folder: Path) -> float:
    """Run the copy of the package in a process of its own."""
    environment = os.environ | {
        "PYTHONPATH": str(folder),
        "SIMULATE_CACHE_DIR": str(folder / "cache"),
    }
    command = [sys.executable, "-m", "simulate", "run", "--paths", "2000", "--json", "--force"]
    found = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=True
    )
    return json.loads(found.stdout)["fiscal_years"]["training cost"]["2026"]["mean"]["value"]


@pytest.mark.slow
def test_a_changed_rule_is_compiled_anew(tmp_path: Path) -> None:
    """A helper in another file than the cached entry changes, with its old time stamp kept."""
    for part in ("simulate", "configs"):
        shutil.copytree(ROOT / part, tmp_path / part, ignore=shutil.ignore_patterns("__pycache__"))
    before = mean_training(tmp_path)
    assert mean_training(tmp_path) == before
    rules = tmp_path / "simulate" / "kernels" / "economics.py"
    stamp = rules.stat()
    text = rules.read_text()
    assert text.count("max(planned") == 1
    rules.write_text(text.replace("max(planned", "max(2.0 * planned"))
    os.utime(rules, (stamp.st_atime, stamp.st_mtime))
    shutil.rmtree(tmp_path / "simulate" / "kernels" / "__pycache__", ignore_errors=True)
    assert mean_training(tmp_path) > 1.2 * before


@pytest.mark.slow
def test_without_a_writable_folder_kernels_are_compiled_in_memory(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    environment = os.environ | {"SIMULATE_CACHE_DIR": str(tmp_path / "file")}
    command = [sys.executable, "-m", "simulate", "run", "--paths", "2000"]
    found = subprocess.run(
        command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=True
    )
    assert "each time: no folder" in " ".join(found.stderr.split())
    assert "Tables and pictures: results/anthropic" in found.stdout
