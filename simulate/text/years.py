"""Margin and amounts by year, in words."""

from simulate.engine.estimate import Estimate
from simulate.engine.result import Result
from simulate.model.outcomes import projected_metric
from simulate.model.rows import Metric

from .numbers import dollars, exact_percent, money, percent, share

FIFTH_YEAR = 4


def margin_by_year_finding(result: Result) -> str:
    """Say how probable the target is in the projected year and in the last."""
    targets, metric = result.scenario.targets, projected_metric(result.scenario)
    named = sorted({y for y in (targets.projected_year, result.years[-1]) if y in result.years})
    written = _about if len(result.alternatives) > 1 else percent
    odds = [result.probability_at_least(metric, year, targets.gross_margin) for year in named]
    return f"Gross margin of {exact_percent(targets.gross_margin)} or more: " + ", ".join(
        f"{written(chance)} in {year}" for chance, year in zip(odds, named, strict=True)
    )


def _about(chance: Estimate) -> str:
    """Return a probability to a digit that alternatives, which differ, let count."""
    return f"about {share(chance.value)}"


def told_year(result: Result) -> int:
    """Return the horizon's fifth year, or its last."""
    return result.years[min(FIFTH_YEAR, len(result.years) - 1)]


def fans_finding(result: Result) -> str:
    """Say between which values P5 and P95 lie in the horizon's fifth year, or its last."""
    year = told_year(result)
    margin = result.in_year(projected_metric(result.scenario), year)
    flow = result.in_year(Metric.FREE_CASH_FLOW, year)
    return (
        f"{year}, P5 to P95: gross margin {share(margin['p05'].value)} to "
        f"{share(margin['p95'].value)}, free cash flow {dollars(flow['p05'].value)} to "
        f"{dollars(flow['p95'].value)}"
    )


def fiscal_year_sentences(result: Result) -> list[str]:
    """Return revenue and free cash flow of the horizon's fifth year, or its last."""
    year = told_year(result)
    lines = []
    for metric, name in ((Metric.REVENUE, "revenue"), (Metric.FREE_CASH_FLOW, "free cash flow")):
        found = result.in_year(metric, year)
        values = ", ".join(
            f"{level.upper()} {money(found[level])}" for level in ("p10", "p50", "p90")
        )
        lines.append(f"Fiscal {year}, {name}, bn USD: {values}.")
    return lines
