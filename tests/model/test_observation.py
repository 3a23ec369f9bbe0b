"""Texts of what was seen, and what they mean of a path."""

import re
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import lognorm, norm

from simulate.engine.run import simulate_traces
from simulate.kernels.arrays import index
from simulate.model.base import base_quarters
from simulate.model.observation import (
    Observation,
    overlap_sentences,
    parse_observation,
    read_observations,
)
from simulate.model.outcome_texts import parse_outcome
from simulate.model.outcomes import Amount, Event, OperatingResult
from simulate.model.rows import Hit, Metric
from simulate.scenario import Scenario, ScenarioError
from tests.january import of_january
from tests.scenarios import base_year, value

OBSERVED = Path(__file__).parents[2] / "configs" / "observed" / "anthropic-2025.toml"


def figure(text: str, scenario: Scenario) -> Amount:
    seen = parse_observation(text, scenario).seen
    assert isinstance(seen, Amount)
    return seen


@pytest.mark.parametrize(
    ("text", "name", "amount", "error", "of_logarithm"),
    [
        ("revenue 2026Q1 = 3.0 bn ± 5%", "revenue 2026Q1", 3.0, 0.05, True),
        ("revenue 2026 = $15,200 m +- 0.3 bn", "revenue 2026", 15.2, 0.3, False),
        (
            "Revenue 12 months to 2026Q2=9 bn±5%",
            "revenue twelve months to 2026Q2",
            9,
            0.05,
            True,
        ),
        ("free_cash_flow 2027 = -3 bn ± 10%", "free cash flow 2027", -3.0, 0.3, False),
        ("gross margin 2026 = 45% ± 2%", "gross margin, paying users 2026", 0.45, 0.02, False),
        ("ebitda 2026 = 0 ± 1", "EBITDA 2026", 0.0, 1.0, False),
        ("cash 2026Q3 = 20 bn +/- 5%", "cash 2026Q3", 20.0, 0.05, True),
        ("training cost 2026Q4 = 2 bn", "training cost 2026Q4", 2.0, None, False),
    ],
)
def test_a_text_is_a_figure_a_value_and_an_error(
    anthropic: Scenario,
    text: str,
    name: str,
    amount: float,
    error: float | None,
    of_logarithm: bool,
) -> None:
    found = parse_observation(text, anthropic)
    assert (found.seen.name, found.of_logarithm) == (name, of_logarithm)
    assert found.value == pytest.approx(amount)
    assert found.error == (None if error is None else pytest.approx(error))


def test_gross_margin_alone_is_the_definition_that_the_company_projects(openai: Scenario) -> None:
    assert figure("gross margin 2027 = 50%", openai).metric == Metric.MARGIN_ALL


def test_an_event_has_happened_or_not(anthropic: Scenario) -> None:
    found = parse_observation("out of cash by 2027Q2 = no", anthropic)
    assert isinstance(found.seen, Event) and found.value == 0.0
    assert (found.seen.time, found.seen.quarter) == (Hit.OUT_OF_CASH, 5)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("revenue", "not an observation; write it as"),
        ("revenu 2026 = 3 bn ± 5%", 'no metric "revenu"; did you mean "revenue"?'),
        ("revenue 2025 = 4.5 bn ± 1%", "2025 lies outside the horizon, 2026Q1 to 2035Q4"),
        ("revenue 2026Q1 = 3 euros ± 5%", '"3 euros": unknown unit "euros"'),
        ("revenue 2026Q1 = much ± 5%", '"much" is no number'),
        ("revenue 2026Q1 = 3 bn ± 5", "the error has no unit; write 5% or 5 bn"),
        ("gross margin 2026 = 60% ± 5", "the error has no unit; write 5%"),
        ("revenue 2026Q1 = 3 bn ± 0%", "an error of 0% is not above 0"),
        ("gross margin 2026 = 45 ± 2%", "a margin is at most 1; write 0.45 for 45%"),
        ("revenue 2026Q1 = 3 bn ± 0,1 bn", '"0,1 bn": a comma parts thousands'),
        ("revenue 2026Q1 = 3 bn ± 2,5%", 'write "2.5%"'),
        ("gross margin 2026 = 0.45 ± 2", "a margin's error is at most 1; write 0.02 for 2%"),
        ("revenue 2026 = 1e300 bn ± 5%", '"1e300 bn" is too large for a number'),
        ("cash twelve months to 2026Q2 = 3 bn ± 5%", 'write "cash 2026Q2"'),
        ("gross margin 60% by 2027 = yes", "the scenario's target is 70%"),
        ("out of cash 50% by 2027 = no", '"out of cash" takes no level'),
        ("revenue 2026 = yes", '"yes" is no number'),
        ("out of cash by 2026 = maybe", '"maybe" is neither yes nor no'),
    ],
)
def test_a_text_that_is_none_is_explained(anthropic: Scenario, text: str, message: str) -> None:
    with pytest.raises(ScenarioError, match=re.escape(message)):
        parse_observation(text, anthropic)


