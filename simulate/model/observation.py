"""Something seen of a lab, such as a quarter's revenue, and what it says of paths."""

import itertools
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simulate.scenario import Scenario, ScenarioError
from simulate.scenario.chain import read_toml
from simulate.scenario.units import scale_hint, states_unit

from .outcomes import (
    Amount,
    Event,
    Outcome,
    PeakFundingNeed,
    parse_number,
    parse_outcome,
    parse_value,
    refuse_other_target,
)

Array = NDArray[np.float64]
YES, NO = 1.0, 0.0
# A condition's own comparison, as in "revenue >= 30 by 2027 = yes", is no such sign.
SEEN = re.compile(
    r"(?P<what>.+?)\s*(?<![<>=!])=(?!=)\s*(?P<value>.+?)"
    r"\s*(?:(?:±|\+-|\+/-)\s*(?P<error>.+))?"
)
ANSWERS = {"yes": YES, "no": NO}
MOST_OBSERVED = 100
FORM = '"revenue 2026Q3 = 3.0 bn ± 5%" or "out of cash by 2026 = no"'
FILE_FORM = '[[observed]] with what = "revenue 2026 = 15 bn ± 2%" and source = "…"'


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
    seen: Outcome
    value: float
    error: float | None = None
    of_logarithm: bool = False
    source: str = ""
    where: str = ""

    def contradicts(self, other: "Observation") -> bool:
        """Tell whether this has happened, and the other says that it hasn't by then or later."""
        return (
            isinstance(self.seen, Event)
            and isinstance(other.seen, Event)
            and self.seen.time is other.seen.time
            and self.seen.quarter <= other.seen.quarter
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
            Minus infinity where the path rules out what was seen, as one without a value does.
        """
        if self.error is None:
            return np.where(paths == self.value, 0.0, -math.inf)
        if not self.of_logarithm:
            density = -0.5 * ((self.value - paths) / self.error) ** 2
            return np.where(np.isnan(paths), -math.inf, density)
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
        if one.seen == other.seen:
            raise ScenarioError(
                f"{both}: the same {one.seen.name} would count twice; leave one out"
            )


def as_observations(
    given: str | Sequence[str | Observation], scenario: Scenario
) -> list[Observation]:
    """Return observations that are given one or several, as texts or read already.

    Raises
    ------
    ScenarioError
        If one is none, or there is none at all.
    """
    found = [
        parse_observation(one, scenario) if isinstance(one, str) else one
        for one in ([given] if isinstance(given, str) else given)
    ]
    if not found:
        raise ScenarioError(f"nothing is observed; give {FORM}")
    return found


def overlap_sentences(observations: Sequence[Observation]) -> list[str]:
    """Say which figures hold the same quarters, as a year and one of its own does."""
    return [
        f"{one.seen.name} and {other.seen.name} share quarters, and their errors count as "
        "independent; leave one out if it was worked out from the other."
        for one, other in itertools.combinations(observations, 2)
        if isinstance(one.seen, Amount)
        and isinstance(other.seen, Amount)
        and one.seen.shares_quarters_with(other.seen)
    ]


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
    match = SEEN.fullmatch(text.strip())
    if match is None:
        raise ScenarioError(f"{where}: not an observation; write it as {FORM}")
    seen = parse_outcome(match["what"], scenario, where, FORM)
    if isinstance(seen, PeakFundingNeed):
        raise ScenarioError(
            f"{where}: the {seen.name} is known at the end of the horizon only; "
            f"observe what is known before, as {FORM}"
        )
    if isinstance(seen, Event):
        refuse_other_target(seen, scenario, where)
        seen = replace(seen, level=None)
        return Observation(text, seen, _answer(match, where), source=source, where=where)
    value = parse_value(match["value"], seen, where)
    if match["error"] is None:
        return Observation(text, seen, value, source=source, where=where)
    error, is_relative = _error(match["error"], match["value"], seen, where)
    if is_relative and not value > 0.0:
        error, is_relative = error * abs(value), False
    return Observation(text, seen, value, error, is_relative, source, where)


def _answer(match: re.Match[str], where: str) -> float:
    answer = ANSWERS.get(match["value"].lower())
    if answer is None:
        raise ScenarioError(f'{where}: "{match["value"]}" is neither yes nor no')
    if match["error"] is not None:
        raise ScenarioError(f"{where}: yes and no have no error; leave out ± {match['error']}")
    return answer


def _error(given: str, value: str, seen: Outcome, where: str) -> tuple[float, bool]:
    """Return the error of a value, and whether it is a part of the value."""
    is_share = seen.unit == "share"
    is_relative = not is_share and given.strip().endswith("%")
    error = parse_number(given, "share" if is_relative else seen.unit, where)
    if states_unit(value) and not states_unit(given):
        written = given.strip()
        unit = "bn" if seen.unit == "bn USD" else seen.unit
        mend = f"{written}%" + ("" if is_share else f" or {written} {unit}")
        raise ScenarioError(f"{where}: the error has no unit; write {mend}")
    if not 0.0 < error < math.inf:
        raise ScenarioError(f"{where}: an error of {given} is not above 0")
    if is_share and error > 1.0:
        hint = scale_hint(error, "share", given=given)
        raise ScenarioError(f"{where}: a margin's error is at most 1{hint}")
    return error, is_relative
