"""What came before the horizon, quarter by quarter, and a horizon that begins within a year."""

from pathlib import Path

import numpy as np
import pytest

from simulate import load_scenario, run
from simulate.engine.run import simulate_traces
from simulate.kernels.arrays import index
from simulate.model.base import base_year_ramp
from simulate.model.rows import Flow, Hit, Metric, traced
from simulate.scenario import Scenario, ScenarioError
from simulate.scenario.inputs import words_of_key
from tests.model.test_paths import FAT_TAILS, check_every_path
from tests.scenarios import base_year, changed, from_quarter, value, without_uncertainty

REVENUE, COST, TRAINING = (0.75, 1.2, 2.25, 4.8), (1.5, 1.2, 1.1, 1.0), (0.7, 1.0, 1.3, 1.6)
NAMES = ("2025Q2", "2025Q3", "2025Q4", "2026Q1")


def quarters(**changes: dict) -> list[dict]:
    """The four quarters to 2026Q1, with other values in some of them."""
    return [
        {"name": name, "revenue": r, "cost": c, "training": t} | changes.get(name, {})
        for name, r, c, t in zip(NAMES, REVENUE, COST, TRAINING, strict=True)
    ]


def from_april(scenario: Scenario, **changes: dict) -> Scenario:
    """The scenario from 2026Q2 on, with the quarters before it given."""
    later = {"base_quarters": quarters(**changes), "base_year": None}
    return changed(from_quarter(scenario, "2026Q1"), later | {"horizon.first_quarter": "2026Q2"})


def at_rest(scenario: Scenario) -> Scenario:
    """The scenario without chance, growth, or change of cost and price."""
    still = {"initial": 0.0, "lasting": 0.0, "half_life": 1.0}
    changes = {f"segments.{s.name}.growth": still for s in scenario.segments}
    changes |= {"inference.efficiency_gain": 0.0, "inference.price_erosion": 0.0}
    return without_uncertainty(scenario, changes | {"training.growth": still})


def test_quarters_come_back_in_the_first_trailing_figures(anthropic: Scenario) -> None:
    trace = simulate_traces(at_rest(from_april(anthropic)), 1)[0]
    for metric, given in ((Metric.REVENUE, REVENUE), (Metric.TRAINING, TRAINING)):
        past = [*given, *[given[-1]] * 4]
        trailing = [sum(past[t + 1 : t + 5]) for t in range(4)]
        np.testing.assert_allclose(trace[index(metric), :4], trailing, rtol=1e-12)


def test_the_margin_has_the_cost_of_each_quarter_over_that_of_the_last(anthropic: Scenario) -> None:
    scenario = at_rest(from_april(anthropic))
    trace = simulate_traces(scenario, 1)[0]
    share = value(scenario.segments[0].inference_cost) * (
        1 + value(scenario.inference.base_overrun)
    )
    other = value(scenario.inference.other_sales_cost)
    revenue, cost = np.array([*REVENUE[1:], REVENUE[-1]]), np.array([*COST[1:], 1.0])
    margin = 1 - (share * revenue * cost + other * revenue).sum() / revenue.sum()
    assert trace[index(Metric.MARGIN_PAYING), 0] == pytest.approx(margin, rel=1e-12)
    assert trace[index(Metric.MARGIN_PAYING), 3] == pytest.approx(1 - share - other, rel=1e-12)


@pytest.mark.parametrize("first", ["2026Q1", "2026Q3"])
def test_a_base_year_is_its_quarters_on_a_ramp(anthropic: Scenario, first: str) -> None:
    scenario = from_quarter(anthropic, first)
    year = base_year(scenario)
    revenue = base_year_ramp(value(year.revenue), 12 * value(year.monthly_revenue))
    training = base_year_ramp(value(year.training), value(year.training_run_rate))
    names = scenario.horizon.base_quarters
    assert names[-1] == {"2026Q1": "2025Q4", "2026Q3": "2026Q2"}[first]
    given = [
        {"name": name, "revenue": r, "training": t}
        for name, r, t in zip(names, revenue.tolist(), training.tolist(), strict=True)
    ]
    same = changed(scenario, {"base_quarters": given, "base_year": None})
    np.testing.assert_array_equal(simulate_traces(scenario, 64), simulate_traces(same, 64))


def test_where_a_horizon_begins_changes_no_path_without_chance(anthropic: Scenario) -> None:
    """All that is dated moves along: two quarters later the same comes to pass."""
    scenario = without_uncertainty(from_quarter(anthropic, "2026Q1"))
    later = without_uncertainty(from_quarter(anthropic, "2026Q3"))
    traces = [simulate_traces(each, 1)[0] for each in (scenario, later)]
    np.testing.assert_allclose(traces[0][:, :38], traces[1], rtol=1e-12)


