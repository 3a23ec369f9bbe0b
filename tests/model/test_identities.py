"""The base year of each config reproduces the figures that it cites, to 1e-9."""

import re
from fnmatch import fnmatchcase
from pathlib import Path

import pytest

from simulate.engine.block import Workspace
from simulate.engine.plan import prepare
from simulate.model import quarter as model
from simulate.model.base import base_year_ramp
from simulate.model.rows import Flow
from simulate.scenario import Scenario, load_scenario
from simulate.scenario.inputs import list_inputs, read_facts
from tests.january import SCENARIOS, of_january
from tests.python_kernels import from_python
from tests.scenarios import base_year, value

ROOT = Path(__file__).parents[2]
CONFIGS = sorted(p for p in (ROOT / "configs").glob("*.toml") if p.name != "base.toml")
EXACT = 1e-9
# What is neither reported nor follows from it says so.
LABELS = ("assumption:", "base-rates.md")
# What is reported, or follows from it by arithmetic, without an assumption.
REPORTED = {
    "base_quarters.*",
    "cash.opening",
    "commitments.*.amount",
    "commitments.colossus",
    "revenue_shares.microsoft*",
    "free_users.annual_cost",
    "funding.series_h*",
    "other_costs.partner_share",
    "segments.all.inference_cost",
    "base_year.revenue",
    "base_year.monthly_revenue",
    "base_year.training",
    "targets",
    "segments.api.share_of_revenue",
    "segments.subscriptions.share_of_revenue",
    "segments.consumer.share_of_revenue",
    "segments.enterprise.share_of_revenue",
    "segments.api.inference_cost",
    "inference.base_overrun",
    "inference.other_sales_cost",
    "free_users.users",
    "other_costs.variable",
    "other_costs.not_operating",
    "hardware.tpu.amount",
}


def margins(scenario: Scenario, overrun: float | None = None) -> tuple[float, float]:
    """Gross margin of the base year, without and with free users."""
    extra = value(scenario.inference.base_overrun) if overrun is None else overrun
    inference = sum(value(s.share_of_revenue) * value(s.inference_cost) for s in scenario.segments)
    paying = 1 - inference * (1 + extra) - value(scenario.inference.other_sales_cost)
    return paying, paying - free_cost(scenario) / value(base_year(scenario).revenue)


def free_cost(scenario: Scenario) -> float:
    return value(scenario.free_users.users) * value(scenario.free_users.annual_cost)


def other_cost(scenario: Scenario) -> float:
    other = scenario.other_costs
    return value(other.fixed) + value(other.variable) * value(base_year(scenario).revenue)


def base_ebitda(scenario: Scenario) -> float:
    year = base_year(scenario)
    profit = margins(scenario)[1] * value(year.revenue)
    return profit - value(year.training) - other_cost(scenario)


def test_a_plan_of_50_percent_with_an_overrun_of_23_percent_gives_40(anthropic: Scenario) -> None:
    planned = of_january("anthropic-mid-2025-plan")
    assert margins(planned)[0] == pytest.approx(0.50, abs=EXACT)  # A4
    assert value(anthropic.inference.base_overrun) == 0.23  # A7
    assert margins(planned, overrun=0.23)[0] == pytest.approx(0.40, abs=EXACT)  # A5
    assert margins(anthropic) == pytest.approx((0.40, 0.38), abs=EXACT)  # A5, A6


def test_anthropic_2025_is_as_reported(anthropic: Scenario) -> None:
    year = base_year(anthropic)
    assert value(year.revenue) == 4.5  # A2
    assert value(year.training) == 4.1  # A9
    assert base_ebitda(anthropic) == pytest.approx(-5.2, abs=EXACT)  # A10
    assert value(anthropic.segments[0].share_of_revenue) == 0.86  # A11
    assert 12 * value(year.monthly_revenue) == 9.0  # A13
    assert other_cost(anthropic) + free_cost(anthropic) == pytest.approx(2.9, abs=EXACT)


