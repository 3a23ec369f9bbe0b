"""A wanted precision, such as ``P(gross margin by 2027) ± 0.0005``."""

import re
from dataclasses import dataclass

from simulate.event import Event, parse_event, refuse_other_target
from simulate.result import Result
from simulate.scenario import Scenario, ScenarioError

PATTERN = re.compile(r"P\(\s*(.+?)\s*\)\s*(?:±|\+-|\+/-)\s*(\S+)")
FORM = '"P(gross margin by 2027) ± 0.0005"'


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


def _error(given: str, where: str) -> float:
    try:
        error = float(given.removesuffix("%")) / (100.0 if given.endswith("%") else 1.0)
    except ValueError:
        error = 0.0
    if not 1e-7 <= error < 0.5:
        raise ScenarioError(f'{where}: "{given}" is no standard error from 0.0000001 to 0.5')
    return error
