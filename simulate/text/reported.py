"""Revenue and gross margin beside what is reported of them, in words."""

from simulate.analysis.reported import Ends
from simulate.engine.result import Result
from simulate.model.outcomes import projected_event, projected_metric
from simulate.model.rows import Metric

from .numbers import dollars, share


def revenue_finding(result: Result, ends: Ends | None) -> str:
    """Say what revenue is in the headline's year, and between which medians alternatives are."""
    quarter, year = _headline(result)
    found = result.in_quarter(Metric.REVENUE, quarter)
    low, middle, high = (dollars(found[level].value) for level in ("p05", "p50", "p95"))
    said = f"Revenue of {year}: half of the paths reach {middle}"
    if ends is not None:
        said += f" ({_ends(ends, dollars(ends.low[quarter]), dollars(ends.high[quarter]))})"
    return f"{said}; P5 to P95 {low} to {high}"


def margins_finding(result: Result, ends: Ends | None) -> str:
    """Say at or above what the projected margin is in half of the paths, in the headline's year."""
    quarter, year = _headline(result)
    targets, metric = result.scenario.targets, projected_metric(result.scenario)
    median = share(result.in_quarter(metric, quarter)["p50"].value)
    said = f"Gross margin of {year}, {targets.projected_margin}: half of the paths reach {median}"
    if ends is None:
        return said
    return f"{said} ({_ends(ends, share(ends.low[quarter]), share(ends.high[quarter]))})"


def _headline(result: Result) -> tuple[int, str]:
    """Return the quarter and the year of what the company projects."""
    event = projected_event(result.scenario)
    return event.quarter, event.date


def _ends(ends: Ends, low: str, high: str) -> str:
    return f"{low} if {ends.lowest}, {high} if {ends.highest}"
