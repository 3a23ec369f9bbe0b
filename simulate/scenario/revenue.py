"""A lab's revenue by quarter, as far as figures tell it."""

from collections.abc import Sequence

from .figures import (
    Figure,
    at_run_rates,
    quarterly_revenue,
    reported_revenue,
    run_rates,
)
from .quarters import MONTHS_A_QUARTER, QUARTERS_A_YEAR, parse_quarter


def revenue_by_quarter(figures: Sequence[Figure], lab: str) -> dict[int, float]:
    """Return the revenue of each quarter that is known, in the order of quarters.

    Parameters
    ----------
    figures
        What is known; see ``figures.known``.
    lab
        Whose.

    Returns
    -------
    dict of int to float
        By quarter since year 0, in the unit of the figures: as reported; or else that of a year
        which is reported, in the shape of its run rates; or else at run rates, scaled as in the
        last year that is reported, up to the quarter of the last of them.
    """
    reported = reported_revenue(figures, lab)
    found: dict[int, float] = {}
    rates = run_rates(figures, lab)
    if len(rates) > 1:
        last_day, scale = rates[-1][0], None
        for year in range(min(_years(reported), default=last_day.year), last_day.year + 1):
            quarters = at_run_rates(figures, lab, year)
            if str(year) in reported:
                scale = reported[str(year)] / quarters.sum()
                quarters = quarterly_revenue(figures, lab, year)
            elif scale is None:
                continue
            else:
                quarters *= scale
                if first_half := reported.get(f"{year}H1"):
                    quarters *= first_half / quarters[:2].sum()
            found |= {QUARTERS_A_YEAR * year + q: float(r) for q, r in enumerate(quarters)}
        last = QUARTERS_A_YEAR * last_day.year + (last_day.month - 1) // MONTHS_A_QUARTER
        found = {
            q: r for q, r in found.items() if q <= last or str(q // QUARTERS_A_YEAR) in reported
        }
    found |= {parse_quarter(period): r for period, r in reported.items() if "Q" in period}
    return dict(sorted(found.items()))


def _years(periods: dict[str, float]) -> list[int]:
    return [int(period) for period in periods if period.isdigit()]
