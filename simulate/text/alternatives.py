"""Probabilities over all alternatives with the range between them, in words."""

import math
from collections.abc import Callable, Mapping
from typing import NamedTuple

from simulate.engine.estimate import Estimate
from simulate.engine.result import Result
from simulate.model.catalogue import HittingTime

from .numbers import SHARE, Unit, exact_percent, percent
from .tables import Row, Table, heading

# A range of ten points and more is told in whole percent, of one point with a decimal.
POINTS_FOR_WHOLE = 0.1
MOST_DECIMALS = 2


class Chance(NamedTuple):
    """A probability over all alternatives, in words.

    Attributes
    ----------
    value
        To the digit that the range lets count; without a range, with its standard error.
    range
        The least and the greatest with what is so there; empty where that makes no difference.
    error
        The simulation's own.
    """

    value: str
    range: str
    error: str

    def __str__(self) -> str:
        """Return the value with its range, such as ``about 9% (3% if …, 14% if …)``."""
        return f"{self.value} ({self.range})" if self.range else self.value

    @property
    def cell(self) -> str:
        """The value with the range's ends alone, such as ``9% (3-14)``."""
        if not self.range:
            return self.value
        ends = (end.partition("%")[0] for end in self.range.split(", "))
        return f"{self.value.removeprefix('about ')} ({'-'.join(ends)})"

    def of(self, what: str = "") -> str:
        """Return the value with what it is of, the range, and the simulation's error."""
        return f"{self.value}{what}" + (f" ({self.range}; {self.error})" if self.range else "")


def chance_by_year(result: Result, time: HittingTime, year: int) -> Chance:
    """Return the probability that an outcome comes by the end of a year."""
    return chance_by(result, time, result.last_quarter(year))


def chance_by(result: Result, time: HittingTime, quarter: int) -> Chance:
    """Return the probability that an outcome comes by the end of a quarter of the horizon."""
    under = {
        each.clause: result.probability_by(time, quarter, each.name)
        for each in result.scenario.possible_alternatives
    }
    return chance_of(result.probability_by(time, quarter), under)


def chance_of_never(result: Result, time: HittingTime) -> Chance:
    """Return the probability that an outcome does not come within the horizon."""
    return _chance(result, result.probability_never, time)


def chances_of_never(result: Result, time: HittingTime) -> dict[str, Chance]:
    """Return the probability that an outcome does not come within the horizon, by what comes first.

    Where paths may fail, those that do are told apart.
    """
    last = result.years[-1]
    if result.scenario.raising is None:
        return {f"never by {last}": chance_of_never(result, time)}
    return {
        "failed first": _chance(result, result.probability_failed_first, time),
        f"neither by {last}": _chance(result, result.probability_neither, time),
    }


def _chance(result: Result, ask: Callable[..., Estimate], time: HittingTime) -> Chance:
    """Return a probability of a hitting time, over all alternatives and in each."""
    alternatives = result.scenario.possible_alternatives
    return chance_of(ask(time), {each.clause: ask(time, given=each.name) for each in alternatives})


def chance_of(pooled: Estimate, under: Mapping[str, Estimate]) -> Chance:
    """Return a probability in words.

    Parameters
    ----------
    pooled
        Over all alternatives.
    under
        In each, by what is so there.
    """
    error = percent(pooled)
    values = {clause: estimate.value for clause, estimate in under.items()}
    if len(set(values.values())) < 2:
        return Chance(error, "", "")
    least, most = (end(values, key=lambda clause: values[clause]) for end in (min, max))
    decimals = _decimals(values[most] - values[least])
    ends = (f"{_rounded(values[clause], decimals)} if {clause}" for clause in (least, most))
    _, sign, size = error.partition(" ± ")
    return Chance(
        f"about {_rounded(pooled.value, decimals)}",
        ", ".join(ends),
        f"simulation ± {size}%" if sign else f"simulation {error}",
    )


def figure_cell(unit: Unit, pooled: Estimate, under: Mapping[str, Estimate]) -> str:
    """Return a figure: a probability with its range over alternatives, where there are some."""
    return chance_of(pooled, under).cell if unit.is_probability else unit.estimate(pooled)


def alternative_table(result: Result, times: Mapping[HittingTime, int]) -> Table:
    """Return probabilities under each alternative, and over all of them.

    Parameters
    ----------
    times
        The outcomes, each with the year by whose end it is to come.
    """
    level = exact_percent(result.scenario.targets.gross_margin)
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
    pooled = (chance_by_year(result, t, y).cell for t, y in times.items())
    heads = (heading(f"{t.short.format(level=level)} by {y}") for t, y in times.items())
    return Table(
        "Probability by alternative",
        ("alternative", "weight", *heads),
        (*rows, Row("all together", ("100%", *pooled), weight="bold")),
    )


def _decimals(spread: float) -> int:
    """Return how many decimals of a percentage a range between alternatives lets count."""
    return min(max(0, math.ceil(math.log10(POINTS_FOR_WHOLE / round(spread, 12)))), MOST_DECIMALS)


def _rounded(value: float, decimals: int) -> str:
    """Return a probability in percent, 0% and 100% only where they are exact."""
    written = SHARE.rounded(value, decimals)
    if value > 0.0 and float(written[:-1]) == 0.0:
        return f"<{SHARE.rounded(0.01 * 10.0**-decimals, decimals)}"
    if value < 1.0 and float(written[:-1]) == 100.0:
        return f">{SHARE.rounded(1.0 - 0.01 * 10.0**-decimals, decimals)}"
    return written
