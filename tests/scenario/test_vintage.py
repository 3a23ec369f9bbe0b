"""Vintages: computed from figures, without hindsight, and true to what they cite."""

import math
from datetime import date
from typing import Any

import numpy as np
import pytest

from simulate import ScenarioError, run
from simulate.analysis.base_rates import base_rates, process_of
from simulate.scenario.figures import REALISED, Figure, packaged_figures
from simulate.scenario.process import Process
from simulate.scenario.vintage import vintage_of, vintage_table, vintage_text

JUNE, JANUARY = date(2026, 6, 30), date(2026, 1, 22)
DAYS = (date(2024, 12, 31), date(2025, 6, 30), date(2025, 9, 30), date(2025, 12, 31), JANUARY)
LABS = ("Anthropic", "OpenAI")
# Of quarters and their costs, which files give with six digits.
SIX_DIGITS = 2e-6


@pytest.fixture(scope="module")
def process() -> Process:
    return process_of(base_rates())


def median(given: dict[str, Any]) -> float:
    return float(next(given[key] for key in ("p50", "value", "mean") if key in given))


def is_known(figure: Figure, on: date) -> bool:
    return (figure.about if figure.kind in REALISED else figure.known_on) <= on


def later_tenfold(on: date) -> list[Figure]:
    """Every figure that is about a later time, or a plan or view of a later day, times ten."""
    return [
        f if is_known(f, on) else f.model_copy(update={"value": 10.0 * f.value})
        for f in packaged_figures()
    ]


@pytest.mark.parametrize("on", [*DAYS, JUNE], ids=str)
@pytest.mark.parametrize("lab", LABS)
def test_later_figures_change_no_byte(lab: str, on: date, process: Process) -> None:
    text = vintage_text(packaged_figures(), lab, on, process)
    assert vintage_text(later_tenfold(on), lab, on, process) == text


@pytest.mark.parametrize("lab", LABS)
def test_what_january_cites_had_been_published(lab: str, process: Process) -> None:
    later = {f.id for f in packaged_figures() if f.known_on > JANUARY}
    later -= {f.id for f in packaged_figures() if f.known_on <= JANUARY}
    table = vintage_table(packaged_figures(), lab, JANUARY, process)
    read = str([table[key] for key in ("base_quarters", "segments", "inference", "other_costs")])
    assert not [id_ for id_ in later if f"'{id_}'" in read or f"{id_}," in read]


def cost_by_quarter(table: dict[str, Any]) -> tuple[np.ndarray, np.ndarray]:
    """Revenue, and cost of revenue of paying users, of the base quarters."""
    (segment,), inference = table["segments"], table["inference"]
    revenue = np.array([median(q["revenue"]) for q in table["base_quarters"]])
    index = np.array([median(q.get("cost", {"value": 1.0})) for q in table["base_quarters"]])
    planned = median(segment["inference_cost"]) * (1.0 + median(inference["base_overrun"]))
    return revenue, revenue * (planned * index + median(inference["other_sales_cost"]))


def free_cost(table: dict[str, Any]) -> float:
    free = table["free_users"]
    return median(free["users"]) * median(free["annual_cost"])


def other_cost(table: dict[str, Any], revenue: float, years: float = 1.0) -> float:
    other = table["other_costs"]
    return years * median(other["fixed"]) + median(other["variable"]) * revenue


