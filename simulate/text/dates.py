"""When margin and free cash flow get there, in words."""

from simulate.analysis.dates import joint_chances
from simulate.engine.result import NEVER, Result
from simulate.model.catalogue import HittingTime
from simulate.model.outcomes import projected_margin, projected_time
from simulate.model.rows import Hit

from .alternatives import chance_by_year, chance_of, chance_of_never
from .numbers import exact_percent, share


def margin_date_finding(result: Result) -> str:
    """Say how probable the company's projection is, or when half of the paths are at the target."""
    targets = result.scenario.targets
    main, year = projected_time(result.scenario), targets.projected_year
    what = f"Gross margin of {exact_percent(targets.gross_margin)}"
    if year not in result.years:
        return median_finding(result, main, what)
    chance = chance_by_year(result, main, year)
    return f"{what} by {year}, as the company projects: {chance}"


def cash_flow_date_finding(result: Result) -> str:
    """Say when half of the paths have had four quarters of positive free cash flow in a row."""
    return median_finding(
        result, Hit.CASH_FLOW_HELD, "Free cash flow positive, four quarters in a row"
    )


def median_finding(result: Result, time: HittingTime, what: str) -> str:
    """Say by when half of the paths get there, or how many do."""
    quarter = result.hitting_quarter(time, 0.5).quarter
    last = result.years[-1]
    if quarter == NEVER:
        return f"{what} by {last}: {chance_by_year(result, time, last)}"
    never = chance_of_never(result, time)
    return f"{what}: half of the paths by {quarter}; never by {last}: {never}"


def margin_and_cash_flow_finding(result: Result) -> str:
    """Say how probable both and neither are within the horizon."""
    chances, last = joint_chances(result), result.years[-1]
    under = {
        each.clause: joint_chances(result, each.name)
        for each in result.scenario.possible_alternatives
    }
    both = chance_of(chances.both, {clause: each.both for clause, each in under.items()}).cell
    none = {clause: each.neither for clause, each in under.items()}
    neither = chance_of(chances.neither, none).cell
    return f"Margin and cash flow both by {last}: {both}; neither: {neither}"


def margin_sentences(result: Result) -> tuple[str, ...]:
    """Say when half of the paths are at the target, how many never are, and what holding costs."""
    targets, last = result.scenario.targets, result.years[-1]
    time = projected_time(result.scenario)
    held = projected_margin(result.scenario).held
    first, kept = (result.probability_by_year(t, last).value for t in (time, held))
    return (
        f"{_median(result, time, f'have reached {exact_percent(targets.gross_margin)}')} "
        f"({targets.projected_margin}); {share(result.probability_never(time).value)} have not by "
        f"the end of {last}.",
        f"By then {share(first)} have been at the target, and {share(kept)} have stayed there for "
        f"{targets.hold_quarters} quarters in a row.",
    )


def cash_flow_sentences(result: Result) -> tuple[str, ...]:
    """Say when half of the paths have had four positive quarters in a row, and how many never."""
    last = result.years[-1]
    first, held = (
        result.probability_by_year(time, last).value
        for time in (Hit.CASH_FLOW_POSITIVE, Hit.CASH_FLOW_HELD)
    )
    positive = "have had positive free cash flow for four quarters in a row"
    return (
        f"{_median(result, Hit.CASH_FLOW_HELD, positive)}.",
        f"By the end of {last} {share(first)} of the paths have had a positive quarter, and "
        f"{share(held)} four in a row.",
    )


def _median(result: Result, time: Hit, what: str) -> str:
    quarter = result.hitting_quarter(time, 0.5).quarter
    if quarter == NEVER:
        return f"Fewer than half of the paths {what} by the end of {result.years[-1]}"
    return f"Half of the paths {what} by {quarter}"
