"""Something seen of a lab, such as a quarter's revenue, and what it says of paths."""

import itertools
import math
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from simulate.kernels.arrays import index
from simulate.scenario import Scenario, ScenarioError
from simulate.scenario.chain import read_toml
from simulate.scenario.quarters import QUARTERS_A_YEAR
from simulate.scenario.units import number_in_unit, scale_hint, states_unit

from .outcomes import (
    DATE,
    HITTING_TIMES,
    METRICS,
    Event,
    known_name,
    parse_event,
    projected_metric,
    quarter_in_horizon,
    refuse_other_target,
)
from .rows import Metric
from .schedule import base_year_ramp

Array = NDArray[np.float64]
# From metrics by path and quarter, shape (paths, metrics, quarters), to a number a path.
Measure = Callable[[Array], Array]
YES, NO = 1.0, 0.0
TWELVE_MONTHS = r"(?:twelve|12)[ -]months\s+to\s+"
SEEN = re.compile(
    rf"(?P<name>.+?)\s+(?P<trailing>{TWELVE_MONTHS})?(?P<date>{DATE})\s*=\s*"
    r"(?P<value>.+?)\s*(?:(?:±|\+-|\+/-)\s*(?P<error>.+))?"
)
HAPPENED = re.compile(rf"(?P<event>.+?\s+by\s+{DATE})\s*=\s*(?P<answer>.+)")
ANSWERS = {"yes": YES, "no": NO}
MOST_OBSERVED = 100
FORM = '"revenue 2026Q1 = 3.0 bn ± 5%" or "out of cash by 2026 = no"'
# Flows of which the base year's quarters are known, and so every quarter's own.
QUARTERLY = (Metric.REVENUE, Metric.TRAINING)
FILE_FORM = '[[observed]] with what = "revenue 2026 = 15 bn ± 2%" and source = "…"'


@dataclass(frozen=True)
class Figure:
    """A metric of a fiscal year, of twelve months to a quarter, or of a quarter alone.

    Attributes
    ----------
    name
        As a reader names it, such as ``revenue 2026Q1``.
    metric
        Which metric.
    quarter
        Its last, counted from the first of the horizon.
    base
        The flow of the base year's quarters where a quarter's own flow is meant, shape (4,).
    """

    name: str
    metric: Metric
    quarter: int
    base: tuple[float, ...] | None = None

    @property
    def is_share(self) -> bool:
        """Whether it is a margin, and not money."""
        return self.metric in (Metric.MARGIN_PAYING, Metric.MARGIN_ALL)

    @property
    def unit(self) -> str:
        """Its unit."""
        return "share" if self.is_share else "bn USD"

    @property
    def quarters(self) -> int:
        """Over how many quarters it is."""
        return QUARTERS_A_YEAR if self.base is None else 1

    @property
    def identity(self) -> tuple[object, ...]:
        """What is alike of figures that are the same number, however their dates are written."""
        return self.metric, self.quarter, self.base

    def shares_quarters_with(self, other: "Figure") -> bool:
        """Tell whether both hold a quarter's flow of one metric, such as a year and its quarter."""
        if self.metric != other.metric or self.metric == Metric.CASH:
            return False
        own, others = (figure.quarter - figure.quarters for figure in (self, other))
        return own < other.quarter and others < self.quarter

    def of_traces(self, traces: Array) -> Array:
        """Return it of each path, shape (paths,), of metrics, shape (paths, metrics, quarters)."""
        trailing = traces[:, index(self.metric)]
        if self.base is None:
            return trailing[:, self.quarter]
        return quarter_flow(trailing, self.base, self.quarter)

    def of_paths(self, outcomes: pd.DataFrame) -> Array:
        """Return it of each path of a run that measured it."""
        return outcomes[self.name].to_numpy(float)

    def written(self, value: float) -> str:
        """Return a value with its unit."""
        return f"{value:.1%}" if self.is_share else f"{value:,.3g} bn"


@dataclass(frozen=True)
class Happening:
    """Whether an event has happened: 1 for yes, 0 for no."""

    event: Event

    @property
    def name(self) -> str:
        """The event and its date."""
        return self.event.name

    @property
    def unit(self) -> str:
        """Its unit: none."""
        return ""

    @property
    def identity(self) -> tuple[object, ...]:
        """What is alike of the same events, however their dates are written."""
        return self.event.time, self.event.quarter

    def of_paths(self, outcomes: pd.DataFrame) -> Array:
        """Return it of each path of a run."""
        hitting = outcomes[HITTING_TIMES[self.event.time]].to_numpy()
        return (hitting <= self.event.quarter).astype(float)

    def written(self, value: float) -> str:
        """Return yes or no."""
        return "yes" if value == YES else "no"


