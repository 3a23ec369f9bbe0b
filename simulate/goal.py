"""A wanted precision, such as ``P(gross margin by 2027) ± 0.0005``."""

import re
from dataclasses import dataclass
from difflib import get_close_matches

from simulate.kernels.rows import Hit
from simulate.result import HITTING_TIMES, Result, projected_time
from simulate.scenario import Scenario, ScenarioError
from simulate.scenario.quarters import QUARTERS_A_YEAR, format_quarter, parse_quarter

PATTERN = re.compile(r"P\(\s*(.+?)\s+by\s+(\d{4}(?:Q[1-4])?)\s*\)\s*(?:±|\+-|\+/-)\s*(\S+)")
FORM = '"P(gross margin by 2027) ± 0.0005"'


@dataclass(frozen=True)
class Goal:
    """The standard error wanted of a probability.

    Attributes
    ----------
    time, quarter
        Of the hitting time that comes by a quarter, counted from the first of the horizon.
    error
        The standard error wanted.
    """

    text: str
    time: Hit
    quarter: int
    error: float

    def error_of(self, result: Result) -> float:
        """Return the standard error reached; NaN if no path, or every path, counts."""
        return result.probability_by(self.time, self.quarter).standard_error


def parse_goal(text: str, scenario: Scenario) -> Goal:
    """Return the goal that a text states.

    Parameters
    ----------
    text
        As ``P(gross margin by 2027) ± 0.0005``: an outcome, a year or quarter, a standard error.
        ``gross margin`` alone is the definition that the company projects.
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
    match = PATTERN.fullmatch(text.strip())
    if match is None:
        raise ScenarioError(f'--until "{text}": not a goal; write it as {FORM}')
    name, date, error = match.groups()
    quarter = _quarter(date) - scenario.horizon.first_quarter
    if not 0 <= quarter < scenario.horizon.quarters:
        last = format_quarter(scenario.horizon.last_quarter)
        raise ScenarioError(f'--until "{text}": {date} lies outside the horizon, which ends {last}')
    return Goal(text, _time(name, text, scenario), quarter, _error(error, text))


def _quarter(date: str) -> int:
    return parse_quarter(date if "Q" in date else f"{date}Q{QUARTERS_A_YEAR}")


def _time(name: str, text: str, scenario: Scenario) -> Hit:
    times = {known: time for time, known in HITTING_TIMES.items()}
    times["gross margin"] = projected_time(scenario)
    if name not in times:
        close = get_close_matches(name, times, n=1, cutoff=0.5)
        hint = f'did you mean "{close[0]}"?' if close else f"known are: {'; '.join(times)}"
        raise ScenarioError(f'--until "{text}": no outcome "{name}"; {hint}')
    return times[name]


def _error(given: str, text: str) -> float:
    try:
        error = float(given.removesuffix("%")) / (100.0 if given.endswith("%") else 1.0)
    except ValueError:
        error = 0.0
    if not 1e-7 <= error < 0.5:
        raise ScenarioError(
            f'--until "{text}": "{given}" is no standard error from 0.0000001 to 0.5'
        )
    return error
