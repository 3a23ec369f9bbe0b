"""A number of a path, named and dated: what it reaches, and what is wanted of it."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

import numpy as np
from numpy.typing import NDArray

from simulate.kernels.arrays import index
from simulate.scenario import Scenario, ScenarioError
from simulate.scenario.quarters import QUARTERS_A_YEAR, format_quarter, parse_quarter
from simulate.scenario.units import number_in_unit, scale_hint, states_unit

from .rows import Hit, Metric

HITTING_TIMES = {time: time.title for time in Hit}
METRICS = {metric: metric.title for metric in Metric}
FUNDING_NEED = "peak funding need"
OUTCOME_COLUMNS = (*HITTING_TIMES.values(), FUNDING_NEED)
# "The latter part of the decade", before which lenders expect no free cash flow (B1 of
# docs/facts.md): its last year, the same for every lab, so that answers can be compared.
CASH_YEAR = 2030
DATE = r"\d{4}(?:Q[1-4])?"
LEVEL = r"[-+]?\d[\d.,]*\s*%?"
EVENT = re.compile(rf"(?P<name>.+?)(?:\s+(?P<level>{LEVEL}))?\s+by\s+(?P<date>{DATE})")
FORM = '"gross margin 70% by 2027" or "out of cash by 2028Q2"'
GOAL = re.compile(r"P\(\s*(.+?)\s*\)\s*(?:±|\+-|\+/-)\s*(\S.*)")
VALUE = re.compile(r"P\(\s*(.+?)\s*\)\s*(>=?|≥|<=?|≤)\s*(\S.*)")
GOAL_FORM = '"P(gross margin by 2027) ± 0.0005"'
LEAST_ERROR, MOST_ERROR = 1e-7, 0.5
Array = NDArray[np.float64]
OUTCOME_FORM = f'"P(gross margin by 2027)" or "{FUNDING_NEED}"'


@dataclass(frozen=True)
class Event:
    """A hitting time that comes by the end of a quarter.

    Attributes
    ----------
    time
        Which hitting time.
    quarter
        Counted from the first of the horizon.
    date
        As it was written: a year, or a quarter.
    level
        The gross margin that is to be reached, None where it isn't named.
    """

    time: Hit
    quarter: int
    date: str
    level: float | None = None

    @property
    def name(self) -> str:
        """Return the outcome and its date."""
        return f"{HITTING_TIMES[self.time]} by {self.date}"

    def in_words(self, scenario: Scenario, *others: Scenario) -> str:
        """Return a clause, such as ``cash runs out by the end of 2028``.

        Other scenarios' targets are named after the first's where they are different.
        """
        clause = self.time.clause.format(level=_targets(scenario, *others))
        return f"{clause} by the end of {self.date}"

    def in_short(self, scenario: Scenario, *others: Scenario) -> str:
        """Return the head of a column, such as ``margin 70% by 2027``; see ``in_words``."""
        level = _targets(scenario, *others)
        return f"{self.time.short.format(level=level)} by {self.date}"


def parse_event(text: str, scenario: Scenario, where: str, form: str = FORM) -> Event:
    """Return the event that a text states.

    Parameters
    ----------
    text
        An outcome, the gross margin to be reached if it isn't the scenario's, a year or a quarter:
        ``gross margin 70% by 2027``. ``gross margin`` alone is the definition that the company
        projects.
    scenario
        Whose horizon holds the date.
    where
        What holds the text, for the messages.
    form
        What would be right, for the messages.

    Returns
    -------
    Event

    Raises
    ------
    ScenarioError
        If the text is no event of the scenario.
    """
    match = EVENT.fullmatch(_bare(text))
    if match is None:
        raise ScenarioError(f"{where}: not an outcome and a date; write it as {form}")
    times = {known: time for time, known in HITTING_TIMES.items()}
    times["gross margin"] = projected_time(scenario)
    time = times[known_name(match["name"], times, where, "outcome")]
    level = None if match["level"] is None else _level(match["level"], time, where)
    return Event(time, quarter_in_horizon(match["date"], scenario, where), match["date"], level)


def _bare(text: str) -> str:
    """Return what stands within ``P(…)``, or a text without it."""
    text = text.strip()
    return text[2:-1].strip() if text.startswith("P(") and text.endswith(")") else text


def event_by_year(time: Hit, year: int, scenario: Scenario) -> Event:
    """Return a hitting time by the end of a year, or of the horizon's nearest."""
    horizon = scenario.horizon
    year = min(max(year, horizon.first_year), horizon.last_year)
    return Event(time, QUARTERS_A_YEAR * (year - horizon.first_year + 1) - 1, str(year))


def projected_event(scenario: Scenario) -> Event:
    """Return what the company projects, or that margin by the horizon's end."""
    year = scenario.targets.projected_year or scenario.horizon.last_year
    return event_by_year(projected_time(scenario), year, scenario)


