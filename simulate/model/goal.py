"""What is wanted of an outcome: how exactly it shall be known, or how probable it shall be."""

import re
from dataclasses import dataclass

from simulate.scenario import Scenario, ScenarioError
from simulate.scenario.units import scale_hint, states_unit

from .outcomes import (
    Event,
    Outcome,
    parse_event,
    parse_number,
    parse_outcome,
    refuse_other_target,
    refuse_uncounted,
    with_target,
)

WITH_ERROR = re.compile(r"(.+?)\s*(?:±|\+-|\+/-)\s*(\S.*)")
# An event's own text may hold a comparison: "P(cash flow > 0 by 2030) >= 0.5".
COMPARED = re.compile(r"(.+)\s*(>=?|≥|<=?|≤|at least|at most)\s*(\S.*)")
GOAL_FORM = '"P(gross margin by 2027) ± 0.0005" or "peak funding need ± 0.1 bn"'
TARGET_FORM = '"P(gross margin 70% by 2027) >= 0.5"'
LEAST_ERROR, MOST_ERROR = 1e-7, 0.5


@dataclass(frozen=True)
class Goal:
    """The standard error wanted of an event's probability, or of an amount's median."""

    text: str
    outcome: Outcome
    error: float


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


def parse_goal(text: str, scenario: Scenario) -> Goal:
    """Return the goal that a text states.

    Parameters
    ----------
    text
        As ``P(gross margin by 2027) ± 0.0005``: an outcome that a run counts, and the standard
        error of its probability, or of its median in its unit.
    scenario
        Whose horizon holds the date.

    Raises
    ------
    ScenarioError
        If the text is no goal of the scenario.
    """
    where = f'--until "{text}"'
    match = WITH_ERROR.fullmatch(text.strip())
    if match is None:
        raise ScenarioError(f"{where}: not a goal; write it as {GOAL_FORM}")
    outcome = parse_outcome(match[1], scenario, where, GOAL_FORM)
    refuse_other_target(outcome, scenario, where)
    refuse_uncounted(outcome, where)
    return Goal(text, outcome, _error(match[2], outcome, where))


def parse_target(text: str, scenario: Scenario) -> Target:
    """Return the target that a text states.

    Parameters
    ----------
    text
        As ``P(gross margin 70% by 2027) >= 0.5``: an event, and the probability that it shall have
        at least, or at most, in percent if one likes.
    scenario
        Whose event it is.

    Raises
    ------
    ScenarioError
        If the text is no target of the scenario.
    """
    where = f'--target "{text}"'
    match = COMPARED.fullmatch(text.strip())
    if match is None:
        raise ScenarioError(f"{where}: not a target; write it as {TARGET_FORM}")
    event = parse_event(match[1], scenario, where, TARGET_FORM)
    probability = parse_number(match[3], "share", where)
    if not 0.0 < probability < 1.0:
        hint = "" if states_unit(match[3]) else scale_hint(probability, "share", 0.0, 1.0)
        raise ScenarioError(f'{where}: "{match[3]}" is no probability between 0 and 1{hint}')
    at_least = match[2][0] in ">≥" or match[2] == "at least"
    return Target(with_target(scenario, event), event, at_least, probability)


def _error(given: str, outcome: Outcome, where: str) -> float:
    if outcome.unit == "bn USD":
        error = parse_number(given, outcome.unit, where)
        if not error > 0.0:
            raise ScenarioError(f'{where}: "{given}" is no standard error above 0')
        return error
    error = parse_number(given, "share", where)
    if not LEAST_ERROR <= error < MOST_ERROR:
        hint = scale_hint(error, "share", LEAST_ERROR, MOST_ERROR)
        hint = "" if states_unit(given) else hint
        raise ScenarioError(f'{where}: "{given}" is no standard error from 0.0000001 to 0.5{hint}')
    return error
