"""Probabilities over all alternatives with the range between them, in words."""

import math
from collections.abc import Mapping

from simulate.engine.estimate import Estimate
from simulate.engine.result import Result
from simulate.model.outcomes import HITTING_TIMES
from simulate.model.rows import Hit

from .numbers import SHARE, percent
from .tables import Row, Table, heading

# A range of ten points and more is told in whole percent, of one point with a decimal.
POINTS_FOR_WHOLE = 0.1
MOST_DECIMALS = 2


def chance_by_year(result: Result, time: Hit, year: int) -> str:
    """Return the probability that an outcome comes by the end of a year, with its range."""
    quarter = result.last_quarter(year)
    pooled = result.probability_by(time, quarter)
    return with_range(pooled, under_each(result, time, quarter))


def chance_with_error(result: Result, time: Hit, year: int, of: str = "") -> str:
    """Return the same with the simulation's own error, and after the number what it is of."""
    quarter = result.last_quarter(year)
    pooled, under = result.probability_by(time, quarter), under_each(result, time, quarter)
    if not _differs(under):
        return f"{percent(pooled)}{of}"
    error = percent(pooled).partition(" ± ")[2]
    simulation = f"simulation ± {error}%" if error else f"simulation {percent(pooled)}"
    return f"{about(pooled, under)}{of} ({range_in_words(under)}; {simulation})"


def under_each(result: Result, time: Hit, quarter: int) -> dict[str, Estimate]:
    """Return an outcome's probability by the end of a quarter by what is so in an alternative."""
    return {
        each.clause: result.probability_by(time, quarter, each.name)
        for each in result.scenario.possible_alternatives
    }


def never_under_each(result: Result, time: Hit) -> dict[str, Estimate]:
    """Return the probability that an outcome does not come by what is so in an alternative."""
    return {
        each.clause: result.probability_never(time, each.name)
        for each in result.scenario.possible_alternatives
    }


def with_range(pooled: Estimate, under: Mapping[str, Estimate]) -> str:
    """Return a probability over all alternatives, and which of them give the least and the most.

    Parameters
    ----------
    pooled
        Over all of them.
    under
        By what is so in each. Where it makes no difference, the pooled one stands with its error.
    """
    if not _differs(under):
        return percent(pooled)
    return f"{about(pooled, under)} ({range_in_words(under)})"


def about(pooled: Estimate, under: Mapping[str, Estimate]) -> str:
    """Return a pooled probability to the digit that the range between alternatives lets count."""
    return f"about {_rounded(pooled.value, _decimals(under))}"


def range_in_words(under: Mapping[str, Estimate]) -> str:
    """Return the least and the greatest probability with what is so there."""
    decimals = _decimals(under)
    ends = (min(under, key=lambda c: under[c].value), max(under, key=lambda c: under[c].value))
    return ", ".join(f"{_rounded(under[clause].value, decimals)} if {clause}" for clause in ends)


def alternative_table(result: Result, times: Mapping[Hit, int]) -> Table:
    """Return probabilities under each alternative, and over all of them.

    Parameters
    ----------
    times
        The outcomes, each with the year by whose end it is to come.
    """
    level = SHARE.rounded(result.scenario.targets.gross_margin, 0)
    rows = [
        Row(
            f"if {each.clause}",
            (
                SHARE.significant(result.alternatives[each.name], 3),
                *(percent(result.probability_by_year(t, y, each.name)) for t, y in times.items()),
            ),
        )
        for each in result.scenario.possible_alternatives
    ]
    pooled = (percent(result.probability_by_year(t, y)) for t, y in times.items())
    heads = (heading(f"{t.short.format(level=level)} by {y}") for t, y in times.items())
    return Table(
        "Probability by alternative",
        ("alternative", "weight", *heads),
        (*rows, Row("all together", ("100%", *pooled), weight="bold")),
    )


def _differs(under: Mapping[str, Estimate]) -> bool:
    return len({estimate.value for estimate in under.values()}) > 1


def _decimals(under: Mapping[str, Estimate]) -> int:
    values = [estimate.value for estimate in under.values()]
    spread = round(max(values) - min(values), 12)
    return min(max(0, math.ceil(math.log10(POINTS_FOR_WHOLE / spread))), MOST_DECIMALS)


def _rounded(value: float, decimals: int) -> str:
    """Return a probability in percent, 0% and 100% only where they are exact."""
    written = SHARE.rounded(value, decimals)
    if 0.0 < value and float(written[:-1]) == 0.0:
        return f"<{SHARE.rounded(0.01 * 10.0**-decimals, decimals)}"
    if value < 1.0 and float(written[:-1]) == 100.0:
        return f">{SHARE.rounded(1.0 - 0.01 * 10.0**-decimals, decimals)}"
    return written