def test_openai_2025_is_as_reported(openai: Scenario) -> None:
    year = base_year(openai)
    assert value(year.revenue) == 13.0  # O1
    assert margins(openai)[1] == pytest.approx(0.46, abs=EXACT)  # O2
    assert value(year.training) == 9.4  # O4
    pre_tax = base_ebitda(openai) - value(openai.other_costs.not_operating)
    assert pre_tax == pytest.approx(-21.2, abs=EXACT)  # O5
    assert value(openai.segments[1].share_of_revenue) == 0.4  # O6
    assert value(openai.free_users.users) == pytest.approx(0.95 * 0.9, abs=EXACT)  # O7
    assert 12 * value(year.monthly_revenue) == pytest.approx(20.4, abs=EXACT)  # O10


def test_the_summer_plan_of_training_is_five_percent_lower(anthropic: Scenario) -> None:
    planned = of_january("anthropic-mid-2025-plan")
    ratio = value(base_year(anthropic).training) / value(base_year(planned).training)
    assert ratio == pytest.approx(1.05, abs=EXACT)  # A9


@pytest.mark.parametrize("config", SCENARIOS, ids=lambda path: path.stem)
def test_the_base_year_sums_to_the_year_and_leaves_at_the_run_rate(config: Path) -> None:
    year = base_year(load_scenario(config))
    quarters = base_year_ramp(value(year.revenue), 12 * value(year.monthly_revenue))
    assert quarters.sum() == pytest.approx(value(year.revenue), abs=EXACT)
    assert quarters[-1] == pytest.approx(3 * value(year.monthly_revenue), abs=EXACT)


def kernel_base_year(scenario: Scenario) -> dict[str, float]:
    """The kernel's own four quarters of 2025, summed."""
    prepared = prepare(scenario)
    space = Workspace(prepared)
    live_base_quarter = from_python(model.live_base_quarter)
    from_python(model.start_paths)(space.inputs, prepared.plan.schedule, space.state)
    for quarter in range(-4, 0):
        live_base_quarter(quarter, prepared.plan, space.inputs, space.state)
    return {flow.name: float(space.state.past[:, flow].sum()) for flow in Flow}


def test_the_kernels_own_base_year_is_as_reported(anthropic: Scenario, openai: Scenario) -> None:
    year = kernel_base_year(anthropic)
    assert year["REVENUE"] == pytest.approx(4.5, abs=EXACT)  # A2
    assert 1 - year["PAYING_COST"] / year["REVENUE"] == pytest.approx(0.40, abs=EXACT)  # A5
    all_costs = year["PAYING_COST"] + year["FREE_COST"]
    assert 1 - all_costs / year["REVENUE"] == pytest.approx(0.38, abs=EXACT)  # A6
    assert year["TRAINING"] == pytest.approx(4.1, abs=EXACT)  # A9
    assert year["EBITDA"] == pytest.approx(-5.2, abs=EXACT)  # A10
    year = kernel_base_year(openai)
    all_costs = year["PAYING_COST"] + year["FREE_COST"]
    assert 1 - all_costs / year["REVENUE"] == pytest.approx(0.46, abs=EXACT)  # O2
    assert year["TRAINING"] == pytest.approx(9.4, abs=EXACT)  # O4


@pytest.mark.parametrize("config", CONFIGS, ids=lambda path: path.stem)
def test_every_number_has_a_source(config: Path) -> None:
    facts = set(read_facts())
    scenario = load_scenario(config)
    sources = {i.key: i.distribution.source for i in list_inputs(scenario)}
    sources |= {f"funding.{f.name}": f.source for f in scenario.funding}
    sources |= {f"hardware.{h.name}": h.source for h in scenario.hardware}
    sources |= {f"commitments.{c.name}": c.source for c in scenario.commitments}
    sources |= {f"revenue_shares.{s.name}": s.source for s in scenario.revenue_shares}
    sources["targets"] = scenario.targets.source
    sources |= {f"correlations.{pair}": c.source for pair, c in scenario.correlations.items()}
    for key, source in sources.items():
        assert set(re.findall(r"\b[AMNOPXZ]\d+\b", source)) <= facts, key
        if source != "not in this scenario" and not any(label in source for label in LABELS):
            assert any(fnmatchcase(key, pattern) for pattern in REPORTED), (
                f"{key}: not as reported, so an assumption to be labelled"
            )