def test_anthropics_2025_is_as_reported_in_january(process: Process) -> None:
    table = vintage_table(packaged_figures(), "Anthropic", JANUARY, process)
    revenue, cost = cost_by_quarter(table)
    assert [q["name"] for q in table["base_quarters"]] == [f"2025Q{k}" for k in (1, 2, 3, 4)]
    assert revenue.sum() == pytest.approx(4.5, rel=SIX_DIGITS)  # A2
    margin = 1.0 - cost.sum() / revenue.sum()
    assert margin == pytest.approx(0.40, abs=SIX_DIGITS)  # A5
    assert margin - free_cost(table) / 4.5 == pytest.approx(0.38, abs=SIX_DIGITS)  # A6
    assert median(table["inference"]["base_overrun"]) == 0.23  # A7
    # A4: without the overrun.
    other = median(table["inference"]["other_sales_cost"])
    planned = (cost.sum() / revenue.sum() - other) / 1.23 + other
    assert planned == pytest.approx(0.50, abs=SIX_DIGITS)
    training = sum(median(q["training"]) for q in table["base_quarters"])
    assert training == pytest.approx(4.1, rel=SIX_DIGITS)  # A9
    ebitda = 4.5 - cost.sum() - free_cost(table) - training - other_cost(table, 4.5)
    assert ebitda == pytest.approx(-5.2, abs=5e-5)  # A10


def test_openais_2025_is_as_reported_in_january(process: Process) -> None:
    table = vintage_table(packaged_figures(), "OpenAI", JANUARY, process)
    revenue, cost = cost_by_quarter(table)
    assert revenue.sum() == pytest.approx(13.0, rel=SIX_DIGITS)  # O1
    margin = 1.0 - (cost.sum() + free_cost(table)) / revenue.sum()
    assert margin == pytest.approx(0.46, abs=SIX_DIGITS)  # O2
    training = sum(median(q["training"]) for q in table["base_quarters"])
    assert training == pytest.approx(9.4, rel=SIX_DIGITS)  # O4
    below = median(table["other_costs"]["not_operating"])
    pre_tax = margin * 13.0 - training - other_cost(table, 13.0) - below
    assert pre_tax == pytest.approx(-21.2, abs=5e-5)  # O5
    assert median(table["free_users"]["users"]) == pytest.approx(0.95 * 0.9)  # O7


def test_anthropics_first_quarter_is_as_reported_in_june(process: Process) -> None:
    table = vintage_table(packaged_figures(), "Anthropic", JUNE, process)
    assert table["horizon"] == {"first_quarter": "2026Q2"}
    assert median(table["base_quarters"][-1]["revenue"]) == 4.8  # N16
    year = sum(median(q["revenue"]) for q in table["base_quarters"][:3])
    january = vintage_table(packaged_figures(), "Anthropic", JANUARY, process)["base_quarters"]
    assert year + median(january[0]["revenue"]) == pytest.approx(4.5, rel=1e-4)  # A2


def test_openais_2025_and_first_quarter_are_as_reported_in_june(process: Process) -> None:
    table = vintage_table(packaged_figures(), "OpenAI", JUNE, process)
    revenue, cost = cost_by_quarter(table)
    free = free_cost(table) / 4.0
    assert revenue[-1] == 5.7  # M6
    assert 1.0 - (cost[-1] + free) / 5.7 == pytest.approx(0.39, abs=SIX_DIGITS)  # M6
    # M1 and M3 are of 2025, whose first quarter lies before the base: what the others leave of
    # 13.07, at a cost that fell to the second as from the second to the third.
    first = 13.07 - revenue[:3].sum()
    share = cost[:3] / revenue[:3] - 0.05
    cost_2025 = cost[:3].sum() + first * (share[0] ** 2 / share[1] + 0.05)
    assert cost_2025 == pytest.approx(7.50, rel=1e-5)  # M1
    assert 1.0 - (cost_2025 + 4.0 * free) / 13.07 == pytest.approx(0.33, abs=1e-5)  # M3
    # The accounts' operating results: M6 of the quarter, M1 of the year with O4's training.
    training = median(table["base_quarters"][-1]["training"])
    result = 0.39 * 5.7 - training - other_cost(table, 5.7, years=0.25)
    assert result == pytest.approx(-9.3, abs=1e-4)
    year = 0.33 * 13.07 - 9.4 - other_cost(table, 13.07)
    assert year == pytest.approx(-20.92, abs=1e-4)
    assert median(table["cash"]["opening"]) == 73.0  # M6
    paid_in_stock = table["other_costs"]["stock_pay"]
    assert paid_in_stock["low"] * other_cost(table, 5.7, 0.25) == pytest.approx(2.3, rel=2e-3)