@pytest.mark.parametrize("first", ["2026Q2", "2026Q3", "2026Q4"])
def test_a_years_overrun_begins_with_it_and_what_is_left_of_the_first_with_the_horizon(
    anthropic: Scenario, first: str
) -> None:
    calm = at_rest(from_quarter(anthropic, first))
    scenario = changed(
        calm, {"inference.overrun": {"distribution": "uniform", "low": 0, "high": 1}}
    )
    trace = simulate_traces(scenario, 64)
    revenue, bill = (trace[:, traced(flow)] for flow in (Flow.REVENUE, Flow.PAYING_BILL))
    moves = np.abs(np.diff(np.log(bill / revenue), axis=1)).max(axis=0) > 1e-9
    year = (scenario.horizon.first_quarter + np.arange(scenario.horizon.quarters)) // 4
    assert moves.tolist() == (np.diff(year) > 0).tolist()
    known = value(calm.segments[0].inference_cost) * (1 + value(calm.inference.base_overrun))
    assert np.ptp(bill[:, 0] / revenue[:, 0]) > 0.1 * known


UNCERTAIN = {
    "2025Q2": {"revenue": {"distribution": "lognormal", "p10": 0.7, "p90": 0.8}},
    "2025Q3": {
        "revenue": {"distribution": "lognormal", "p10": 1.1, "p90": 1.3},
        "cost": {"distribution": "uniform", "low": 1.1, "high": 1.4},
    },
    "2026Q1": {
        "revenue": {"distribution": "lognormal", "p10": 4.6, "p90": 5.0},
        "training": {"distribution": "normal", "p10": 1.4, "p90": 1.8},
    },
}


@pytest.mark.parametrize("tails", [{}, FAT_TAILS], ids=["normal", "student_t"])
@pytest.mark.parametrize("deviations", ["by year", "by quarter"])
def test_every_path_from_april_equals_the_slow_model(
    openai: Scenario, deviations: str, tails: dict
) -> None:
    scenario = from_april(openai, **UNCERTAIN)
    check_every_path(changed(scenario, tails | {"horizon.deviations": deviations}))


def test_a_path_draws_what_is_not_exactly_known(anthropic: Scenario) -> None:
    scenario = changed(
        from_april(anthropic, **UNCERTAIN), {"correlations": {"base_quarters.*.revenue": 0.9}}
    )
    result = run(scenario, paths=4096, keep_inputs=True, keep_outcomes=True)
    drawn = result.kept[[f"base_quarters.{name}.revenue" for name in ("2025Q3", "2026Q1")]]
    assert np.corrcoef(np.log(drawn.to_numpy()), rowvar=False)[0, 1] == pytest.approx(0.9, abs=0.02)
    own = result.traces[:, traced(Flow.REVENUE), 0]
    trailing = result.traces[:, index(Metric.REVENUE), 0]
    first = drawn.to_numpy()[:256].sum(axis=1) + REVENUE[2]
    np.testing.assert_allclose((trailing - own)[:256], first, rtol=1e-6)


def test_a_year_that_has_begun_ends_in_its_fourth_quarter(anthropic: Scenario) -> None:
    result = run(from_april(anthropic), paths=4096)
    assert (result.years[0], result.last_quarter(2026), result.quarter_name(2)) == (
        2026,
        2,
        "2026Q4",
    )
    by_name = result.probability("free cash flow positive by 2026")
    assert by_name == result.probability_by(Hit.CASH_FLOW_POSITIVE, 2)
    own = result.traces[:, traced(Flow.REVENUE), :3].sum(axis=1) + REVENUE[-1]
    np.testing.assert_allclose(result.traces[:, index(Metric.REVENUE), 2], own, rtol=1e-12)


def test_a_quarters_keys_are_called_by_it() -> None:
    assert words_of_key("base_quarters.2025Q3.revenue") == "revenue of 2025Q3"
    assert words_of_key("base_quarters.2025Q3.cost") == "inference cost per dollar of 2025Q3"


HEAD = """extends = "anthropic.toml"
name = "Anthropic, April"
funding = []

[horizon]
first_quarter = "2026Q2"
"""


def written(scenario_head: str, *members: str) -> str:
    """A scenario's file with some base quarters."""
    listed = [f"[[base_quarters]]\nname = {name}\nrevenue = 1.0\n" for name in members]
    return scenario_head + "".join(f"{each}training = 0.5\n" for each in listed)


FOUR = tuple(f'"{name}"' for name in NAMES)