@pytest.mark.parametrize(
    ("one", "other", "overlap"),
    [
        ("revenue 2026", "revenue 2026Q1", True),
        ("revenue 2026Q4", "revenue 2026", True),
        ("revenue 2026", "revenue twelve months to 2027Q3", True),
        ("gross margin 2026", "gross margin twelve months to 2026Q2", True),
        ("revenue 2026", "revenue twelve months to 2027Q4", False),
        ("revenue 2026", "revenue 2027Q1", False),
        ("revenue 2026Q1", "revenue 2026Q2", False),
        ("revenue 2026", "training cost 2026Q1", False),
        ("cash 2026", "cash 2026Q3", False),
    ],
)
def test_figures_that_share_quarters_are_told(
    anthropic: Scenario, one: str, other: str, overlap: bool
) -> None:
    unit = "50% ± 1%" if "margin" in one else "5 bn ± 5%"
    pair = [parse_observation(f"{each} = {unit}", anthropic) for each in (one, other)]
    told = overlap_sentences(pair)
    assert len(told) == overlap
    assert all("share quarters, and their errors count as independent" in each for each in told)


def test_quarters_add_up_to_their_year(anthropic: Scenario) -> None:
    traces = simulate_traces(anthropic, 64)
    for metric, name in ((Metric.REVENUE, "revenue"), (Metric.TRAINING, "training cost")):
        quarters = [
            [figure(f"{name} {year}Q{q} = 1 bn", anthropic).of_traces(traces) for q in range(1, 5)]
            for year in (2026, 2027, 2030)
        ]
        for year, place in zip(quarters, (3, 7, 19), strict=True):
            np.testing.assert_allclose(sum(year), traces[:, index(metric), place], rtol=1e-11)


def test_a_first_quarter_and_the_known_ones_before_it_are_its_twelve_months(
    anthropic: Scenario,
) -> None:
    traces = simulate_traces(anthropic, 64)
    base = np.array([quarter.revenue.quantile(0.5) for quarter in base_quarters(anthropic)])
    assert base[3] == pytest.approx(3 * value(base_year(anthropic).monthly_revenue))
    quarter = figure("revenue 2026Q1 = 3 bn", anthropic).of_traces(traces)
    trailing = figure("revenue 12 months to 2026Q1 = 3 bn", anthropic).of_traces(traces)
    np.testing.assert_allclose(quarter + base[1:].sum(), trailing, rtol=1e-12)


def test_likelihoods_are_those_of_the_stated_errors(anthropic: Scenario) -> None:
    paths = np.array([2.0, 3.0, 3.3])
    relative = parse_observation("revenue 2026Q1 = 3 bn ± 5%", anthropic)
    absolute = parse_observation("revenue 2026Q1 = 3 bn ± 0.2 bn", anthropic)
    for found, expected in (
        (relative.log_likelihood(paths), lognorm.logpdf(3.0, 0.05, scale=paths)),
        (absolute.log_likelihood(paths), norm.logpdf(3.0, paths, 0.2)),
    ):
        density = np.asarray(expected)
        np.testing.assert_allclose(found - found[1], density - density[1])
    assert relative.log_likelihood(np.array([-1.0, 0.0])).tolist() == [-np.inf, -np.inf]


def test_an_event_rules_paths_out(anthropic: Scenario) -> None:
    seen = Observation("", parse_observation("out of cash by 2027 = no", anthropic).seen, 0.0)
    assert seen.log_likelihood(np.array([0.0, 1.0])).tolist() == [0.0, -np.inf]


def test_observations_come_from_a_file_with_their_sources() -> None:
    scenario = of_january("anthropic-as-of-2024")
    found = read_observations([], OBSERVED, scenario)
    assert [o.source for o in found] == ["A2", "A5", "A6"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "holds no observations; write [[observed]]"),
        ("observed = 3", "holds no observations"),
        ("[[observed]]\nsource = 'A2'", "observed 1: write it as [[observed]]"),
        ("[[observed]]\nwhat = 'revenue 2026 = 1 bn'\nsauce = 'A2'", 'unknown key "sauce"'),
        ("[[observed]]\nwhat = 'revenue'", 'observed 1: "revenue": not an observation'),
        ("[[observed", "not readable as TOML"),
    ],
)
def test_a_file_that_holds_none_is_explained(
    tmp_path: Path, anthropic: Scenario, content: str, message: str
) -> None:
    file = tmp_path / "seen.toml"
    file.write_text(content)
    with pytest.raises(ScenarioError, match=re.escape(message)):
        read_observations([], file, anthropic)