def test_a_quarters_error_is_what_was_reported_with_it_or_that_of_reconstruction(
    process: Process,
) -> None:
    quarters = vintage_table(packaged_figures(), "OpenAI", JUNE, process)["base_quarters"]
    errors = [math.log(q["revenue"]["p90"] / q["revenue"]["p50"]) / 1.2816 for q in quarters]
    assert errors[:3] == pytest.approx([process.reconstruction_error] * 3, abs=5e-4)
    assert errors[3] == pytest.approx(0.05 / 5.7, abs=2e-4)  # M6


def test_where_no_cost_was_known_there_is_none(process: Process) -> None:
    table = vintage_table(packaged_figures(), "OpenAI", date(2025, 9, 30), process)
    assert median(table["segments"][0]["inference_cost"]) == 0.0
    assert all(median(q["training"]) == 0.0 for q in table["base_quarters"])
    assert "not judged" in table["cash"]["opening"]["source"]


def test_a_quarter_that_no_figure_tells_of_is_the_first_of_the_horizon(process: Process) -> None:
    # Between December 2024 and June 2025 nothing of OpenAI's revenue is known.
    table = vintage_table(packaged_figures(), "OpenAI", date(2025, 3, 31), process)
    assert table["horizon"] == {"first_quarter": "2025Q1"}


def test_a_run_rate_of_the_quarter_under_way_counts_once_all_its_weeks_lie_in_it(
    process: Process,
) -> None:
    june = vintage_table(packaged_figures(), "Anthropic", JUNE, process)["demand"]["initial"]
    assert "N6" in june["source"]
    # A13's weeks began in December.
    january = vintage_table(packaged_figures(), "Anthropic", JANUARY, process)["demand"]["initial"]
    assert "A13" not in january["source"]


def test_a_lab_of_which_nothing_is_known_is_refused(process: Process) -> None:
    with pytest.raises(ScenarioError, match="Nova: no revenue of the two years before"):
        vintage_table(packaged_figures(), "Nova", JUNE, process)


def test_a_lab_whose_accounts_are_in_another_money_is_refused(process: Process) -> None:
    with pytest.raises(ScenarioError, match="Zhipu: revenue of 2022 is in m RMB; a vintage takes"):
        vintage_table(packaged_figures(), "Zhipu", JUNE, process)


@pytest.mark.parametrize("lab", ["[Nova", "Nova*", "../anthropic"])
def test_a_labs_name_is_no_pattern_of_files(lab: str, process: Process) -> None:
    figures = [
        f.model_copy(update={"lab": lab}) for f in packaged_figures() if f.lab == "Anthropic"
    ]
    table = vintage_table(figures, lab, JUNE, process)
    assert median(table["cash"]["opening"]) == 0.0
    assert median(table["base_quarters"][0]["training"]) > 0.0


@pytest.mark.parametrize("lab", LABS)
def test_a_vintage_runs_as_any_scenario(lab: str, process: Process) -> None:
    scenario = vintage_of(packaged_figures(), lab, date(2025, 9, 30), process)
    assert scenario.lab == lab
    assert [q.name for q in scenario.base_quarters] == ["2024Q4", "2025Q1", "2025Q2", "2025Q3"]
    assert np.isfinite(run(scenario, paths=64, threads=1).traces).all()


@pytest.mark.parametrize("lab", LABS)
def test_vintages_of_a_lab_differ_by_data_alone(lab: str, process: Process) -> None:
    one, other = (vintage_table(packaged_figures(), lab, on, process) for on in (JUNE, JANUARY))
    assert one["alternatives"] == other["alternatives"]
    for key in ("market", "share_of_revenue"):
        assert one["segments"][0][key] == other["segments"][0][key]
    for key in ("lasting", "half_life", "age"):
        assert one["segments"][0]["growth"][key] == other["segments"][0]["growth"][key]
