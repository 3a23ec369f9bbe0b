"""No damaged scenario file ends in a traceback, a hang, or an answer to another question.

Each mutant is refused with an error that names a file, or it loads, is prepared, printed, compared
and, one in twenty, run. The 20,000 of the slow test take some 25 minutes of one processor.
"""

import io
import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from rich.console import Console

from simulate.engine.plan import prepare
from simulate.engine.run import run
from simulate.scenario import Scenario, ScenarioError, load_scenario
from simulate.scenario.load import check_all, list_changes
from simulate.text.assumptions import print_inputs
from simulate.text.diff import describe_difference
from tests.mutate import SEEDS, Mutant, mutant
from tests.steps import counted

pytestmark = pytest.mark.usefixtures("january")

# Of functions, Python's and C's: two or three seconds of a processor.
MOST_CALLS, LONGEST_LINE = 5_000_000, 2000
CHECK_ONE_IN, RUN_ONE_IN = 5, 25
FEW, MANY, CHUNK = 100, 20_000, 500


@pytest.fixture(scope="module")
def originals() -> list[Scenario]:
    return [load_scenario(seed) for seed in SEEDS]


def test_a_hundred_mutants_are_refused_by_name_or_run(
    tmp_path: Path, originals: list[Scenario]
) -> None:
    assert_survived(range(FEW), tmp_path, originals)


@pytest.mark.slow
@pytest.mark.parametrize("first", range(FEW, FEW + MANY, CHUNK))
def test_twenty_thousand_mutants_are_refused_by_name_or_run(
    first: int, tmp_path: Path, originals: list[Scenario]
) -> None:
    assert_survived(range(first, first + CHUNK), tmp_path, originals)


def assert_survived(seeds: range, folder: Path, originals: list[Scenario]) -> None:
    defects = []
    for seed in seeds:
        inside = folder / f"m{seed}"
        inside.mkdir()
        made = mutant(seed, inside)
        try:
            defect = defect_of(made, seed, originals[seed % len(SEEDS)])
        except Exception as error:
            defect = f"{type(error).__name__}: {error}"
        if defect:
            defects.append(f"seed {seed}: {made.story:.200}: {defect:.400}")
        shutil.rmtree(inside)
    assert not defects, "\n".join(defects)


def defect_of(made: Mutant, seed: int, original: Scenario) -> str:
    """Return what a user would complain about, or nothing."""
    (scenario, defect), calls = counted(lambda: _prepared(made))
    if calls > MOST_CALLS:
        return f"took {calls:,} calls"
    if scenario is None:
        return defect
    if made.must_show and simulated(scenario) == simulated(original):
        return "was loaded, and changes nothing"
    print_inputs(scenario, list_changes(made.file), Console(file=io.StringIO(), width=80))
    describe_difference(original, scenario)
    if seed % CHECK_ONE_IN == 0 and (defect := _defect_of_check(made)):
        return defect
    return _defect_of_run(scenario) if seed % RUN_ONE_IN == 0 else ""


def _prepared(made: Mutant) -> tuple[Scenario | None, str]:
    """Return the scenario, once prepared for a run, or what its refusal lacks."""
    try:
        scenario = load_scenario(made.file, **made.changes)
    except ScenarioError as error:
        return None, _unnamed(error, made)
    prepare(scenario)
    return scenario, ""


def _defect_of_check(made: Mutant) -> str:
    try:
        check_all(made.file)
    except ScenarioError as error:
        return _unnamed(error, made)
    return ""


def _unnamed(error: ScenarioError, made: Mutant) -> str:
    """Return what an error lacks: the file of each line, or brevity."""
    known = (str(made.file.parent), "packaged:")
    lines = [line for line in error.lines if not any(name in line for name in known)]
    if lines:
        return f"names no file: {lines[0]}"
    return (
        f"a line of {len(str(error))} letters" if max(map(len, error.lines)) > LONGEST_LINE else ""
    )


def simulated(scenario: Scenario) -> Any:
    """Return what of a scenario decides its paths."""
    return _without_sources(scenario.model_dump(exclude={"name", "description", "sampling"}))


def _without_sources(here: Any) -> Any:
    if isinstance(here, dict):
        return {key: _without_sources(value) for key, value in here.items() if key != "source"}
    return [_without_sources(value) for value in here] if isinstance(here, (list, tuple)) else here


def _defect_of_run(scenario: Scenario) -> str:
    sampling = scenario.sampling.model_copy(update={"replicates": 2})
    result = run(scenario.model_copy(update={"sampling": sampling}), paths=128, threads=1)
    if not (result.tally.hits.sum(axis=(1, 3)) == result.replicate_paths).all():
        return "some paths are not counted"
    if not np.isfinite(result.metrics["value"]).all():
        return "some metrics are not finite"
    json.loads(result.to_json(), parse_constant=_no_number)
    return ""


def _no_number(text: str) -> None:
    raise ValueError(f"{text} is no JSON")
