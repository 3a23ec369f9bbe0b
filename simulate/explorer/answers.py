"""What a page draws of a run, and the frame that stays while answers come."""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simulate.analysis.reported import reported
from simulate.engine.estimate import Estimate, probability
from simulate.engine.result import DISCLAIMER, Result
from simulate.engine.statistics import pooled_quantiles
from simulate.model.catalogue import (
    AnyMetric,
    HittingTime,
    OwnHit,
    hitting_times_of,
    own_metrics,
    stated_times,
)
from simulate.model.outcomes import (
    CASH_YEAR,
    MARGINS,
    event_by_year,
    projected_event,
    projected_metric,
    projected_time,
)
from simulate.model.rows import Hit, Metric
from simulate.model.statistics import LEVEL_NAMES
from simulate.scenario import Scenario
from simulate.scenario.quarters import QUARTERS_A_YEAR, format_quarter
from simulate.text.alternatives import chance_by_year
from simulate.text.cash import funding_need_finding
from simulate.text.numbers import exact_percent, unit_of
from simulate.text.run import headline, headline_years, told_margins

from .changed import Explored
from .controls import controls_of, in_words, number

GROSS_MARGIN = "gross margin"
# Of a fan.
SHOWN = ("p05", "p25", "p50", "p75", "p95")


def scene_of(
    explored: Explored, file_name: str, ranks: dict[str, int] | None = None
) -> dict[str, Any]:
    """Return what a page is told once: what answers are of, and all controls; see its protocol."""
    scenario = explored.scenario
    horizon = scenario.horizon
    quarters = range(horizon.first_quarter, horizon.last_quarter + 1)
    return {
        "name": scenario.name,
        "file": file_name,
        "disclaimer": DISCLAIMER,
        "quarters": list(map(format_quarter, quarters)),
        "years": list(range(horizon.first_year, horizon.last_year + 1)),
        "year_ends": horizon.year_ends,
        "times": [
            {
                "name": name,
                "title": time_title(scenario, name),
                "by": year_asked(scenario, name, time),
            }
            for name, time in times_of(scenario).items()
        ],
        "fans": [
            {"name": name, "title": metric.title, "unit": _unit_of(metric)}
            for name, metric in fans_of(scenario).items()
        ],
        "came_true": came_true(scenario),
        "controls": [control.as_dict() for control in controls_of(explored, ranks)],
        "final_paths": scenario.sampling.paths,
    }


def times_of(scenario: Scenario) -> dict[str, HittingTime]:
    """Return the hitting times that a page shows, the two of the headline first, by name."""
    untold = {MARGINS[name] for name in MARGINS if name not in told_margins(scenario)}
    projected = projected_time(scenario)
    hidden = {time for margin in untold for time in (margin.reached, margin.held)} | {projected}
    # Whatever an own outcome is called: its title may say a level that is changed.
    stated = zip(scenario.outcomes, stated_times(scenario), strict=True)
    names: dict[HittingTime, str] = {time: f"outcomes.{name}" for name, time in stated}
    others = {
        names.get(time, time.title): time
        for time in (Hit.CASH_FLOW_HELD, *hitting_times_of(scenario))
        if time not in hidden
    }
    return {GROSS_MARGIN: projected} | others


def time_title(scenario: Scenario, name: str) -> str:
    """Return what a hitting time is of, by its name."""
    if name == GROSS_MARGIN:
        return f"{name} of {exact_percent(scenario.targets.gross_margin)}"
    return times_of(scenario)[name].title


def year_asked(scenario: Scenario, name: str, time: HittingTime) -> int:
    """Return by the end of which year a hitting time is asked about, as in the headline.

    A target of a scenario's own, by the end of that in which its date is.
    """
    if name == GROSS_MARGIN:
        return int(projected_event(scenario).date)
    by = time.stated.by if isinstance(time, OwnHit) else None
    year = CASH_YEAR if by is None else by // QUARTERS_A_YEAR
    return int(event_by_year(time, year, scenario).date)


