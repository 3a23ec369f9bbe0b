"""What money comes, how long it lasts and what fails, in words."""

from simulate.analysis.capital import SourcesAndUses
from simulate.engine.result import Result
from simulate.model.capital import LONGEST_RUNWAY
from simulate.model.catalogue import AnyMetric, metrics_of
from simulate.model.rows import Hit

from .alternatives import chance_by_year
from .numbers import dollars, share
from .run import headline_years
from .years import told_year

# The bin of a tally that holds the longest runway begins below it.
LONGEST = 0.98 * LONGEST_RUNWAY
TENTH = 0.1


def sources_finding(result: Result, found: SourcesAndUses) -> str:
    """Say what the mean of paths sells and borrows up to the year of cash flow, and burns."""
    _, year = headline_years(result)
    until = result.years.index(year) + 1
    sold, borrowed, burnt = (
        float(part[:until].sum())
        for part in (
            found.sources["shares sold"],
            found.sources["debt issued"],
            found.uses["free cash flow < 0"],
        )
    )
    return (
        f"By {year} the mean of paths sells shares for {dollars(sold)}, borrows "
        f"{dollars(borrowed)} and burns {dollars(burnt)}"
    )


def runway_finding(result: Result) -> str:
    """Say how long cash lasts in a year at the median, and in one path in ten or what failed."""
    year = told_year(result)
    found = result.in_year(runway_of(result), year)
    median, low = (found[level].value for level in ("p50", "p10"))
    more = " or more" if median > LONGEST else ""
    lasts = f"At the end of {year} cash lasts {median:.0f} months{more} in half of the paths"
    failed = result.probability_by_year(Hit.OUT_OF_CASH, year).value
    # Their runway is 0, at P10 as well where they are a tenth of all.
    if failed >= TENTH:
        return f"{lasts}; {share(failed)} have failed"
    return f"{lasts}, {low:.0f} or less in one in ten"


def runway_of(result: Result) -> AnyMetric:
    """Return the metric that says how many months cash lasts."""
    return next(m for m, title in metrics_of(result.scenario).items() if title == "runway")


def incidence_finding(result: Result) -> str:
    """Say how many paths have earned their cash by a year, and how many failed first."""
    _, year = headline_years(result)
    earns = chance_by_year(result, Hit.CASH_FLOW_HELD, year)
    failed = result.probability_failed_first(Hit.CASH_FLOW_HELD, year).value
    return (
        f"Four quarters of positive free cash flow by {year}: {earns.value}; failed before that: "
        f"{share(failed)}"
    )
