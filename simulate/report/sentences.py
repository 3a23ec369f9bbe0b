"""What a page says in words, written from the numbers of a result."""

import math

from simulate.answer_parts import few_paths_sentences, headline_years
from simulate.kernels.rows import Hit
from simulate.number_format import percent, share
from simulate.result import NEVER, Result, projected_time

# Of an interval's ends: that of a million paths is narrow.
DIGITS = 5


def margin_sentences(result: Result) -> tuple[str, ...]:
    """Say when half of the paths are at the target, how many never are, and what holding costs."""
    targets, last = result.scenario.targets, result.years[-1]
    time = projected_time(result.scenario)
    held = Hit.MARGIN_PAYING_HELD if time is Hit.MARGIN_PAYING else Hit.MARGIN_ALL_HELD
    first, kept = (result.probability_by_year(t, last).value for t in (time, held))
    return (
        f"{_median(result, time, f'have reached {targets.gross_margin:.0%}')} "
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


def error_sentences(result: Result) -> tuple[str, ...]:
    """Say how errors are known, and how well."""
    how = (
        "a scrambled Sobol' point set randomised on its own"
        if result.scenario.sampling.sampler == "sobol"
        else "an independent pseudo-random stream"
    )
    unsure = 1.0 / math.sqrt(2.0 * (result.replicates - 1))
    return (
        f"The {result.paths:,} paths are {result.replicates} replicates, each {how}. ± is one "
        "standard error, from the spread of the replicates; where no path or every path counts, "
        "there is the bound of a 95% interval instead. So many replicates tell an error to about "
        f"{unsure:.0%} of itself.",
        *few_paths_sentences(result),
    )


def interval_sentence(result: Result) -> str:
    """Say between which values the probability of the headline is."""
    year, _ = headline_years(result)
    chance = result.probability_by_year(projected_time(result.scenario), year)
    decimals = max(0, DIGITS - 1 - math.floor(math.log10(100.0 * chance.high)))
    low, high = (f"{100.0 * end:.{decimals}f}%" for end in (chance.low, chance.high))
    return (
        f"The probability at the head of this page is {percent(chance)}; its 95% interval runs "
        f"from {low} to {high}."
    )
