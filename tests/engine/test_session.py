"""A session spares work that runs have in common, and changes no bit of any."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from simulate.analysis.compare import common_random_numbers
from simulate.engine import block, sampling
from simulate.engine import run as runs
from simulate.engine.plan import prepare
from simulate.engine.result import TRACED_PATHS, Result
from simulate.engine.run import Session, run
from simulate.kernels.arrays import LANES
from simulate.model.tally import Tally
from simulate.scenario import Scenario, ScenarioError, load_scenario
from simulate.scenario.packaged import packaged_configs, packaged_names
from tests.scenarios import changed

PATHS = 2048
# Of which runs scramble points.
FEW = {"sampling.replicates": 4}
CHANGES: dict[str, dict[str, Any]] = {
    "another input": {"inference.overrun": {"distribution": "normal", "p10": 0.0, "p90": 0.4}},
    "a certain input": {"cash.opening": 20.0},
    "another sampler": {"sampling.sampler": "pseudo"},
    "another seed": {"sampling.seed": 5},
    "fewer replicates": {"sampling.replicates": 2},
    "a shorter horizon": {"horizon.last_quarter": "2029Q4"},
    "fat tails": {
        "copula": {"distribution": "student_t", "degrees_of_freedom": 4},
        "shocks": {"distribution": "student_t", "degrees_of_freedom": 4},
    },
    "fatter tails": {
        "copula": {"distribution": "student_t", "degrees_of_freedom": 3},
        "shocks": {"distribution": "student_t", "degrees_of_freedom": 3},
    },
    "other steps": {
        "cash.tax_rate": {"distribution": "discrete", "values": [0.15, 0.28], "weights": [2, 3]}
    },
}


def assert_same(found: Result, fresh: Result) -> None:
    for name, left, right in zip(Tally._fields, found.tally, fresh.tally, strict=True):
        np.testing.assert_array_equal(left, right, err_msg=f"{fresh.scenario.name}: {name}")


class Calls(list[Any]):
    """The arguments of a function's calls, which go on to the function."""

    def of(self, function: Callable[..., Any]) -> Callable[..., Any]:
        def called(*given: Any, **named: Any) -> Any:
            self.append(given)
            return function(*given, **named)

        return called


@pytest.fixture
def scrambled(monkeypatch: pytest.MonkeyPatch) -> Calls:
    """Every scramble of Sobol' points."""
    calls = Calls()
    monkeypatch.setattr(sampling, "sobol_points", calls.of(sampling.sobol_points))
    return calls


@pytest.fixture
def tabulated(monkeypatch: pytest.MonkeyPatch) -> Calls:
    """Every quantile function that is tabulated."""
    calls = Calls()
    monkeypatch.setattr(runs, "tabulate", calls.of(runs.tabulate))
    return calls


@pytest.fixture
def simulated(monkeypatch: pytest.MonkeyPatch) -> Callable[[], int]:
    """How many paths the kernel has simulated."""
    calls = Calls()
    monkeypatch.setattr(block, "simulate_blocks", calls.of(block.simulate_blocks))
    return lambda: LANES * sum(given[5] for given in calls)


def test_a_packaged_scenario_after_others_is_run_as_by_itself() -> None:
    scenarios = [
        changed(load_scenario(packaged_configs() / name), FEW) for name in packaged_names()
    ]
    with Session(threads=1) as session:
        # There and back, over more sets of points than are kept.
        found = [session.run(each, paths=PATHS) for each in [*scenarios, *scenarios[::-1]]]
    fresh = [run(each, paths=PATHS, threads=1) for each in scenarios]
    for one, other in zip(found, [*fresh, *fresh[::-1]], strict=True):
        assert_same(one, other)
        np.testing.assert_array_equal(one.traces, other.traces)


