"""How much funding it takes, and how cash flows on the median path, in words."""

from simulate.analysis.cash import NOTHING, chance_of_no_need
from simulate.engine.result import Result
from simulate.kernels.arrays import index
from simulate.model.rows import Metric
from simulate.scenario import Scenario
from simulate.scenario.inputs import funding_assumption

from .numbers import dollars, dollars_with_error, money, percent


def funding_need_finding(result: Result) -> str:
    """Say what half of the paths and one in ten need, or how many need nothing."""
    need = result.funding_need
    if need["p90"].value < NOTHING:
        return f"No funding needed: {percent(chance_of_no_need(result))}"
    return (
        f"Half of the paths need {dollars_with_error(need['p50'])} or more, "
        f"one in ten {dollars_with_error(need['p90'])}"
    )


def funding_sentences(result: Result) -> tuple[str, str]:
    """Return how much funding it takes, and how likely cash runs out."""
    need = result.funding_need
    return (
        "Peak funding need (deepest cumulative free cash flow), bn USD: "
        f"P10 {money(need['p10'])}, P50 {money(need['p50'])}, P90 {money(need['p90'])}.",
        f"Cash runs out by the end of {result.years[-1]} in "
        f"{percent(result.chance_out_of_cash)} of paths, assuming "
        f"{funding_assumption(result.scenario)}. "
        "That is how often more money is needed, no forecast of failure.",
    )


def out_of_cash_sentence(scenario: Scenario) -> str:
    """Return how a chance of running out of cash is to be read."""
    return (
        f"Out of cash assumes {funding_assumption(scenario)}: it is how often more money is "
        "needed, no forecast of failure."
    )


def cash_bridge_finding(result: Result, path: int) -> str:
    """Say in which fiscal year the path's free cash flow first is positive, and how it ends."""
    flows = {year: _metric(result, path, year, Metric.FREE_CASH_FLOW) for year in result.years}
    first, last = result.years[0], result.years[-1]
    positive = [year for year, flow in flows.items() if flow >= 0.0]
    ends = f"{dollars(flows[first])} in {first}"
    if last != first:
        ends += f", {dollars(flows[last])} in {last}"
    if not positive:
        return f"On the median path free cash flow is never positive by {last}: {ends}"
    return f"On the median path free cash flow is first positive in {positive[0]}: {ends}"


def _metric(result: Result, path: int, year: int, metric: Metric) -> float:
    return float(result.traces[path, index(metric), result.last_quarter(year)])
