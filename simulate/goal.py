"""What is wanted of a probability: an error of it, or that it be at least or at most a value."""

import re
from dataclasses import dataclass

from simulate.event import Event, parse_event, parse_share
from simulate.result import Result
from simulate.scenario import Scenario, ScenarioError

ERROR = re.compile(r"P\((.+)\)\s*(?:±|\+-|\+/-)\s*(\S+)")
VALUE = re.compile(r"P\((.+)\)\s*(>=?|≥|<=?|≤)\s*(\S+)")


@dataclass(frozen=True)
class Goal:
    """The standard error wanted of a probability."""

    text: str
    event: Event
    error: float

    def error_of(self, result: Result) -> float:
        """Return the standard error reached; NaN if no path, or every path, counts."""
        return self.event.probability(result).standard_error


def parse_goal(text: str, scenario: Scenario) -> Goal:
    """Return the goal that a text states.

    Parameters
    ----------
    text
        As ``P(gross margin by 2027) ± 0.0005``: an event and a standard error.
    scenario
        Whose event it is.

    Returns
    -------
    Goal

    Raises
    ------
    ScenarioError
        If the text is no goal of the scenario.
    """
    where = f'--until "{text}"'
    match = ERROR.fullmatch(text.strip())
    if match is None:
        raise ScenarioError(f'{where}: not a goal; write it as "P(gross margin by 2027) ± 0.0005"')
    event = parse_event(match[1], scenario, where)
    if event.scenario.targets != scenario.targets:
        own = scenario.targets.gross_margin
        raise ScenarioError(
            f"{where}: the scenario's target is {own:g}; change it with --set targets.gross_margin="
            f"{event.scenario.targets.gross_margin:g}"
        )
    error = parse_share(match[2])
    if error is None or not 1e-7 <= error < 0.5:
        raise ScenarioError(f'{where}: "{match[2]}" is no standard error from 0.0000001 to 0.5')
    return Goal(text, event, error)


@dataclass(frozen=True)
class Target:
    """The probability that an event shall have at least, or at most."""

    event: Event
    at_least: bool
    probability: float

    def is_met(self, probability: float) -> bool:
        """Tell whether a probability is as wanted."""
        if self.at_least:
            return probability >= self.probability
        return probability <= self.probability

    @property
    def words(self) -> str:
        """The target in words, such as ``P(out of cash by the end of 2030) at most 10%``."""
        bound = "at least" if self.at_least else "at most"
        return f"P({self.event.words}) {bound} {100.0 * self.probability:.4g}%"


def parse_target(text: str, scenario: Scenario) -> Target:
    """Return the target that a text states.

    Parameters
    ----------
    text
        As ``P(gross margin 70% by 2027) >= 0.5``: an event, and at least (or at most) which
        probability, in percent if one likes.
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
    where = f'--target "{text}"'
    match = VALUE.fullmatch(text.strip())
    if match is None:
        raise ScenarioError(
            f'{where}: not a target; write it as "P(gross margin 70% by 2027) >= 0.5"'
        )
    event = parse_event(match[1], scenario, where)
    probability = parse_share(match[3])
    if probability is None or not 0.0 < probability < 1.0:
        raise ScenarioError(f'{where}: "{match[3]}" is no probability between 0 and 1')
    return Target(event, match[2][0] in ">≥", probability)
