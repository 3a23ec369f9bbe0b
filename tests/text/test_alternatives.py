"""How a probability is told with its range between alternatives."""

import pytest

from simulate.analysis.discover import discover
from simulate.analysis.stress import stress
from simulate.engine.estimate import Estimate
from simulate.engine.run import run
from simulate.scenario import Scenario
from simulate.text.alternatives import chance_of
from simulate.text.compare import finding as finding_of_two
from simulate.text.dates import margin_and_cash_flow_finding, margin_date_finding
from simulate.text.run import alternative_tables, headline
from simulate.text.stress import finding as worst_finding
from tests.scenarios import changed, without_uncertainty


def known(value: float, error: float = 1e-4) -> Estimate:
    return Estimate(value, error, value - 2.0 * error, value + 2.0 * error)


@pytest.mark.parametrize(
    ("pooled", "least", "most", "told"),
    [
        (0.1372, 0.052, 0.409, "about 14% (5% if growth slumps, 41% if prices rise)"),
        (0.1372, 0.087, 0.187, "about 14% (9% if growth slumps, 19% if prices rise)"),
        (0.1372, 0.121, 0.149, "about 13.7% (12.1% if growth slumps, 14.9% if prices rise)"),
        (0.1372, 0.1362, 0.1378, "about 13.72% (13.62% if growth slumps, 13.78% if prices rise)"),
        (0.33, 0.0, 1.0, "about 33% (0% if growth slumps, 100% if prices rise)"),
        (0.33, 0.003, 0.998, "about 33% (<1% if growth slumps, >99% if prices rise)"),
    ],
)
def test_digits_follow_the_range(pooled: float, least: float, most: float, told: str) -> None:
    under = {
        "prices rise": known(most),
        "all goes on": known(pooled),
        "growth slumps": known(least),
    }
    assert str(chance_of(known(pooled), under)) == told


def test_without_a_range_a_probability_is_told_with_its_error() -> None:
    assert str(chance_of(known(0.1372), {})) == "13.72% ± 0.01"
    same = {"growth slumps": known(0.1372), "prices rise": known(0.1372)}
    assert str(chance_of(known(0.1372), same)) == "13.72% ± 0.01"


def test_the_simulations_own_error_stands_beside_the_range() -> None:
    under = {"growth slumps": known(0.05), "prices rise": known(0.41)}
    assert chance_of(known(0.1372), under).of(" of paths") == (
        "about 14% of paths (5% if growth slumps, 41% if prices rise; simulation ± 0.01%)"
    )


@pytest.fixture(scope="module")
def certain(anthropic: Scenario) -> Scenario:
    """Two alternatives without any other uncertainty: the target is met in the first alone."""
    cheap = {"name": "cheap", "weight": 0.3, "inference.efficiency_gain": 3.0}
    dear = {"name": "dear_work", "weight": 0.7, "inference.efficiency_gain": -1.0}
    return changed(without_uncertainty(anthropic), {"alternatives": [cheap, dear]})


def test_the_headline_names_both_ends_by_what_is_so_there(certain: Scenario) -> None:
    result = run(certain, paths=4096)
    assert "in about 30% of paths (0% if dear work, 100% if cheap; simul" in headline(result)
    assert margin_date_finding(result).endswith(": about 30% (0% if dear work, 100% if cheap)")
    (table,) = alternative_tables(result)
    cells = {row.name: row.cells[:2] for row in table.rows}
    assert cells["if cheap"][0] == "30%"
    assert cells["if cheap"][1].startswith("100%")
    assert cells["if dear work"][1].startswith("0%")
    assert cells["all together"][1] == "30% (0-100)"


def test_a_scenario_without_alternatives_is_told_as_ever(anthropic: Scenario) -> None:
    result = run(anthropic, paths=1024)
    assert " about " not in headline(result)
    assert alternative_tables(result) == []


def test_titles_tell_the_range_in_the_place_of_the_simulations_error(certain: Scenario) -> None:
    """In the first alternative both dates come, in the other neither does."""
    result = run(certain, paths=4096)
    assert margin_and_cash_flow_finding(result) == (
        "Margin and cash flow both by 2035: 30% (0-100); neither: 70% (0-100)"
    )
    assert finding_of_two(result, result).endswith(": 30% (0-100), against 30% (0-100)")
    dearer = changed(certain, {"inference.other_sales_cost": 0.9})
    found = stress(certain, {"dearer": dearer}, {}, paths=4096)
    assert ", from 30% (0-100) to 0%" in worst_finding(found)
    told = discover(certain, paths=4096)
    assert told.overall_under["dear work"].value == 0.0
    assert told.overall_under["cheap"].value == told.density_under["cheap"].value == 1.0
