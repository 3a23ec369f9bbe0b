"""How much funding it takes, and how cash flows on the median path, in words."""

import numpy as np

from simulate.analysis.cash import NOTHING, chance_of_no_need
from simulate.engine.estimate import Estimate
from simulate.engine.result import Result
from simulate.model.rows import Flow, traced
from simulate.scenario import Scenario
from simulate.scenario.frame import Horizon
from simulate.scenario.inputs import funding_assumption

from .numbers import dollars, dollars_with_error, money, percent


def funding_need_finding(result: Result) -> str:
    """Say what half of the paths and one in ten need, or how many need nothing."""
    need = result.funding_need
    if need["p90"].value < NOTHING:
        return f"No funding needed: {percent(chance_of_no_need(result))}"
    if need["p50"].value < NOTHING:
        return (
            f"Half of the paths need no funding, one in ten {dollars_with_error(need['p90'])} "
            "or more"
        )
    return (
        f"Half of the paths need {dollars_with_error(need['p50'])} or more, "
        f"one in ten {dollars_with_error(need['p90'])}"
    )


def need_in_words(need: Estimate) -> str:
    """Return a funding need with its error, which an empty bin about zero does not make."""
    return "none" if need.value < NOTHING else dollars_with_error(need)


def funding_sentences(result: Result) -> tuple[str, str]:
    """Return how much funding it takes, and how likely cash runs out."""
    need, last = result.funding_need, result.years[-1]
    chance = percent(result.chance_out_of_cash)
    if result.scenario.raising is None:
        runs_out = (
            f"Cash runs out by the end of {last} in {chance} of paths, assuming "
            f"{funding_assumption(result.scenario)}. "
            "That is how often more money is needed, no forecast of failure."
        )
    else:
        runs_out = (
            f"The lab fails by the end of {last} in {chance} of paths: cash falls below zero, and "
            "no money comes. Chances, sizes and values of [raising] are assumptions."
        )
    return (
        "Peak funding need (deepest cumulative free cash flow), bn USD: "
        f"P10 {money(need['p10'])}, P50 {money(need['p50'])}, P90 {money(need['p90'])}.",
        runs_out,
    )


def out_of_cash_sentence(scenario: Scenario) -> str:
    """Return how a chance of running out of cash is to be read."""
    if scenario.raising is not None:
        return (
            "Out of cash is where the lab fails: cash falls below zero, and no money comes. "
            "Chances, sizes and values of [raising] are assumptions."
        )
    return (
        f"Out of cash assumes {funding_assumption(scenario)}: it is how often more money is "
        "needed, no forecast of failure."
    )


def simulated_year(horizon: Horizon, year: int) -> str:
    """Name what a horizon has of a fiscal year."""
    has_begun = year == horizon.first_year and horizon.quarters_before > 0
    return f"the rest of {year}" if has_begun else str(year)


def cash_bridge_finding(result: Result, path: int) -> str:
    """Say in which fiscal year the path's free cash flow first is positive, and how it ends."""
    horizon, last = result.scenario.horizon, result.years[-1]
    by_quarter = result.traces[path, traced(Flow.FREE_CASH_FLOW)]
    flows = np.add.reduceat(by_quarter, horizon.year_begins)
    years = [simulated_year(horizon, year) for year in result.years]
    ends = f"{dollars(flows[0])} in {years[0]}"
    if len(years) > 1:
        ends += f", {dollars(flows[-1])} in {last}"
    positive = [year for year, flow in zip(years, flows, strict=True) if flow >= 0.0]
    if not positive:
        return f"On the median path free cash flow is never positive by {last}: {ends}"
    return f"On the median path free cash flow is first positive in {positive[0]}: {ends}"
