"""The paths behind a bar: how many, a typical one, and what separates them."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from scipy.stats import mannwhitneyu

from simulate.engine.run import Session, run
from simulate.explorer.behind import NEVER, Behind, paths_behind
from simulate.explorer.changed import Explored, Refused
from simulate.explorer.kept import PATHS, Keeping
from simulate.model.outcomes import projected_time
from tests.explorer.own import explored

MARGIN, HELD = "gross margin", "free cash flow positive, four quarters in a row"
GAIN = "inference.net_gain"


@dataclass
class Looking:
    """A scenario whose paths are looked into."""

    explored: Explored
    keeping: Keeping

    def behind(
        self, quarter: int, changes: dict[str, Any] | None = None, time: str = MARGIN
    ) -> Behind:
        *looks, found = paths_behind(self.keeping, changes or {}, time, quarter)
        assert set(looks) <= {None}
        assert found is not None
        return found


@pytest.fixture(scope="module")
def anthropic() -> Iterator[Looking]:
    opened = explored("anthropic.toml")
    with Session(threads=1) as session:
        yield Looking(opened, Keeping(opened, session))


def count(found: Behind) -> int:
    return int(found.share.split()[0].replace(",", ""))


def test_each_path_is_behind_one_bar_as_a_run_counts_them(anthropic: Looking) -> None:
    scenario = anthropic.explored.scenario
    result = run(scenario, paths=PATHS)
    hits = result.hits(projected_time(scenario)).sum(axis=0)
    for quarter in (0, 5, 20, NEVER):
        assert count(anthropic.behind(quarter)) == hits[quarter]


def test_a_typical_path_gets_there_when_the_bar_says(anthropic: Looking) -> None:
    found = anthropic.behind(6)
    assert found.title == "Gross margin of 70%: in 2027Q4"
    year = next(row for row in found.rows if row[0] == "2027")
    assert "margin reaches 70% (Q4)" in year[-1]
    assert [row[0] for row in found.rows] == [str(year) for year in range(2026, 2036)]
    assert found.sentence.startswith(f"Revenue goes from ${float(found.rows[0][1]):.0f}bn in 2026")


def test_a_typical_path_of_those_that_never_get_there_does_not(anthropic: Looking) -> None:
    found = anthropic.behind(NEVER)
    assert found.title.endswith("never")
    assert not any("margin reaches" in row[-1] for row in found.rows)


def test_the_typical_path_is_one_of_a_run(anthropic: Looking) -> None:
    found = anthropic.behind(6)
    words = found.name.split()
    path, replicate = int(words[1].replace(",", "")), int(words[-1])
    outcomes = run(anthropic.explored.scenario, paths=PATHS, keep_outcomes=True).outcomes
    row = outcomes[(outcomes["path"] == path) & (outcomes["replicate"] == replicate)].iloc[0]
    assert row["gross margin, paying users"] == 6


def test_what_separates_best_is_told_by_its_medians(anthropic: Looking) -> None:
    found = anthropic.behind(NEVER)
    weights = [each.weight for each in found.apart]
    assert weights == sorted(weights, reverse=True)
    scenario, first = anthropic.explored.scenario, found.apart[0]
    outcomes = run(scenario, paths=PATHS, keep_outcomes=True, keep_inputs=True).outcomes
    never = outcomes["gross margin, paying users"] == scenario.horizon.quarters
    cost = outcomes["segments.all.inference_cost"]
    assert first.text == (
        f"Inference cost over revenue: median {cost[never].median():.1%} there, "
        f"{cost[~never].median():.1%} elsewhere"
    )
    wins = mannwhitneyu(cost[never], cost[~never]).statistic
    assert first.auc == pytest.approx(wins / (never.sum() * (~never).sum()), rel=1e-4)


def test_an_input_of_an_alternative_is_compared_among_the_paths_that_live_there(
    anthropic: Looking,
) -> None:
    found = {each.key: each for each in anthropic.behind(NEVER).apart}
    whole = anthropic.explored.scenario
    result = run(whole, paths=PATHS, keep_outcomes=True, keep_inputs=True).outcomes
    places = [each.name for each in whole.possible_alternatives]
    own = {p.alternative for p in anthropic.explored.places.values() if p.input == GAIN} - {""}
    elsewhere = [i for i, name in enumerate(places) if name not in own]
    living = result[result["alternative"].isin(elsewhere)]
    never = living["gross margin, paying users"] == whole.horizon.quarters
    medians = living[GAIN][never].median(), living[GAIN][~never].median()
    there, other = (f"{median:.2f}".replace("-", "−") for median in medians)
    told = "Fall of cost per dollar of revenue: median"
    assert found[GAIN].text == f"{told} {there} log/yr there, {other} elsewhere"


def test_a_change_moves_the_paths(anthropic: Looking) -> None:
    easier = anthropic.behind(NEVER, {"targets.gross_margin": 0.5})
    assert easier.title == "Gross margin of 50%: never"
    assert count(easier) < count(anthropic.behind(NEVER))


def test_a_bar_without_paths_says_so(anthropic: Looking) -> None:
    found = anthropic.behind(0, time=HELD)
    assert (count(found), found.rows, found.apart, found.sentence) == (0, (), (), "")
    assert "too few" in found.note


def test_of_a_date_that_always_comes_at_once_there_are_no_others(anthropic: Looking) -> None:
    found = anthropic.behind(0, {"targets.gross_margin": 0.001})
    assert "too few of other paths" in found.note
    assert found.apart == ()


@pytest.mark.parametrize(
    ("time", "quarter"), [(MARGIN, 39), (MARGIN, -2), ("__class__", 0), ("", 1)]
)
def test_there_is_no_other_bar(anthropic: Looking, time: str, quarter: int) -> None:
    with pytest.raises(Refused, match="no such bar"):
        anthropic.behind(quarter, time=time)


def test_paths_of_a_state_are_simulated_once(anthropic: Looking) -> None:
    def kept() -> object:
        steps = anthropic.keeping.paths({"targets.gross_margin": 0.6})
        while True:
            try:
                next(steps)
            except StopIteration as stop:
                return stop.value

    assert kept() is kept()


def test_a_scenario_without_alternatives_and_with_own_lines_can_be_looked_into() -> None:
    opened = explored("bare.toml")
    with Session(threads=1) as session:
        *_, found = paths_behind(Keeping(opened, session), {}, MARGIN, NEVER)
    assert found is not None
    assert np.isfinite([each.auc for each in found.apart]).all()