@dataclass(frozen=True)
class Observation:
    """A value that has been seen.

    Attributes
    ----------
    text
        As it was given.
    seen
        Of what.
    value
        In billions of dollars, as a share, or 1 for what has happened and 0 for what hasn't.
    error
        One standard deviation of the measurement: of the value, or of its logarithm; None where
        none is given.
    of_logarithm
        Which of the two.
    source
        Where it is from.
    where
        What holds the text, for messages.
    """

    text: str
    seen: Figure | Happening
    value: float
    error: float | None = None
    of_logarithm: bool = False
    source: str = ""
    where: str = ""

    def contradicts(self, other: "Observation") -> bool:
        """Tell whether this has happened, and the other says that it hasn't by then or later."""
        return (
            isinstance(self.seen, Happening)
            and isinstance(other.seen, Happening)
            and self.seen.event.time is other.seen.event.time
            and self.seen.event.quarter <= other.seen.event.quarter
            and (self.value, other.value) == (YES, NO)
        )

    def log_likelihood(self, paths: Array) -> Array:
        """Return the log density of what was seen if it is truly so, up to a constant.

        Parameters
        ----------
        paths
            What is true in each path, shape (paths,).

        Returns
        -------
        ndarray, shape (paths,)
            Minus infinity where the path rules out what was seen.
        """
        if self.error is None:
            return np.where(paths == self.value, 0.0, -math.inf)
        if not self.of_logarithm:
            return -0.5 * ((self.value - paths) / self.error) ** 2
        positive = paths > 0.0
        distance = math.log(self.value) - np.log(np.where(positive, paths, 1.0))
        return np.where(positive, -0.5 * (distance / self.error) ** 2, -math.inf)


def refuse_repeated(observations: Sequence[Observation]) -> None:
    """Raise if two observations are of one thing, and so would count twice, or contradict.

    Raises
    ------
    ScenarioError
        That names both.
    """
    for one, other in itertools.combinations(observations, 2):
        both = f"{one.where} and {other.where}"
        if one.contradicts(other) or other.contradicts(one):
            raise ScenarioError(f"{both}: what has happened can't be yet to come; leave one out")
        if one.seen.identity == other.seen.identity:
            raise ScenarioError(
                f"{both}: the same {one.seen.name} would count twice; leave one out"
            )


def overlap_sentences(observations: Sequence[Observation]) -> list[str]:
    """Say which figures hold the same quarters, as a year and one of its own does."""
    return [
        f"{one.seen.name} and {other.seen.name} share quarters, and their errors count as "
        "independent; leave one out if it was worked out from the other."
        for one, other in itertools.combinations(observations, 2)
        if isinstance(one.seen, Figure)
        and isinstance(other.seen, Figure)
        and one.seen.shares_quarters_with(other.seen)
    ]


def measures_of(figures: Iterable[Figure]) -> dict[str, Measure]:
    """Return what a run has to measure so that figures can be read off its paths."""
    return {figure.name: figure.of_traces for figure in figures}


def quarter_flow(trailing: Array, base: tuple[float, ...], quarter: int) -> Array:
    """Return a quarter's own flow from sums over trailing four quarters.

    Parameters
    ----------
    trailing
        Shape (paths, quarters).
    base
        The flow of the four quarters before the first, shape (4,).
    quarter
        Counted from the first.

    Notes
    -----
    Two sums in a row differ by the quarter that comes in and the one of a year before that leaves.
    """
    flow = np.full(len(trailing), base[quarter % QUARTERS_A_YEAR])
    for place in range(quarter % QUARTERS_A_YEAR, quarter + 1, QUARTERS_A_YEAR):
        flow += trailing[:, place] - (trailing[:, place - 1] if place > 0 else sum(base))
    return flow


def read_observations(
    texts: Sequence[str], file: Path | None, scenario: Scenario
) -> list[Observation]:
    """Return the observations that texts give, and after them a file's.

    Parameters
    ----------
    texts
        As for ``parse_observation``.
    file
        A TOML file of ``[[observed]]`` tables, each with such a text as ``what``, and a ``source``.
    scenario
        Whose horizon holds the dates.

    Raises
    ------
    ScenarioError
        If one is none, two are of one thing, or there is none at all.
    """
    if len(texts) > MOST_OBSERVED:
        raise ScenarioError(f"--observe: {len(texts)} are too many; the most is {MOST_OBSERVED}")
    found = [parse_observation(text, scenario, f'--observe "{text}"') for text in texts]
    if file is not None:
        for place, table in enumerate(_tables(file), 1):
            where = f"{file}: observed {place}"
            if not isinstance(table, dict) or not isinstance(table.get("what"), str):
                raise ScenarioError(f"{where}: write it as {FILE_FORM}")
            if unknown := sorted(table.keys() - {"what", "source"}):
                raise ScenarioError(f'{where}: unknown key "{unknown[0]}"; write it as {FILE_FORM}')
            text, source = table["what"], str(table.get("source", ""))
            found.append(parse_observation(text, scenario, f'{where}: "{text}"', source))
    if not found:
        raise ScenarioError(f"nothing is observed; give --observe {FORM}")
    refuse_repeated(found)
    return found


