"""Compiled kernels that are kept must be those of the sources at hand."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from simulate.kernels.cache import find_cache
from simulate.kernels.jit import entry_kernel

ROOT = Path(__file__).parents[2]


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
    """An equation in another file than the cached entry changes, its old time stamp kept."""
    for part in ("simulate", "configs"):
        shutil.copytree(ROOT / part, tmp_path / part, ignore=shutil.ignore_patterns("__pycache__"))
    before = mean_training(tmp_path)
    assert mean_training(tmp_path) == before
    rules = tmp_path / "simulate" / "model" / "quarter.py"
    stamp = rules.stat()
    text = rules.read_text()
    assert text.count("max(planned *") == 1
    rules.write_text(text.replace("max(planned *", "max(2.0 * planned *"))
    os.utime(rules, (stamp.st_atime, stamp.st_mtime))
    shutil.rmtree(tmp_path / "simulate" / "model" / "__pycache__", ignore_errors=True)
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


def test_a_folder_of_ones_own_is_made_for_compiled_kernels(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SIMULATE_CACHE_DIR", str(tmp_path / "cache"))
    folder = find_cache().folder
    assert folder is not None
    assert folder.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("planted", ["open folder", "open file", "file of another", "link"])
def test_what_somebody_else_could_have_written_is_not_executed(
    planted: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SIMULATE_CACHE_DIR", str(tmp_path))
    folder = find_cache().folder
    assert folder is not None
    at_fault = folder if planted == "open folder" else folder / "lab.nbi"
    if planted == "link":
        (tmp_path / "elsewhere").touch()
        at_fault.symlink_to(tmp_path / "elsewhere")
    else:
        (folder / "lab.nbi").touch()
        at_fault.chmod(0o777 if "open" in planted else 0o644)
    if planted == "file of another":
        owner = os.getuid() + 1
        monkeypatch.setattr(os, "getuid", lambda: owner)
        at_fault = folder
    found = find_cache()
    assert found.folder is None
    assert found.reason == f"somebody else could have written {at_fault}"


def test_files_are_ones_own_whatever_new_files_are_like(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SIMULATE_CACHE_DIR", str(tmp_path))

    def halved(x: float) -> float:
        return x / 2.0

    mask = os.umask(0)
    try:
        assert entry_kernel(halved)(3.0) == 1.5
    finally:
        os.umask(mask)
    assert find_cache().folder is not None


def damage(how: str, file: Path) -> None:
    content = file.read_bytes()
    middle = len(content) // 2
    file.write_bytes(
        {
            "empty": b"",
            "truncated": content[:middle],
            "garbage": b"garbage",
            "zeros": bytes(len(content)),
            "one byte": content[:middle] + bytes([content[middle] ^ 255]) + content[middle + 1 :],
        }[how]
    )


@pytest.mark.parametrize("ending", ["nbi", "nbc"])
@pytest.mark.parametrize("how", ["empty", "truncated", "garbage", "zeros", "one byte"])
def test_a_damaged_file_is_compiled_anew(
    how: str, ending: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SIMULATE_CACHE_DIR", str(tmp_path))

    def twice(x: float) -> float:
        return 2.0 * x

    assert entry_kernel(twice)(3.0) == 6.0
    (file,) = tmp_path.rglob(f"*.{ending}")
    damage(how, file)
    again: Any = entry_kernel(twice)
    assert again(3.0) == 6.0
    assert not again.stats.cache_hits
    kept: Any = entry_kernel(twice)
    assert kept(3.0) == 6.0
    assert kept.stats.cache_hits


def test_a_full_disk_costs_no_result(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SIMULATE_CACHE_DIR", str(tmp_path))

    def thrice(x: float) -> float:
        return 3.0 * x

    kernel = entry_kernel(thrice)
    folder = find_cache().folder
    assert folder is not None
    folder.rmdir()
    folder.touch()
    assert kernel(3.0) == 9.0
