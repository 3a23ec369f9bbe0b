"""Reported figures as data: which count, and what of them was known on a day."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, Field, ValidationError

from .data_files import decode, read_cells, read_header, split_declared
from .days import Day
from .mistakes import ScenarioError, did_you_mean, in_words
from .notation import PERCENT, Notation, read_number
from .packaged import packaged_path
from .reach import read_regular

FILE = "figures.csv"
# Of the model.
UNITS = ("bn USD", "share")
# Bytes.
LARGEST = 10_000_000
# Of what has come true, by whatever account; the others are views of what is to come.
Kind = Literal["level", "estimate", "plan", "revision", "forecast error"]
Firmness = Literal["A", "C", "L", "E", "D"]
REALISED = ("level", "estimate", "forecast error")
# The firmest first: audited, leaked documents, derived, a company's word, an analyst's.
FIRMNESS = "ALDCE"
# A run rate is of the four weeks before its day (N8).
RUN_RATE_DAYS = 28
PERIOD = re.compile(r"(?:19|2[01])\d{2}(?:Q[1-4]|H[12]|-(?:0[1-9]|1[0-2]))?")
SHARE = "share"
NOT_FINITE = ("nan", "inf", "infinity")
UNIT = re.compile(rf"{SHARE}|(?P<size>bn|m) [A-Z]{{3}}")
# No lab's share is further from 0 than the first, and no amount in bn than the other.
MOST_SHARE, MOST_BILLIONS = 10.0, 1e4
# What is never negative, as far as a reader can tell by the name.
NEVER_NEGATIVE = ("revenue", "run rate")


def _period(given: str) -> str:
    if not PERIOD.fullmatch(given):
        raise ValueError("write a period as 2025, 2025H1, 2026Q1 or 2026-03")
    return given


def _unit(given: str) -> str:
    if not UNIT.fullmatch(given):
        raise ValueError(f"must be {SHARE}, or bn or m of a currency, such as bn USD")
    return given


def _number(given: Any) -> Any:
    is_text = isinstance(given, str) and given.lower().lstrip("+-") not in NOT_FINITE
    return read_number(given) if is_text else given


class Figure(BaseModel, frozen=True, extra="forbid", allow_inf_nan=False):
    """A reported figure.

    Attributes
    ----------
    id
        Of its row in the tables of facts.
    lab
        Whose it is.
    quantity, definition
        Of what, and by which of several definitions of that.
    period
        As ``2025``, ``2025H1``, ``2026Q1``, or a month.
    value
        In its unit.
    error
        One standard deviation of its rounding and reporting, in its unit; None if unknown.
    unit
        As ``bn USD`` or ``share``.
    kind
        ``level``, ``estimate``, ``plan``, ``revision`` or ``forecast error``.
    about
        The last day of its period.
    known_on
        When it became known.
    firmness
        A audited or filed, C a company's statement, L leaked, E an analyst's, D derived.
    report
        Figures of one report share one error.
    note
        What a reader has to know of it.
    """

    id: str = ""
    lab: str
    quantity: str
    definition: str = ""
    period: Annotated[str, AfterValidator(_period)]
    value: Annotated[float, BeforeValidator(_number)]
    error: Annotated[float, BeforeValidator(_number), Field(ge=0.0)] | None = None
    unit: Annotated[str, AfterValidator(_unit)]
    kind: Kind
    about: Day
    known_on: Day
    firmness: Firmness = "C"
    report: str = ""
    note: str = ""


# A CSV file of figures, or what was read of it; None for those that come with the package.
Figures = Sequence[Figure] | str | Path | None


@cache
def packaged_figures() -> tuple[Figure, ...]:
    """Return the figures that come with the package."""
    return read_figures(packaged_path(FILE, "docs", "data"))


def read_figures(file: Path) -> tuple[Figure, ...]:
    """Read figures from a CSV file with a column for each attribute of ``Figure``.

    Those that have a default may be missing.

    Raises
    ------
    ScenarioError
        That names the row and the column that isn't understood.
    """
    try:
        content = read_regular(file, LARGEST, "a CSV file of figures")
    except FileNotFoundError:
        raise ScenarioError(f"{file}: no such file") from None
    try:
        declared, text = split_declared(decode(content))
        header = read_header(text, Notation(separator=declared))
        columns = [read_cells(text, header, place) for place in range(len(header.names))]
    except ValueError as error:
        raise ScenarioError(f"{file}: not readable as a table: {error}") from None
    _refuse_columns(file, header.names)
    rows = enumerate(zip(*columns, strict=True), start=2)
    figures = {
        line: _figure(f"{file}, line {line}", dict(zip(header.names, cells, strict=True)))
        for line, cells in rows
        if any(cells)
    }
    _refuse_twice(file, figures)
    return tuple(figures.values())


def _refuse_twice(file: Path, figures: Mapping[int, Figure]) -> None:
    """Raise if two lines tell the same, or two accounts of one thing, or an id is of two labs."""
    lines: dict[tuple[Any, ...], int] = {}
    lab_of: dict[str, int] = {}
    for line, figure in figures.items():
        first = lines.setdefault(_told_of(figure), line)
        if first != line:
            other = figures[first].value
            same = "says the same as" if figure.value == other else f"is {other:g} in"
            raise ScenarioError(
                f'{file}, line {line}: value = "{figure.value:g}": {same} line {first}; leave one '
                "of the two out, or say in their notes how they differ"
            )
        first = lab_of.setdefault(figure.id, line) if figure.id else line
        if figures[first].lab != figure.lab:
            raise ScenarioError(
                f'{file}, line {line}: id = "{figure.id:.60}": is of {figures[first].lab:.60} in '
                f"line {first}; an id is of one lab"
            )


def _told_of(figure: Figure) -> tuple[Any, ...]:
    """Return what two figures tell the same of, if it is equal."""
    given = figure.model_dump(exclude={"value", "error", "report", "unit"})
    return tuple(given.values())


def _refuse_columns(file: Path, names: Sequence[str]) -> None:
    """Raise if a column is missing, or is of nothing that a figure has."""
    needed = [name for name, field in Figure.model_fields.items() if field.is_required()]
    missing = [name for name in needed if name not in names]
    unknown = [name for name in names if name not in Figure.model_fields]
    if missing:
        known = f"needed are {', '.join(needed)}"
        hint = did_you_mean(missing[0], unknown)
        raise ScenarioError(f'{file}: there is no column "{missing[0]}"; {hint or known}')
    if unknown:
        known = f"figures have {', '.join(Figure.model_fields)}"
        raise ScenarioError(f'{file}: unknown column "{unknown[0]:.60}"; leave it out, {known}')


def _figure(where: str, cells: dict[str, str]) -> Figure:
    stated = {name: cell.strip() for name, cell in cells.items() if cell.strip()}
    try:
        figure = Figure.model_validate(stated)
    except ValidationError as error:
        first = error.errors()[0]
        if first["type"] == "missing":
            raise ScenarioError(f"{where}: {first['loc'][0]} is missing") from None
        given = f'{first["loc"][0]} = "{first["input"]:.60}"'
        raise ScenarioError(f"{where}: {given}: {in_words(first)}") from None
    if wrong := _beyond_reason(figure, stated["value"]):
        raise ScenarioError(f'{where}: value = "{stated["value"]:.60}": {wrong}')
    if str(figure.about.year) != figure.period[:4]:
        raise ScenarioError(
            f'{where}: about = "{figure.about}": is no day of {figure.period}; write the last day '
            "of the period"
        )
    return figure


def _beyond_reason(figure: Figure, written: str) -> str:
    """Return why a value can't be meant as it is written, and what would be right, or nothing."""
    if figure.unit == SHARE:
        percent = f"; write {figure.value / 100.0:g}, or {figure.value:g}%, if it is in percent"
        if abs(figure.value) > MOST_SHARE:
            return f"a share is from -{MOST_SHARE:g} to {MOST_SHARE:g}{percent}"
        if figure.quantity == "gross margin" and figure.value > 1.0:
            return f"a gross margin is at most 1{percent}"
        return ""
    if PERCENT in written:
        return f"a percentage is a share, and the unit is {figure.unit}"
    if figure.quantity in NEVER_NEGATIVE and figure.value < 0.0:
        return f"{figure.quantity} is never negative"
    most = MOST_BILLIONS * (1.0 if figure.unit.startswith("bn") else 1e3)
    if abs(figure.value) > most:
        smaller = f"; is it in {figure.unit.replace('bn', 'm')}?" if most == MOST_BILLIONS else ""
        return f"beyond {most:g} {figure.unit} no figure is taken{smaller}"
    return ""