def with_target(scenario: Scenario, event: Event) -> Scenario:
    """Return the scenario with the event's gross margin as its target."""
    if event.level is None:
        return scenario
    targets = scenario.targets.model_copy(update={"gross_margin": event.level})
    return scenario.model_copy(update={"targets": targets})


def refuse_other_target(event: Event, scenario: Scenario, where: str) -> None:
    """Raise if the event names another gross margin than the scenario's target."""
    target = scenario.targets.gross_margin
    if event.level not in (None, target):
        raise ScenarioError(
            f"{where}: the scenario's target is {_percent(target)}; "
            f"change it with --set targets.gross_margin={event.level:g}"
        )


def known_name(given: str, known: Iterable[str], where: str, kind: str) -> str:
    """Return the known name that is meant, written with spaces or with underscores."""
    name = " ".join(given.replace("_", " ").split())
    by_lower = {one.lower(): one for one in known}
    if name.lower() in by_lower:
        return by_lower[name.lower()]
    close = get_close_matches(name.lower(), by_lower, n=1, cutoff=0.5)
    every = "; ".join(by_lower.values())
    hint = f'did you mean "{by_lower[close[0]]}"?' if close else f"known are: {every}"
    raise ScenarioError(f'{where}: no {kind} "{name}"; {hint}')


def quarter_in_horizon(date: str, scenario: Scenario, where: str) -> int:
    """Return a quarter, or a year's last, counted from the first of the horizon."""
    horizon = scenario.horizon
    quarter = parse_quarter(date if "Q" in date else f"{date}Q{QUARTERS_A_YEAR}")
    if not horizon.first_quarter <= quarter <= horizon.last_quarter:
        first, last = format_quarter(horizon.first_quarter), format_quarter(horizon.last_quarter)
        raise ScenarioError(f"{where}: {date} lies outside the horizon, {first} to {last}")
    return quarter - horizon.first_quarter


def _level(given: str, time: Hit, where: str) -> float:
    if not HITTING_TIMES[time].startswith("gross margin"):
        raise ScenarioError(f'{where}: "{HITTING_TIMES[time]}" takes no level; leave out {given}')
    try:
        level = number_in_unit(given, "share")
    except ValueError as error:
        raise ScenarioError(f"{where}: {error}") from None
    if not 0.0 < level < 1.0:
        hint = "" if states_unit(given) else scale_hint(level, "share", 0.0, 1.0)
        raise ScenarioError(f"{where}: a gross margin of {given} is not between 0 and 100%{hint}")
    return level


def _targets(*scenarios: Scenario) -> str:
    """Return the scenarios' different targets of gross margin, such as ``70% / 60%``."""
    levels = (_percent(scenario.targets.gross_margin) for scenario in scenarios)
    return " / ".join(dict.fromkeys(levels))


def _percent(share: float) -> str:
    return f"{100.0 * share:.4g}%"


@dataclass(frozen=True)
class Goal:
    """The standard error wanted of an event's probability."""

    text: str
    event: Event
    error: float


def parse_goal(text: str, scenario: Scenario) -> Goal:
    """Return the goal that a text states.

    Parameters
    ----------
    text
        As ``P(gross margin by 2027) ± 0.0005``: an event and a standard error.
    scenario
        Whose horizon holds the date.

    Returns
    -------
    Goal

    Raises
    ------
    ScenarioError
        If the text is no goal of the scenario.
    """
    where = f'--until "{text}"'
    match = GOAL.fullmatch(text.strip())
    if match is None:
        raise ScenarioError(f"{where}: not a goal; write it as {GOAL_FORM}")
    event = parse_event(match[1], scenario, where, GOAL_FORM)
    refuse_other_target(event, scenario, where)
    return Goal(text, event, _error(match[2], where))


@dataclass(frozen=True)
class Target:
    """The probability that an event shall have, at least or at most.

    Attributes
    ----------
    scenario
        Whose event it is, with the gross margin that the text names as its target.
    """

    scenario: Scenario
    event: Event
    at_least: bool
    probability: float

    def is_met(self, probability: float) -> bool:
        """Tell whether a probability is as wanted."""
        if self.at_least:
            return probability >= self.probability
        return probability <= self.probability

    @property
    def in_words(self) -> str:
        """The target in words, such as ``P(cash runs out by the end of 2030) at most 10%``."""
        bound = "at least" if self.at_least else "at most"
        event = self.event.in_words(self.scenario)
        return f"P({event}) {bound} {100.0 * self.probability:.4g}%"


def parse_target(text: str, scenario: Scenario) -> Target:
    """Return the target that a text states.

    Parameters
    ----------
    text
        As ``P(gross margin 70% by 2027) >= 0.5``: an event, and the probability that it shall have
        at least, or at most, in percent if one likes.
    scenario
        Whose event it is.

    Returns
    -------
    Target

    Raises
    ------
    ScenarioError
        If the text is no target of the scenario.
    """
    where, form = f'--target "{text}"', '"P(gross margin 70% by 2027) >= 0.5"'
    match = VALUE.fullmatch(text.strip())
    if match is None:
        raise ScenarioError(f"{where}: not a target; write it as {form}")
    event = parse_event(match[1], scenario, where, form)
    probability = _share(match[3], where)
    if not 0.0 < probability < 1.0:
        hint = "" if states_unit(match[3]) else scale_hint(probability, "share", 0.0, 1.0)
        raise ScenarioError(f'{where}: "{match[3]}" is no probability between 0 and 1{hint}')
    return Target(with_target(scenario, event), event, match[2][0] in ">≥", probability)


