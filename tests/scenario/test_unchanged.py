"""A change judges what it touches; what comes of it is what judging the whole would give."""

import itertools
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from simulate.scenario import Scenario, ScenarioError, load_scenario
from simulate.scenario.alternatives import read_alternatives
from simulate.scenario.changes import lay_alternative
from simulate.scenario.correlations import correlation_matrix
from simulate.scenario.inputs import list_inputs
from simulate.scenario.layers import Layers, Table
from simulate.scenario.load import judged_anew, stress_tests
from simulate.scenario.mistakes import Told
from simulate.scenario.setting import Settings, parse_variation
from tests.scenarios import value

ALL = "segments.all.growth"
CHANGES: dict[str, dict[str, Any]] = {
    "nothing that an alternative knows": {"cash.tax_rate": 0.2},
    "what an alternative sets": {"inference.net_gain": "-0.1 to 0.6"},
    "a part of that": {f"{ALL}.half_life.p90": 3.0},
    "beside that, in the same segment": {f"{ALL}.initial": 0.9, "inference.overrun": 0.1},
    "an alternative itself": {'alternatives.slump."inference.net_gain"': 0.0},
    "how much an alternative weighs": {"alternatives.plateau.weight": 3.0},
    "a correlation": {'correlations."inference.overrun, training.drift"': 0.4},
    "when it ends": {"horizon.last_quarter": "2030Q4"},
    "how deviations come": {"horizon.deviations": "by quarter"},
    "a member of a list": {"funding.listing.chance": 0.5},
    "tails": {"copula": {"distribution": "student_t", "degrees_of_freedom": 5}},
}


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    """One with four alternatives."""
    return load_scenario("anthropic.toml")


def medians(scenario: Scenario) -> dict[str, list[float]]:
    """The median of each input that alternatives change, in each of them."""
    return {
        key: [each.quantile(0.5) for each in under] for key, under in scenario.overridden.items()
    }


@pytest.mark.parametrize("changes", CHANGES.values(), ids=CHANGES)
def test_a_change_gives_what_judging_the_whole_gives(
    changes: dict[str, Any], scenario: Scenario
) -> None:
    changed = scenario.changed(changes)
    whole = judged_anew(changed)
    assert changed == whole
    assert list_inputs(changed) == list_inputs(whole)
    assert medians(changed) == medians(whole)
    np.testing.assert_array_equal(correlation_matrix(changed), correlation_matrix(whole))


def test_what_a_change_leaves_alone_is_not_validated_again(scenario: Scenario) -> None:
    changed = scenario.changed({"cash.tax_rate": 0.2, "funding.listing.chance": 0.5})
    assert changed.cash.opening is scenario.cash.opening
    assert changed.segments[0] is scenario.segments[0]
    same = {
        after.name: after is before
        for before, after in zip(scenario.funding, changed.funding, strict=True)
    }
    assert same == {name: name != "listing" for name in same}


@pytest.mark.parametrize(
    ("key", "reads"),
    [("cash.tax_rate", False), (f"{ALL}.initial", True), ("horizon.last_quarter", True)],
)
def test_alternatives_are_read_again_where_what_they_change_is_changed(
    key: str, reads: bool, scenario: Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    laid = []

    def counted(layers: Layers, table: Table) -> list[Told]:
        laid.append(table["name"])
        return lay_alternative(layers, table)

    monkeypatch.setattr("simulate.scenario.alternatives.lay_alternative", counted)
    scenario.changed({key: "2030Q4" if key.startswith("horizon") else 0.9})
    assert bool(laid) is reads


def test_a_part_that_was_not_changed_is_held_to_those_that_were(scenario: Scenario) -> None:
    with pytest.raises(ScenarioError, match=r"funding\.clouds\.quarter.*lies before the horizon"):
        scenario.changed({"horizon.first_quarter": "2029Q1"})


def test_a_stress_test_leaves_a_change_before_it_as_it_is(scenario: Scenario) -> None:
    before = scenario.changed({"cash.opening": 21.0})
    stressed = stress_tests(before)["no_next_round"]
    assert value(stressed.cash.opening) == 21.0
    assert [each.chance for each in stressed.funding if each.name in ("clouds", "listing")] == [
        0,
        0,
    ]
    assert all(each.chance for each in before.funding)


def test_a_cell_is_judged_once_whatever_the_number_of_its_settings(
    scenario: Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    judged = []

    def read(*given: Any) -> Any:
        judged.append(given[0].name)
        return read_alternatives(*given)

    monkeypatch.setattr("simulate.scenario.load.read_alternatives", read)
    written = ("cash.tax_rate=0.1,0.2", "cash.opening=+1,+2,+3")
    (tax, taxes), (cash, more) = (parse_variation(scenario, text) for text in written)
    both = Settings([tax, cash])
    found = [both.at(place) for place in itertools.product(taxes, more)]
    opening = scenario.cash.opening.quantile(0.5)
    assert [
        (value(each.cash.tax_rate), round(each.cash.opening.quantile(0.5) - opening, 9))
        for each in found
    ] == [(tax, more) for tax in (0.1, 0.2) for more in (1.0, 2.0, 3.0)]
    assert len(judged) == len(found)


def test_data_stay_as_they_were_read_until_the_input_is_changed(tmp_path: Path) -> None:
    file = tmp_path / "rates.csv"
    file.write_text("\n".join(["rate", *(f"0.{place}" for place in range(11, 20))]) + "\n")
    table = {"distribution": "empirical", "file": str(file), "column": "rate"}
    scenario = load_scenario("anthropic.toml").changed({"cash.tax_rate": table})
    file.unlink()
    assert scenario.changed({"cash.opening": 20}).cash.tax_rate is scenario.cash.tax_rate
    with pytest.raises(ScenarioError, match="no such file"):
        scenario.changed({"cash.tax_rate": table | {"smooth": True}})