def _tables(file: Path) -> list[Any]:
    if not file.exists():
        raise ScenarioError(f"{file}: no such file; write one with {FILE_FORM}")
    tables = read_toml(file).get("observed")
    if not isinstance(tables, list):
        raise ScenarioError(f"{file}: holds no observations; write {FILE_FORM}")
    return tables


def parse_observation(
    text: str, scenario: Scenario, where: str = "", source: str = ""
) -> Observation:
    """Return what a text says has been seen.

    Parameters
    ----------
    text
        A metric, its date and value, with one standard deviation of the measurement:

        - ``revenue 2026Q1 = 3.0 bn ± 5%``: the quarter's own;
        - ``revenue 2026 = 15 bn ± 0.3 bn``: the fiscal year's;
        - ``revenue twelve months to 2026Q2 = 9 bn ± 5%``;
        - ``gross margin 2026 = 45% ± 2%``: in points;
        - ``out of cash by 2026Q4 = no``.

        An error in percent of a positive amount of money is lognormal (± 5% is a standard deviation
        of 0.05 of the logarithm), any other normal. Without an error the value is not weighed.
    scenario
        Whose horizon holds the date.
    where
        What holds the text, for the messages; the text itself if not given.
    source
        Where it is from.

    Returns
    -------
    Observation

    Raises
    ------
    ScenarioError
        If the text is none, or says what the model doesn't give.
    """
    where = where or f'observation "{text}"'
    happened = HAPPENED.fullmatch(text.strip())
    if happened is not None:
        event = parse_event(happened["event"], scenario, where)
        refuse_other_target(event, scenario, where)
        answer = ANSWERS.get(happened["answer"].lower())
        if answer is None:
            raise ScenarioError(f'{where}: "{happened["answer"]}" is neither yes nor no')
        return Observation(text, Happening(event), answer, source=source, where=where)
    match = SEEN.fullmatch(text.strip())
    if match is None:
        raise ScenarioError(f"{where}: not an observation; write it as {FORM}")
    figure = _figure(match, scenario, where)
    value = _number(match["value"], figure.unit, where)
    if figure.is_share and value > 1.0:
        hint = "" if states_unit(match["value"]) else scale_hint(value, "share")
        raise ScenarioError(f"{where}: a margin is at most 1{hint}")
    if match["error"] is None:
        return Observation(text, figure, value, source=source, where=where)
    relative = not figure.is_share and match["error"].strip().endswith("%")
    error = _number(match["error"], "share" if relative else figure.unit, where)
    if states_unit(match["value"]) and not states_unit(match["error"]):
        written = match["error"].strip()
        mend = f"{written}%" + ("" if figure.is_share else f" or {written} bn")
        raise ScenarioError(f"{where}: the error has no unit; write {mend}")
    if not 0.0 < error < math.inf:
        raise ScenarioError(f"{where}: an error of {match['error']} is not above 0")
    if figure.is_share and error > 1.0:
        hint = "" if states_unit(match["error"]) else scale_hint(error, "share")
        raise ScenarioError(f"{where}: a margin's error is at most 1{hint}")
    if not relative or value > 0.0:
        return Observation(text, figure, value, error, relative, source, where)
    return Observation(text, figure, value, error * abs(value), False, source, where)


def _figure(match: re.Match[str], scenario: Scenario, where: str) -> Figure:
    names = {name: metric for metric, name in METRICS.items()}
    names["gross margin"] = projected_metric(scenario)
    metric = names[known_name(match["name"], names, where, "metric")]
    date = match["date"]
    quarter = quarter_in_horizon(date, scenario, where)
    if metric == Metric.CASH and match["trailing"] is not None:
        name = METRICS[metric]
        raise ScenarioError(f'{where}: {name} is what there is at a date; write "{name} {date}"')
    own = "Q" in date and match["trailing"] is None and metric != Metric.CASH
    if own and metric not in QUARTERLY:
        name = METRICS[metric]
        raise ScenarioError(
            f"{where}: the model gives {name} by fiscal year and by twelve months, not by quarter; "
            f'write "{name} twelve months to {date}"'
        )
    span = "twelve months to " if match["trailing"] is not None else ""
    base = _base_quarters(metric, scenario) if own else None
    return Figure(f"{METRICS[metric]} {span}{date}", metric, quarter, base)


def _base_quarters(metric: Metric, scenario: Scenario) -> tuple[float, ...]:
    year = scenario.base_year
    annual, run_rate = (
        (year.revenue.quantile(0.5), 12.0 * year.monthly_revenue.quantile(0.5))
        if metric == Metric.REVENUE
        else (year.training.quantile(0.5), year.training_run_rate.quantile(0.5))
    )
    return tuple(base_year_ramp(annual, run_rate).tolist())


def _number(text: str, unit: str, where: str) -> float:
    try:
        return number_in_unit(text, unit)
    except ValueError as error:
        raise ScenarioError(f"{where}: {error}") from None