def test_a_changed_scenario_after_others_is_run_as_by_itself(anthropic: Scenario) -> None:
    few = changed(anthropic, FEW)
    scenarios = [few, *(changed(few, each) for each in CHANGES.values()), few]
    with Session() as session:
        found = [
            session.run(each, paths=PATHS, keep_outcomes=True, keep_inputs=True)
            for each in scenarios
        ]
    for one, scenario in zip(found, scenarios, strict=True):
        fresh = run(scenario, paths=PATHS, threads=1, keep_outcomes=True, keep_inputs=True)
        assert_same(one, fresh)
        pd.testing.assert_frame_equal(one.outcomes, fresh.outcomes)


def test_what_a_file_holds_by_now_is_drawn(anthropic: Scenario, tmp_path: Path) -> None:
    file = tmp_path / "rates.csv"
    table = {"distribution": "empirical", "file": str(file), "column": "rate"}
    with Session() as session:
        found = []
        for rates in (np.linspace(0.1, 0.2, 9), np.linspace(0.2, 0.3, 9)):
            file.write_text("\n".join(["rate", *map(str, rates)]) + "\n")
            scenario = changed(anthropic, {"cash.tax_rate": table})
            result = session.run(scenario, paths=PATHS, keep_outcomes=True, keep_inputs=True)
            found.append(result.outcomes["cash.tax_rate"])
    assert found[0].max() <= 0.2 <= found[1].min() + 1e-6


def test_runs_of_one_layout_scramble_points_once(anthropic: Scenario, scrambled: Calls) -> None:
    replicates = anthropic.sampling.replicates
    with Session() as session:
        session.run(anthropic, paths=PATHS)
        session.run(changed(anthropic, {"targets.gross_margin": 0.6}), paths=2 * PATHS)
        assert len(scrambled) == replicates
        session.run(anthropic, paths=PATHS, seed=5)
    assert len(scrambled) == 2 * replicates


def test_scenarios_on_common_random_numbers_scramble_points_once(
    anthropic: Scenario, scrambled: Calls
) -> None:
    scenarios = [anthropic, *(changed(anthropic, {"cash.opening": x}) for x in (10.0, 20.0))]
    common = common_random_numbers(scenarios, paths=PATHS)
    for scenario in scenarios:
        common.run(scenario)
    assert len(scrambled) == anthropic.sampling.replicates


def test_only_a_changed_distribution_is_tabulated_again(
    anthropic: Scenario, tabulated: Calls
) -> None:
    with Session() as session:
        session.run(anthropic, paths=PATHS)
        first = len(tabulated)
        session.run(anthropic, paths=PATHS)
        assert len(tabulated) == first
        session.run(changed(anthropic, CHANGES["another input"]), paths=PATHS)
    assert len(tabulated) == first + 1


def test_paths_are_traced_only_when_they_are_asked_for(
    anthropic: Scenario, simulated: Callable[[], int]
) -> None:
    result = run(anthropic, paths=PATHS)
    assert simulated() == PATHS
    first, again = result.traces, result.traces
    assert first is again
    assert simulated() == PATHS + TRACED_PATHS


def test_a_result_stays_while_its_simulation_goes_on(anthropic: Scenario) -> None:
    simulation = Session().simulation(anthropic)
    simulation.advance(PATHS)
    few = simulation.result()
    simulation.advance(2 * PATHS)
    assert_same(few, run(anthropic, paths=PATHS))
    assert_same(simulation.result(), run(anthropic, paths=2 * PATHS))


def test_a_run_that_was_broken_off_leaves_nothing_behind(anthropic: Scenario) -> None:
    def fail(_columns: object) -> None:
        raise RuntimeError("no room")

    with Session(threads=2) as session:
        with pytest.raises(RuntimeError, match="no room"):
            session.run(anthropic, paths=PATHS, sink=fail)
        assert_same(session.run(anthropic, paths=PATHS), run(anthropic, paths=PATHS))


def test_a_scenario_is_judged_anew_where_a_part_of_it_was_written_to(anthropic: Scenario) -> None:
    written = anthropic.changed({"cash.opening": 20})
    prepare(written)
    written.correlations["inference.overrun, nothing.known"] = next(
        iter(anthropic.correlations.values())
    )
    with pytest.raises(ScenarioError, match="nothing"):
        prepare(written)