def test_nothing_observed_is_refused(anthropic: Scenario) -> None:
    with pytest.raises(ScenarioError, match="nothing is observed"):
        read_observations([], None, anthropic)


TWICE = {
    "the same text": ("revenue 2026Q1 = 3 bn ± 5%", "revenue 2026Q1 = 3 bn ± 5%"),
    "other values": ("revenue 2026Q1 = 3.0 bn ± 5%", "revenue 2026Q1 = 2.0 bn ± 5%"),
    "a year as twelve months": (
        "revenue 2026 = 15 bn ± 2%",
        "revenue twelve months to 2026Q4 = 15 bn ± 2%",
    ),
    "a margin as a quarter's": (
        "gross_margin 2026 = 45% ± 2%",
        "Gross margin, paying users 12-months to 2026Q4 = 45% ± 2%",
    ),
    "a balance by year and quarter": ("cash 2026 = 9 bn ± 5%", "cash 2026Q4 = 9 bn ± 5%"),
    "an event by year and quarter": ("out of cash by 2026 = no", "Out_of_cash by 2026Q4 = no"),
}
CONTRADICTING = {
    "yes and no": ("out of cash by 2026 = yes", "out of cash by 2026Q4 = no"),
    "no and yes": ("gross margin by 2027 = no", "gross margin 70% by 2027 = yes"),
    "yes, and no later": ("cumulative payback by 2028 = yes", "cumulative payback by 2030 = no"),
}


@pytest.mark.parametrize("texts", TWICE.values(), ids=TWICE)
def test_what_would_count_twice_is_refused_with_both_names(
    anthropic: Scenario, texts: tuple[str, str], tmp_path: Path
) -> None:
    one, other = (f'"{text}".*' for text in map(re.escape, texts))
    with pytest.raises(ScenarioError, match=f"{one}{other}would count twice; leave one out"):
        read_observations(texts, None, anthropic)
    file = tmp_path / "seen.toml"
    file.write_text(f'[[observed]]\nwhat = "{texts[1]}"\n', encoding="utf-8")
    with pytest.raises(ScenarioError, match=f"--observe {one}seen.toml: observed 1: {other}twice"):
        read_observations(texts[:1], file, anthropic)


@pytest.mark.parametrize("texts", CONTRADICTING.values(), ids=CONTRADICTING)
def test_an_event_and_its_negation_are_refused(anthropic: Scenario, texts: tuple[str, str]) -> None:
    with pytest.raises(ScenarioError, match="what has happened can't be yet to come"):
        read_observations(texts, None, anthropic)


@pytest.mark.parametrize(
    "texts",
    [
        ("revenue 2026Q4 = 5 bn ± 5%", "revenue 2026 = 15 bn ± 2%"),
        ("revenue 2026Q1 = 3 bn ± 5%", "revenue 2026Q2 = 3 bn ± 5%"),
        ("revenue 2026 = 15 bn ± 2%", "training cost 2026 = 15 bn ± 2%"),
        ("out of cash by 2026 = no", "out of cash by 2028 = yes"),
        ("out of cash by 2026 = no", "free cash flow positive by 2026 = yes"),
    ],
)
def test_different_things_count_each(anthropic: Scenario, texts: tuple[str, str]) -> None:
    assert len(read_observations(texts, None, anthropic)) == 2


def test_the_operating_result_is_ebitda_less_what_is_written_off() -> None:
    """Of 8 bn bought in 2026Q1 and written off in two years, 1 bn a quarter from 2026Q2 on."""
    bought = {
        "hardware.tpu.amount": 8.0,
        "hardware.tpu.first_quarter": "2026Q1",
        "hardware.tpu.last_quarter": "2026Q1",
        "hardware.tpu.life_years": 2,
    }
    scenario = of_january("anthropic-tpu").changed(bought)
    traces = simulate_traces(scenario, 64)
    for date, written_off in (("2026Q1", 0.0), ("2026Q2", 1.0), ("2026", 3.0), ("2027", 4.0)):
        ebitda = parse_outcome(f"EBITDA {date}", scenario, "")
        assert isinstance(ebitda, Amount)
        found = OperatingResult(ebitda.metric, ebitda.quarter, ebitda.date, ebitda.is_own)
        assert found.name == f"operating result {date}"
        difference = ebitda.of_traces(traces) - found.of_traces(traces)
        np.testing.assert_allclose(difference, written_off, atol=1e-9)
