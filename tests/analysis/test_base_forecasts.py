"""What simple forecasters say from what is known: no hindsight, and nothing where they can't."""

import math

import numpy as np
import pytest

from simulate.analysis.base_forecasts import (
    FORECASTERS,
    base_forecasts,
    even_growth,
    knowledge,
    net_gains,
    plan_error,
    planned_quarters,
)
from simulate.scenario.figures import Figure, known, packaged_figures
from simulate.scenario.quarters import last_day, parse_quarter
from simulate.scenario.scored import Scored, packaged_list
from tests.figures import figure, revenues, scored

PATHS = 20_000
FIGURES = revenues("2024Q4", 1.0, 1.3, 1.5, 2.0, 2.4)
END = parse_quarter("2025Q4")


@pytest.mark.parametrize("each", packaged_list(), ids=str)
def test_figures_of_later_tenfold_change_no_forecast(each: Scored) -> None:
    on = last_day(each.last_known)
    then = known(packaged_figures(), on)
    tenfold = [
        f if f in then else f.model_copy(update={"value": 10.0 * f.value})
        for f in packaged_figures()
    ]
    one, other = (
        base_forecasts(knowledge(figures, each.lab, each.last_known), each, 50, seed=1)
        for figures in (packaged_figures(), tenfold)
    )
    assert one.keys() == other.keys()
    for name, paths in one.items():
        np.testing.assert_array_equal(paths, other[name])


def test_a_year_is_the_sum_of_its_quarters_known_and_forecast() -> None:
    """After two quarters of a steady doubling, what is left of the year is all that varies."""
    of = knowledge([*FIGURES, *revenues("2026Q1", 3.0, 3.5)], "Some Lab", parse_quarter("2026Q2"))
    whole = base_forecasts(of, scored("revenue", "2026"), PATHS, seed=1)["random walk"]
    third = base_forecasts(of, scored("revenue", "2026Q3"), PATHS, seed=1)["random walk"]
    fourth = base_forecasts(of, scored("revenue", "2026Q4"), PATHS, seed=1)["random walk"]
    assert whole.min() > 6.5
    assert np.median(whole) == pytest.approx(6.5 + np.median(third) + np.median(fourth), rel=0.01)


def test_nothing_is_said_of_a_lab_whose_quarters_are_not_known() -> None:
    of = knowledge(FIGURES[4:], "Some Lab", END)
    assert base_forecasts(of, scored("revenue", "2026Q1"), PATHS, seed=1) == {}


def test_growth_that_never_varied_tells_no_spread() -> None:
    of = knowledge(revenues("2024Q4", 1.0, 2.0, 4.0, 8.0, 16.0), "Some Lab", END)
    assert base_forecasts(of, scored("revenue", "2026Q1"), PATHS, seed=1) == {}


def test_a_plan_grows_evenly_from_the_quarter_before_and_sums_to_the_year() -> None:
    plan = figure("revenue", "2026", 20.0, kind="plan", known_on=last_day(END))
    of = knowledge([*FIGURES, plan], "Some Lab", END)
    found = planned_quarters(of, scored("revenue", "2026Q4"), 4)
    assert found is not None
    assert sum(found) == pytest.approx(20.0)
    assert np.diff(np.log([2.4, *found])) == pytest.approx(math.log(found[0] / 2.4), rel=1e-6)


def test_even_growth_of_a_doubling() -> None:
    assert even_growth(1.0, 2.0 + 4.0 + 8.0, 3) == pytest.approx([2.0, 4.0, 8.0])


def test_of_what_does_not_grow_with_the_year_a_quarter_is_a_fourth_of_its_plan() -> None:
    plan = figure("free cash flow", "2026", -17.0, kind="plan", known_on=last_day(END))
    of = knowledge([*FIGURES, plan], "Some Lab", END)
    assert planned_quarters(of, scored("free cash flow", "2026Q2"), 2) == [-4.25, -4.25]


def test_a_plan_that_was_not_known_is_not_used() -> None:
    plan = figure("revenue", "2026", 20.0, kind="plan", known_on=last_day(END + 1))
    of = knowledge([*FIGURES, plan], "Some Lab", END)
    assert planned_quarters(of, scored("revenue", "2026Q1"), 1) is None


def test_errors_of_plans_are_those_of_costs_that_are_known() -> None:
    """A7 and A9 of docs/facts.md: 23% and 5% over plan."""
    by_hand = math.sqrt((math.log(1.23) ** 2 + math.log(1.05) ** 2) / 2.0)
    assert plan_error(packaged_figures()) == pytest.approx(by_hand)
    assert plan_error([]) is None


