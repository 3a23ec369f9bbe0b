"""From texts such as ``revenue 2026Q1 = 3.0 bn ± 5%`` to observations."""

import math
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from simulate.event import (
    DATE,
    known_name,
    parse_event,
    quarter_in_horizon,
    refuse_other_target,
)
from simulate.kernels.rows import Metric
from simulate.observation import (
    NO,
    YES,
    Figure,
    Happening,
    Observation,
    refuse_repeated,
)
from simulate.result import METRICS, projected_metric
from simulate.sampling.ramp import base_year_ramp
from simulate.scenario import Scenario, ScenarioError
from simulate.scenario.chain import read_toml
from simulate.scenario.scale import scale_hint
from simulate.scenario.units import number_in_unit, states_unit

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