def _error(given: str, where: str) -> float:
    error = _share(given, where)
    if not LEAST_ERROR <= error < MOST_ERROR:
        hint = scale_hint(error, "share", LEAST_ERROR, MOST_ERROR)
        hint = "" if states_unit(given) else hint
        raise ScenarioError(f'{where}: "{given}" is no standard error from 0.0000001 to 0.5{hint}')
    return error


def _share(given: str, where: str) -> float:
    try:
        return number_in_unit(given, "share")
    except ValueError as error:
        raise ScenarioError(f"{where}: {error}") from None


@dataclass(frozen=True)
class Outcome:
    """A number of a path: 1 if an event comes and 0 if not, or the peak funding need."""

    event: Event | None = None

    @property
    def name(self) -> str:
        """The outcome in words, as ``parse_outcome`` reads it."""
        return FUNDING_NEED if self.event is None else f"P({self.event.name})"

    @property
    def is_probability(self) -> bool:
        """Whether its mean is a probability; billions of dollars otherwise."""
        return self.event is not None

    def values(self, outcomes: NDArray[np.float32]) -> Array:
        """Return the outcome of each path from its row of ``OUTCOME_COLUMNS``."""
        if self.event is None:
            return outcomes[..., OUTCOME_COLUMNS.index(FUNDING_NEED)].astype(float)
        return (outcomes[..., index(self.event.time)] <= self.event.quarter).astype(float)


def headline_outcomes(scenario: Scenario) -> list[Outcome]:
    """Return what is asked about by default: the headline events, and the peak funding need."""
    return [*map(Outcome, headline_events(scenario)), Outcome()]


def parse_outcome(text: str, scenario: Scenario) -> Outcome:
    """Return the outcome that a text states.

    Parameters
    ----------
    text
        As ``P(gross margin by 2027)``, or ``peak funding need``.
    scenario
        Whose horizon holds the date.

    Returns
    -------
    Outcome

    Raises
    ------
    ScenarioError
        If the text is no outcome of the scenario.
    """
    if text.strip() == FUNDING_NEED:
        return Outcome()
    where = f'--outcome "{text}"'
    event = parse_event(text, scenario, where, OUTCOME_FORM)
    refuse_other_target(event, scenario, where)
    return Outcome(event)


def variables(
    outcomes: Sequence[Outcome], known: NDArray[np.float32]
) -> Callable[[NDArray[np.float32]], Array]:
    """Return what turns paths into the numbers whose variance is shared out.

    Parameters
    ----------
    outcomes
        What is asked about.
    known
        Many paths' rows of ``OUTCOME_COLUMNS``, among which an amount is ranked: amounts have
        tails so long that a few paths would make up all of their variance.

    Returns
    -------
    callable
        Of rows of ``OUTCOME_COLUMNS``; shape (..., columns) to (..., outcomes).
    """
    ranked = {o: np.sort(o.values(known), axis=None) for o in outcomes if not o.is_probability}

    def measure(rows: NDArray[np.float32]) -> Array:
        columns = [
            _rank(o.values(rows), ranked[o]) if o in ranked else o.values(rows) for o in outcomes
        ]
        return np.stack(columns, axis=-1)

    return measure


def _rank(values: Array, known: Array) -> Array:
    """Return the share of known values that lie below, and half of those that are equal."""
    sides = (np.searchsorted(known, values, side) for side in ("left", "right"))
    return np.asarray(sum(sides) / (2.0 * len(known)))


def projected_time(scenario: Scenario) -> Hit:
    """Return the hitting time that the company's projection is about."""
    paying = scenario.targets.projected_margin == "paying users"
    return Hit.MARGIN_PAYING if paying else Hit.MARGIN_ALL


def projected_metric(scenario: Scenario) -> Metric:
    """Return the margin that the company's projection is about."""
    is_paying = projected_time(scenario) is Hit.MARGIN_PAYING
    return Metric.MARGIN_PAYING if is_paying else Metric.MARGIN_ALL


def headline_events(scenario: Scenario) -> tuple[Event, Event, Event]:
    """Return what a report on a scenario asks first.

    Parameters
    ----------
    scenario
        Its horizon and the company's projection say by which years.

    Returns
    -------
    tuple of Event
        The target margin by the projected year, four quarters in a row of positive cash flow and no
        cash by 2030, each year moved into the horizon.
    """
    return (
        projected_event(scenario),
        event_by_year(Hit.CASH_FLOW_HELD, CASH_YEAR, scenario),
        event_by_year(Hit.OUT_OF_CASH, CASH_YEAR, scenario),
    )