def told_figures(given: Figures) -> list[Figure]:
    """Return figures with millions of dollars in billions; other units stay."""
    figures = packaged_figures() if given is None else given
    figures = read_figures(Path(figures)) if isinstance(figures, (str, Path)) else figures
    return [
        figure.model_copy(update={"value": figure.value / 1e3, "unit": UNITS[0]})
        if figure.unit == "m USD"
        else figure
        for figure in figures
    ]


def firmest(figures: Iterable[Figure]) -> Figure:
    """Return the firmest of several accounts of one thing, the first of those that are alike."""
    return min(figures, key=lambda figure: FIRMNESS.index(figure.firmness))


def known(figures: Iterable[Figure], on: date) -> list[Figure]:
    """Return the figures that a forecast made on a day may use.

    What has come true by then may be used, though it was published later (it is reconstructed);
    plans, revisions and views only once they were known.
    """
    return [
        figure
        for figure in figures
        if (figure.about if figure.kind in REALISED else figure.known_on) <= on
    ]


def published(figures: Iterable[Figure], on: date) -> list[Figure]:
    """Return the figures of what has come true that were known on a day."""
    return [f for f in figures if f.kind in REALISED and max(f.about, f.known_on) <= on]


def newest(figures: Iterable[Figure], quantity: str, definition: str) -> Figure | None:
    """Return the figure of a quantity that is about the latest day, of several that known last."""
    told = (f for f in figures if (f.quantity, f.definition) == (quantity, definition))
    return max(told, key=lambda figure: (figure.about, figure.known_on), default=None)


def reconstructed(figure: Figure, on: date) -> bool:
    """Tell whether a figure's period was over on a day, but the figure not yet known."""
    return figure.kind in REALISED and figure.about <= on < figure.known_on