def test_a_labs_gains_are_of_one_definition_from_year_to_year() -> None:
    """-94% to 40% (A3, A5); Zhipu's and MiniMax's of all revenue (Z2, Z5)."""
    found = net_gains(packaged_figures())
    by_hand = [
        math.log(1.94 / 0.60),
        math.log(0.454 / 0.354),
        math.log(0.354 / 0.437),
        math.log(0.437 / 0.590),
        math.log(0.878 / 0.746),
    ]
    assert found == pytest.approx(by_hand)


def test_the_pocket_model_forecasts_a_margin_from_the_newest_and_the_gains() -> None:
    margins = [figure("gross margin", f"{y}", m, lab="B") for y, m in ((2023, 0.2), (2024, 0.4))]
    more = [figure("gross margin", f"{y}", m) for y, m in ((2024, 0.1), (2025, 0.5))]
    of = knowledge([*FIGURES, *margins, *more], "Some Lab", END)
    found = base_forecasts(of, scored("gross margin", "2026Q1"), PATHS, seed=1)
    gain = (math.log(0.8 / 0.6) + math.log(0.9 / 0.5)) / 2.0
    assert set(found) == {"pocket model"}
    assert np.median(found["pocket model"]) == pytest.approx(
        1 - 0.5 * math.exp(-gain / 4), abs=0.003
    )


def test_forecasters_have_chance_of_their_own_and_the_same_each_time() -> None:
    of = knowledge(FIGURES, "Some Lab", END)
    one, again, other = (
        base_forecasts(of, scored("revenue", "2026Q1"), 100, seed) for seed in (1, 1, 2)
    )
    assert set(one) == set(FORECASTERS) - {"plan"}
    for name, paths in one.items():
        np.testing.assert_array_equal(paths, again[name])
        assert not np.array_equal(paths, other[name])


@pytest.mark.parametrize(
    "odd",
    [
        figure("revenue", "2025Q4", 0.0, firmness="A"),
        figure("gross margin", "2025", 1.0),
        figure("gross margin", "2025", 45.0),
        figure("training cost against plan", "2025", -1.0, kind="forecast error"),
        figure("revenue", "2026", 1e-9, kind="plan", known_on=last_day(END)),
        figure("revenue", "2026", 1e6, kind="plan", known_on=last_day(END)),
    ],
    ids=lambda odd: f"{odd.quantity} {odd.value}",
)
def test_odd_figures_take_nothing_from_others(odd: Figure) -> None:
    errors = [
        figure("training cost against plan", f"{y}", 0.1, kind="forecast error")
        for y in (2023, 2024)
    ]
    margins = [figure("gross margin", f"{y}", 0.3) for y in (2022, 2023, 2024)]
    given = [f for f in FIGURES if f.period != odd.period] + [*errors, *margins, odd]
    of = knowledge(given, "Some Lab", END)
    for quantity in ("revenue", "gross margin"):
        for paths in base_forecasts(of, scored(quantity, "2026Q1"), 100, seed=1).values():
            assert np.all(np.isfinite(paths))


def test_ten_years_ahead_a_random_walk_is_a_number_still() -> None:
    of = knowledge(revenues("2024Q4", 1.0, 9.0, 2.0, 30.0, 3.0), "Some Lab", END)
    for paths in base_forecasts(of, scored("revenue", "2075Q4"), 20_000, seed=1).values():
        assert np.all(np.isfinite(paths))


def test_what_other_labs_plan_says_nothing() -> None:
    others: list[Figure] = [figure("revenue", "2026", 9.0, kind="plan", lab="B")]
    of = knowledge([*FIGURES, *others], "Some Lab", END)
    assert of.newest("plan", scored("revenue", "2026Q1")) is None


def test_quarters_that_are_reported_are_taken_as_they_are() -> None:
    of = knowledge(FIGURES, "Some Lab", END)
    assert list(of.revenue.values()) == pytest.approx([1.0, 1.3, 1.5, 2.0, 2.4])
    assert list(of.revenue) == list(range(END - 4, END + 1))


@pytest.mark.parametrize(("lab", "end"), [("Anthropic", "2024Q4"), ("OpenAI", "2025Q1")])
def test_quarters_on_one_straight_line_tell_no_spread(lab: str, end: str) -> None:
    """Of 2024 a year and a run rate are known: growth that is the same but for days."""
    of = knowledge(packaged_figures(), lab, parse_quarter(end))
    growth = np.diff(np.log(list(of.revenue.values())))
    assert growth == pytest.approx(growth.mean(), rel=0.01)
    assert of.history is None
