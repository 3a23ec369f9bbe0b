"""What is wanted of a probability: a standard error, or that it be at least or at most a value."""

import re
from dataclasses import dataclass

from simulate.event import Event, parse_event, refuse_other_target, with_target
from simulate.result import Result
from simulate.scenario import Scenario, ScenarioError
from simulate.scenario.scale import scale_hint
from simulate.scenario.units import number_in_unit, states_unit

PATTERN = re.compile(r"P\(\s*(.+?)\s*\)\s*(?:±|\+-|\+/-)\s*(\S.*)")
VALUE = re.compile(r"P\(\s*(.+?)\s*\)\s*(>=?|≥|<=?|≤)\s*(\S.*)")
FORM = '"P(gross margin by 2027) ± 0.0005"'
LEAST_ERROR, MOST_ERROR = 1e-7, 0.5


@dataclass(frozen=True)
class Goal:
    """The standard error wanted of an event's probability."""

    text: str
    event: Event
    error: float

    def error_of(self, result: Result) -> float:
        """Return the standard error reached; NaN if no path, or every path, counts."""
        return result.probability_by(self.event.time, self.event.quarter).standard_error


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
    match = PATTERN.fullmatch(text.strip())
    if match is None:
        raise ScenarioError(f"{where}: not a goal; write it as {FORM}")
    event = parse_event(match[1], scenario, where, FORM)
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