@pytest.mark.usefixtures("january")
@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            written(HEAD, *FOUR[:3]),
            ["base_quarters: 2026Q1 missing; the four before the horizon, which begins in 2026Q2"],
        ),
        (
            written(HEAD, '"2025Q1"', *FOUR),
            [":7:3: base_quarters.2025Q1: is no quarter of the base", "are 2025Q2, 2025Q3"],
        ),
        (written(HEAD, *FOUR[:3], FOUR[2]), ['the name "2025Q4" is used twice']),
        (
            written(HEAD, '"2025-q2"', *FOUR[1:]),
            ['base_quarters.2025-q2.name = "2025-q2": not a quarter; write "2025Q2"'],
        ),
        (written(HEAD, "20252", *FOUR[1:]), ["not a quarter"]),
        (
            written(HEAD, *FOUR) + "cost = 1.1\n",
            ["base_quarters.2026Q1.cost", "is 1 by definition: leave it out"],
        ),
        (
            written(HEAD, *FOUR).replace("revenue = 1.0", "revenue = -1.0", 1),
            ["base_quarters.2025Q2.revenue = -1.0", "from 0.0001 to 1000 bn USD"],
        ),
        (
            written(HEAD, *FOUR) + "[base_year]\nrevenue = 4.5\n",
            ["base_year: says what base_quarters say, too; leave one of them out"],
        ),
        (
            HEAD + "[targets]\nprojected_year = 2025\n",
            ["projected_year = 2025: lies before the horizon, which begins in 2026Q2"],
        ),
        (
            HEAD.replace("2026Q2", "2036Q2"),
            ["last_quarter", "from 2036Q2 it must be 1 to 50 years"],
        ),
    ],
)
def test_a_mistaken_base_is_told_with_its_place(text: str, told: list[str], tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(text)
    with pytest.raises(ScenarioError) as refused:
        load_scenario(file)
    message = str(refused.value)
    assert all(part in message for part in told), message
    assert len(message.splitlines()) <= 3


def test_one_of_the_two_is_needed(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text('extends = "base.toml"\nname = "mine"\n')
    with pytest.raises(ScenarioError, match="base_year: missing"):
        load_scenario(file)


def test_a_quarter_that_a_file_adds_takes_the_place_of_the_earliest(tmp_path: Path) -> None:
    (tmp_path / "april.toml").write_text(written(HEAD, *FOUR))
    july = tmp_path / "july.toml"
    july.write_text(
        'extends = "april.toml"\nname = "Anthropic, July"\nhorizon.first_quarter = "2026Q3"\n'
        '[[base_quarters]]\nname = "2026Q2"\nrevenue = "10 bn to 12 bn"\ntraining = 2.0\n'
    )
    scenario = load_scenario(july)
    assert [quarter.name for quarter in scenario.base_quarters] == [*NAMES[1:], "2026Q2"]
    assert not scenario.base_quarters[-1].revenue.is_certain


def test_a_base_year_takes_the_place_of_quarters_and_they_that_of_one(tmp_path: Path) -> None:
    (tmp_path / "april.toml").write_text(written(HEAD, *FOUR))
    assert load_scenario(tmp_path / "april.toml").base_year is None
    again = tmp_path / "again.toml"
    again.write_text(
        'extends = "april.toml"\n[base_year]\nrevenue = 4.5\nmonthly_revenue = 0.75\n'
        "training = 4.1\ntraining_run_rate = 5.5\n"
    )
    scenario = load_scenario(again)
    assert scenario.base_quarters == () and value(base_year(scenario).revenue) == 4.5


YEAR_IN_PART = (
    "base_year: says a part of what base_quarters say; change those, or let it take their place in "
    "a file, with "
)


@pytest.mark.parametrize(
    ("stated", "lacks"),
    [
        ("training = 4.1", "revenue, monthly_revenue and training_run_rate as well"),
        ("revenue = 4.5\ntraining = 4.1\ntraining_run_rate = 5.5", "monthly_revenue as well"),
        ("", "revenue, monthly_revenue, training and training_run_rate as well"),
    ],
)
@pytest.mark.parametrize("table", ["base_year", "variants.other.base_year"])
def test_a_base_year_in_part_beside_quarters_is_one_mistake(
    table: str, stated: str, lacks: str, tmp_path: Path
) -> None:
    (tmp_path / "april.toml").write_text(written(HEAD, *FOUR))
    again = tmp_path / "again.toml"
    again.write_text(f'extends = "april.toml"\n[{table}]\n{stated}\n')
    variant = "other" if "other" in table else None
    with pytest.raises(ScenarioError) as refused:
        load_scenario(again, variant=variant)
    assert str(refused.value) == f"{again}:2:{len(table) - 7}: {YEAR_IN_PART}{lacks}"


def test_a_setting_of_a_base_year_beside_quarters_is_told_of_them(tmp_path: Path) -> None:
    (tmp_path / "april.toml").write_text(written(HEAD, *FOUR))
    with pytest.raises(ScenarioError) as refused:
        load_scenario(tmp_path / "april.toml", settings=["base_year.training=3"])
    assert str(refused.value).startswith(f"--set base_year.training=3: {YEAR_IN_PART}")


def test_a_quarter_is_set_as_any_input(anthropic: Scenario) -> None:
    scenario = from_april(anthropic).changed({"base_quarters.2025Q3.revenue": "900 m"})
    assert value(scenario.base_quarters[1].revenue) == 0.9