def fans_of(scenario: Scenario) -> dict[str, AnyMetric]:
    """Return the metrics that a page shows by year, by name."""
    shown = (Metric.REVENUE, Metric.FREE_CASH_FLOW, Metric.CASH, *own_metrics(scenario))
    return {GROSS_MARGIN: projected_metric(scenario)} | {metric.title: metric for metric in shown}


def _unit_of(metric: AnyMetric) -> str:
    if isinstance(metric, Metric):
        return "share" if metric in {margin.metric for margin in MARGINS.values()} else "bn USD"
    return metric.unit


def came_true(scenario: Scenario) -> dict[str, list[dict[str, Any]]]:
    """Return what is reported of whole years, each at its last quarter, by the name of a fan."""
    fans = fans_of(scenario).items()
    found = {name: _marks(scenario, metric) for name, metric in fans if isinstance(metric, Metric)}
    return {name: marks for name, marks in found.items() if marks}


def _marks(scenario: Scenario, metric: Metric) -> list[dict[str, Any]]:
    unit, first = unit_of(_unit_of(metric)), scenario.horizon.first_quarter
    return [
        {
            "quarter": mark.quarter,
            "value": number(mark.value),
            "text": f"{in_words([mark.value], unit)[0]} in "
            f"{(first + mark.quarter) // QUARTERS_A_YEAR} ({mark.id})",
        }
        for mark in reported(scenario, metric)
        if mark.quarters == QUARTERS_A_YEAR and not mark.is_plan
    ]


def answer_of(result: Result) -> dict[str, Any]:
    """Return what a page draws of a run, ready for JSON."""
    scenario, need = result.scenario, result.funding_need
    year, _ = headline_years(result)
    horizon = scenario.horizon
    return {
        "paths": result.paths,
        "first": format_quarter(horizon.first_quarter),
        "years": list(range(horizon.first_year, horizon.last_year + 1)),
        "sentence": headline(result),
        "range": _range(chance_by_year(result, projected_time(scenario), year).range),
        "times": {
            name: {"title": time_title(scenario, name), **_dates(result, time)}
            for name, time in times_of(scenario).items()
        },
        "fans": _fans(result),
        "need": {
            "p50": number(need["p50"].value),
            "p90": number(need["p90"].value),
            "text": funding_need_finding(result),
        },
    }


def _range(told: str) -> str:
    """Return the ends of a range over alternatives, told as "3% if …, 14% if …", without them."""
    ends = [end.partition("% if ")[0] for end in told.split(", ") if "% if " in end]
    return f"{ends[0]} to {ends[-1]}% by alternative" if ends else ""


def _dates(result: Result, time: HittingTime) -> dict[str, Any]:
    reached = result.hits(time).cumsum(axis=1)
    shares = reached.sum(axis=0) / result.paths
    ends = result.scenario.horizon.year_ends
    chances = (probability(reached[:, end], result.replicate_paths) for end in ends)
    return {
        "by_quarter": _rounded(shares[:-1]),
        "never": number((reached[:, -1] - reached[:, -2]).sum() / result.paths),
        "by_year": [_with_interval(chance) for chance in chances],
    }


def _with_interval(chance: Estimate) -> list[float]:
    return [number(chance.value), number(chance.low), number(chance.high)]


def _fans(result: Result) -> dict[str, Any]:
    ends = result.scenario.horizon.year_ends
    found = {}
    for name, metric in fans_of(result.scenario).items():
        quantiles = pooled_quantiles(result.tally, metric, ends)
        columns = dict(zip(LEVEL_NAMES, quantiles.T, strict=True))
        found[name] = {"quarters": ends} | {level: _rounded(columns[level]) for level in SHOWN}
    return found


def _rounded(values: NDArray[np.float64]) -> list[float | None]:
    return [number(value) if math.isfinite(value) else None for value in values.tolist()]
