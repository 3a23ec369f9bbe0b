"""The benchmarks run, on few paths; what they measure is not asked."""

import re
import shutil
import sys
from pathlib import Path

import pytest

from benchmarks import SCENARIO, processors, scaling
from benchmarks.formulas import print_formulas
from benchmarks.processors import print_processors
from benchmarks.run import print_ways
from benchmarks.startup import in_process
from simulate import load_scenario

FILES = ("anthropic.toml", "openai.toml")


@pytest.mark.parametrize("file", FILES)
@pytest.mark.parametrize(("years", "last"), [(5, 2030), (30, 2055)])
def test_a_scenario_is_as_long_as_asked(file: str, years: int, last: int) -> None:
    scenario = scaling.longer(load_scenario(file), years)
    assert scenario.horizon.last_year == last
    assert all(each.quarter <= scenario.horizon.last_quarter for each in scenario.funding)


@pytest.mark.parametrize("file", [*FILES, "anthropic-2026-01.toml"])
def test_a_scenario_has_as_many_segments_as_asked_and_the_same_revenue(file: str) -> None:
    scenario = scaling.split(load_scenario(file), 9)
    shares = [segment.share_of_revenue.quantile(0.5) for segment in scenario.segments]
    assert len(shares) == 9
    assert sum(shares) == pytest.approx(1.0)


def test_the_scaling_of_a_scenario_is_printed_and_drawn(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(scaling, "ROUNDS", 1)
    picture = tmp_path / "scaling.png"
    scaling.print_scaling(load_scenario("anthropic.toml"), 1, picture, paths=1 << 10)
    printed = capsys.readouterr().out
    assert all(word in printed for word in ("paths", "quarters", "segments", "threads", "R²"))
    assert picture.read_bytes().startswith(b"\x89PNG")


@pytest.mark.skipif(sys.platform != "linux", reason="peak memory is read from /proc")
def test_a_process_of_its_own_tells_its_times_and_its_memory() -> None:
    process = in_process(64, None, years=1, scenario="openai.toml")
    assert min(process) > 0.0


@pytest.mark.skipif(shutil.which("gcc") is None, reason="there is no gcc")
def test_the_engine_and_c_are_timed_for_a_processor_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(processors, "PROCESSORS", {"native": {}})
    print_processors([SCENARIO], rounds=1)
    told = capsys.readouterr().out.splitlines()[-1].split()
    assert told[:2] == ["configs/anthropic.toml", "native"]
    assert all(float(number.replace(",", "")) > 0.0 for number in told[2:])


@pytest.mark.skipif(shutil.which("gcc") is None, reason="there is no gcc")
def test_the_other_ways_are_timed_beside_the_engine_and_agree(
    capsys: pytest.CaptureFixture[str],
) -> None:
    print_ways(load_scenario(SCENARIO), paths=1 << 14, plain=1 << 13, threads=1, repeat=1)
    printed = capsys.readouterr().out
    apart = re.search(r"in numpy, ([\d.]+) errors apart", printed)
    assert "this engine takes" in printed
    assert apart is not None and float(apart[1]) < 4.5


def test_what_formulas_take_is_told_of_each_kind(capsys: pytest.CaptureFixture[str]) -> None:
    print_formulas(rounds=1)
    *_, metric, two, lines, every = capsys.readouterr().out.splitlines()
    steps = [int(row.split()[-3]) for row in (metric, two, lines, every)]
    assert 0 < steps[0] < steps[1] < steps[3] and steps[2] < steps[3]
