"""Which figures a hindcast scores, and what came true of them."""

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache

from pydantic import BaseModel

from .figures import UNITS, Figure, firmest
from .packaged import packaged_path
from .quarters import QUARTERS_A_YEAR, parse_quarter
from .reconstruct import quarterly_revenue

FILE = "scored.csv"
REVENUE = "revenue"
# Quarters ahead that are scored where no list says so.
AHEAD = (1, 2)
YEAR_OR_QUARTER = re.compile(r"\d{4}(Q[1-4])?")


class Scored(BaseModel, frozen=True, extra="forbid"):
    """A figure that is scored.

    Attributes
    ----------
    lab, quantity, definition, period
        As of a ``Figure``; a fiscal year, or a quarter.
    quarters_ahead
        From the last quarter that is known to the period's last.
    id
        Of the figure that tells what came true.
    """

    lab: str
    quantity: str
    definition: str
    period: str
    quarters_ahead: int
    id: str

    @property
    def name(self) -> str:
        """What it is, as an outcome is asked for."""
        return ", ".join(filter(None, (self.quantity, self.definition)))

    @property
    def last_known(self) -> int:
        """The quarter at whose end it is forecast."""
        return last_quarter(self.period) - self.quarters_ahead


@cache
def packaged_list() -> tuple[Scored, ...]:
    """Return the list that comes with the package, which was made before anything was fitted."""
    with packaged_path(FILE, "docs", "data").open(encoding="utf-8", newline="") as rows:
        return tuple(Scored.model_validate(row) for row in csv.DictReader(rows))


def last_quarter(period: str) -> int:
    """Return the last quarter of a fiscal year or a quarter."""
    return parse_quarter(period if "Q" in period else f"{period}Q{QUARTERS_A_YEAR}")


def reported_after(figures: Iterable[Figure], lab: str, known: int) -> Iterator[Scored]:
    """Yield what a forecast made at a quarter's end can be scored on, each once.

    Parameters
    ----------
    figures
        Of which levels of fiscal years and quarters count.
    lab
        Whose.
    known
        The last quarter that was known.
    """
    seen = set()
    for figure in figures:
        what = (figure.quantity, figure.definition, figure.period)
        if (figure.lab, figure.kind) != (lab, "level") or what in seen:
            continue
        if YEAR_OR_QUARTER.fullmatch(figure.period) and last_quarter(figure.period) > known:
            seen.add(what)
            ahead = last_quarter(figure.period) - known
            quantity, definition, period = what
            yield Scored(
                lab=lab,
                quantity=quantity,
                definition=definition,
                period=period,
                quarters_ahead=ahead,
                id=figure.id,
            )


def each_quarter_of_revenue(figures: Sequence[Figure]) -> Iterator[Scored]:
    """Yield the quarters of any lab's revenue, each as forecast one and two quarters ahead."""
    for lab in dict.fromkeys(figure.lab for figure in figures):
        for scored in reported_after(figures, lab, 0):
            if scored.name == REVENUE and "Q" in scored.period:
                for ahead in AHEAD:
                    yield scored.model_copy(update={"quarters_ahead": ahead})


def came_true(scored: Scored, figures: Sequence[Figure]) -> float:
    """Return what came true: by the firmest account, or by the quarters of a year's revenue.

    Raises
    ------
    ValueError
        If the figures don't tell.
    """
    what = (scored.lab, "level", scored.quantity, scored.definition, scored.period)
    accounts = [f for f in figures if (f.lab, f.kind, f.quantity, f.definition, f.period) == what]
    if accounts:
        account = firmest(accounts)
        if account.unit not in UNITS:
            raise ValueError(f"{account.id} is in {account.unit}, the model in {UNITS[0]}")
        return account.value
    if scored.quantity != REVENUE or "Q" not in scored.period:
        raise ValueError(f"no figure tells {scored.name} of {scored.period}")
    year, place = divmod(last_quarter(scored.period), QUARTERS_A_YEAR)
    return float(quarterly_revenue(figures, scored.lab, year)[place])
