"""An outcome by a date, as people write it: ``gross margin 70% by 2027``."""

import re
from dataclasses import dataclass
from difflib import get_close_matches

import numpy as np
from numpy.typing import NDArray

from simulate.estimate import Estimate
from simulate.kernels.rows import Hit
from simulate.result import HITTING_TIMES, Result, projected_time
from simulate.scenario import Scenario, ScenarioError
from simulate.scenario.quarters import QUARTERS_A_YEAR, format_quarter, parse_quarter
from simulate.scenario.schema import percent_hint
from simulate.scenario.units import in_unit

PATTERN = re.compile(r"(.+?)(?:\s+(?:>=|≥)?\s*(\d\S*(?:\s*%)?))?\s+by\s+(\d{4}(?:Q[1-4])?)")
MARGINS = (Hit.MARGIN_PAYING, Hit.MARGIN_PAYING_HELD, Hit.MARGIN_ALL, Hit.MARGIN_ALL_HELD)
# What else can come, in words and in short.
OTHERS = {
    Hit.CASH_FLOW_POSITIVE: ("a quarter of positive free cash flow", "cash flow > 0"),
    Hit.CASH_FLOW_HELD: ("a held year of positive free cash flow", "cash flow > 0 held"),
    Hit.PAYBACK: ("cumulative payback", "payback"),
    Hit.OUT_OF_CASH: ("out of cash", "out of cash"),
}


@dataclass(frozen=True)
class Event:
    """That a hitting time comes by the end of a quarter.

    Attributes
    ----------
    scenario
        Whose event it is, with the target of gross margin that the text states, if any.
    time
        Which hitting time.
    quarter
        Counted from the first of the horizon.
    """

    scenario: Scenario
    time: Hit
    quarter: int

    def probability(self, result: Result) -> Estimate:
        """Return its probability in a run."""
        return result.probability_by(self.time, self.quarter)

    def counts(self, result: Result) -> NDArray[np.int64]:
        """Return in how many paths of each replicate it happens, shape (replicates,)."""
        return result.counts_by(self.time, self.quarter)

    @property
    def words(self) -> str:
        """The event in words, such as ``gross margin (paying users) 70% by the end of 2027``."""
        date = f"the end of {self._date}" if self._is_year else self._date
        if self.time not in MARGINS:
            return f"{OTHERS[self.time][0]} by {date}"
        paying = self.time in (Hit.MARGIN_PAYING, Hit.MARGIN_PAYING_HELD)
        users = "paying users" if paying else "with free users"
        return f"gross margin ({users}{', held' if self._is_held else ''}) {self._target} by {date}"

    @property
    def short(self) -> str:
        """The event in short, such as ``margin 70% by 2027``."""
        if self.time not in MARGINS:
            return f"{OTHERS[self.time][1]} by {self._date}"
        return f"margin {self._target}{' held' if self._is_held else ''} by {self._date}"

    @property
    def _date(self) -> str:
        quarter = format_quarter(self.scenario.horizon.first_quarter + self.quarter)
        return quarter[:4] if self._is_year else quarter

    @property
    def _is_year(self) -> bool:
        return self.quarter % QUARTERS_A_YEAR == QUARTERS_A_YEAR - 1

    @property
    def _is_held(self) -> bool:
        return self.time in (Hit.MARGIN_PAYING_HELD, Hit.MARGIN_ALL_HELD)

    @property
    def _target(self) -> str:
        return f"{100.0 * self.scenario.targets.gross_margin:.4g}%"


def parse_event(text: str, scenario: Scenario, where: str) -> Event:
    """Return the event that a text states.

    Parameters
    ----------
    text
        As ``gross margin 70% by 2027`` or ``out_of_cash by 2030Q2``: an outcome, for a margin the
        target if it is another than the scenario's, and a year or quarter. ``gross margin`` alone
        is the definition that the company projects.
    scenario
        Whose horizon holds the date.
    where
        How an error message begins, such as ``--target "…"``.

    Returns
    -------
    Event

    Raises
    ------
    ScenarioError
        If the text is no event of the scenario.
    """
    match = PATTERN.fullmatch(text.strip())
    if match is None:
        raise ScenarioError(f"{where}: not an outcome by a date; write gross margin 70% by 2027")
    name, margin, date = match.groups()
    time = _time(name, scenario, where)
    if margin is not None:
        if time not in MARGINS:
            raise ScenarioError(f'{where}: "{margin}" is a target of gross margin, not of {name}')
        scenario = _with_target(scenario, margin, where)
    quarter = _quarter(date) - scenario.horizon.first_quarter
    if not 0 <= quarter < scenario.horizon.quarters:
        last = format_quarter(scenario.horizon.last_quarter)
        raise ScenarioError(f"{where}: {date} lies outside the horizon, which ends {last}")
    return Event(scenario, time, quarter)


def _time(name: str, scenario: Scenario, where: str) -> Hit:
    times = {known: time for time, known in HITTING_TIMES.items()}
    times["gross margin"] = projected_time(scenario)
    asked = " ".join(name.replace("_", " ").lower().split())
    if asked not in times:
        close = get_close_matches(asked, times, n=1, cutoff=0.5)
        hint = f'did you mean "{close[0]}"?' if close else f"known are: {'; '.join(times)}"
        raise ScenarioError(f'{where}: no outcome "{name}"; {hint}')
    return times[asked]


def _with_target(scenario: Scenario, written: str, where: str) -> Scenario:
    target = parse_share(written)
    if target is None or not 0.0 < target < 1.0:
        hint = percent_hint(target) if target is not None else ""
        raise ScenarioError(f'{where}: "{written}" is no gross margin between 0 and 100%{hint}')
    targets = scenario.targets.model_copy(update={"gross_margin": target})
    return scenario.model_copy(update={"targets": targets})


def parse_share(written: str) -> float | None:
    """Return a share such as ``0.5`` or ``50%``, or None where it is no number."""
    try:
        found = in_unit(written, "share")
    except ValueError:
        return None
    # 70% is 0.7, not 70 times 0.01.
    return round(found, 12) if isinstance(found, float) else None


def _quarter(date: str) -> int:
    return parse_quarter(date if "Q" in date else f"{date}Q{QUARTERS_A_YEAR}")
