"""What is wanted of an outcome: how exactly it shall be known, or what it shall be at least."""

import re
from dataclasses import dataclass

from simulate.scenario import Scenario, ScenarioError
from simulate.scenario.units import scale_hint

from .outcomes import (
    IN_PERCENT,
    Outcome,
    parse_number,
    parse_value,
    refuse_other_target,
    with_target,
)
from .statistics import OutcomeStatistic, parse_statistic

WITH_ERROR = re.compile(r"(.+?)\s*(?:±|\+-|\+/-)\s*(\S.*)")
# An event's own text may hold a comparison: "P(cash flow > 0 by 2030) >= 0.5".
COMPARED = re.compile(r"(.+)\s*(>=?|≥|<=?|≤|at least|at most)\s*([^\s()][^()]*)")
GOAL_FORM = '"P(gross margin by 2027) ± 0.0005" or "peak funding need ± 0.1 bn"'
TARGET_FORM = '"P(gross margin 70% by 2027) >= 0.5" or "P10(cash 2028) >= 5 bn"'
LEAST_ERROR, MOST_ERROR = 1e-7, 0.5


@dataclass(frozen=True)
class Goal:
    """The standard error wanted of a statistic."""

    text: str
    statistic: OutcomeStatistic
    error: float


@dataclass(frozen=True)
class Target:
    """What a statistic shall be, at least or at most.

    Attributes
    ----------
    scenario
        Whose outcome it is, with the gross margin that the text names as its target.
    level
        A probability, or an amount in the unit of the statistic.
    """

    scenario: Scenario
    statistic: OutcomeStatistic
    at_least: bool
    level: float

    def is_met(self, value: float) -> bool:
        """Tell whether a value of the statistic is as wanted."""
        return value >= self.level if self.at_least else value <= self.level

    @property
    def in_words(self) -> str:
        """The target in words, such as ``P(cash runs out by the end of 2030) at most 10%``."""
        bound = "at least" if self.at_least else "at most"
        return f"{self.statistic.in_words(self.scenario)} {bound} {self._level_in_words}"

    @property
    def _level_in_words(self) -> str:
        match self.statistic.unit:
            case "bn USD" as unit:
                return f"{self.level:.6g} {unit}"
            case "times":
                return f"{self.level:.6g}x"
        return f"{100.0 * self.level:.4g}%"


def parse_goal(text: str, scenario: Scenario) -> Goal:
    """Return the goal that a text states.

    Parameters
    ----------
    text
        As ``P(gross margin by 2027) ± 0.0005``: a statistic that a run counts, and its standard
        error, in its unit.
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
    statistic = parse_statistic(match[1], scenario, where, GOAL_FORM)
    refuse_other_target(statistic.outcome, scenario, where)
    return Goal(text, statistic, _error(match[2], statistic.outcome, where))


def parse_target(text: str, scenario: Scenario) -> Target:
    """Return the target that a text states.

    Parameters
    ----------
    text
        As ``P(gross margin 70% by 2027) >= 0.5``, ``P10(cash 2028) >= 5 bn`` or ``gross margin 2027
        at least 70%``: a statistic, and what it shall be at least, or at most.
    scenario
        Whose outcome it is.

    Raises
    ------
    ScenarioError
        If the text is no target of the scenario.
    """
    where = f'--target "{text}"'
    match = COMPARED.fullmatch(text.strip())
    if match is None:
        raise ScenarioError(f"{where}: not a target; write it as {TARGET_FORM}")
    said = match[1].rstrip().removesuffix(" is")
    statistic = parse_statistic(said, scenario, where, TARGET_FORM)
    outcome = statistic.outcome
    if outcome.is_probability:
        level = _probability(match[3], where)
    else:
        level = parse_value(match[3], outcome, where)
    at_least = match[2][0] in ">≥" or match[2] == "at least"
    return Target(with_target(scenario, outcome), statistic, at_least, level)


def _probability(given: str, where: str) -> float:
    probability = parse_number(given, "share", where)
    if not 0.0 < probability < 1.0:
        hint = scale_hint(probability, "share", 0.0, 1.0, given)
        raise ScenarioError(f'{where}: "{given}" is no probability between 0 and 1{hint}')
    return probability


def _error(given: str, outcome: Outcome, where: str) -> float:
    if outcome.unit not in IN_PERCENT:
        error = parse_number(given, outcome.unit, where)
        if not error > 0.0:
            raise ScenarioError(f'{where}: "{given}" is no standard error above 0')
        return error
    error = parse_number(given, "share", where)
    if not LEAST_ERROR <= error < MOST_ERROR:
        hint = scale_hint(error, "share", LEAST_ERROR, MOST_ERROR, given)
        raise ScenarioError(f'{where}: "{given}" is no standard error from 0.0000001 to 0.5{hint}')
    return error
