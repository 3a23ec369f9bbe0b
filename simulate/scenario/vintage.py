"""A lab's scenario as a day's figures make it: one process, and data that differ."""

import glob
import math
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from .chain import read_chain
from .changes import Changes, apply_changes, list_named
from .cost_reading import UNKNOWN, Costs, InferenceCost, measured, number_of
from .figures import Figure
from .layers import Origin
from .load import validate
from .mistakes import ScenarioError
from .packaged import NEUTRAL, find_scenario, packaged_path
from .process import GROWTH_AGE, Process, Trend, read_trend
from .quarters import QUARTERS_A_YEAR, format_quarter
from .reading import Reading
from .schema import Provenance, Scenario
from .table_text import is_input, rounded, written

Table = dict[str, Any]
TREND, SHOCK = "segments.all.growth.initial", "demand.initial"
# Files of assumptions that are no lab's, and tables of them that only the reading takes.
PROCESS, REVENUE_ONLY = "process.toml", "revenue-only.toml"
READ_ONLY = ("segment", "base")
ORDER = (
    "name",
    "lab",
    "description",
    "as_of",
    "extends",
    "horizon",
    "targets",
    "base_quarters",
    "segments",
    "demand",
    "inference",
    "free_users",
    "training",
    "other_costs",
    "cash",
    "funding",
    "correlations",
    "alternatives",
)
HEADER = """\
#:schema ./scenario.schema.json
# Written by python -m docs.make_vintages, from the figures of docs/data/figures.csv that may be
# used on {on} and, where none says it, from docs/data/assumptions/. What all labs and
# days have in common stands in base.toml and docs/base-rates.md.
"""


def vintage_of(figures: Sequence[Figure], lab: str, on: date, process: Process) -> Scenario:
    """Return a lab's scenario as the figures that may be used on a day make it.

    Parameters
    ----------
    figures
        Of any labs and days; later ones don't count.
    lab
        Whose.
    on
        The day; the horizon starts after the last quarter that is known by then.
    process
        What all labs and days have in common.

    Raises
    ------
    ScenarioError
        If the figures don't tell four quarters of revenue.
    """
    table = vintage_table(figures, lab, on, process)
    name = f"{lab}, {on:%d %B %Y}"
    layers = read_chain(find_scenario(NEUTRAL))
    layers.lay({k: v for k, v in table.items() if k != "extends"}, Origin(None, (), name))
    stresses = list_named(layers)[0].stresses
    apply_changes(layers, Path(name), Changes())
    scenario, mistakes = validate(layers, Path(name))
    if scenario is None:
        raise ScenarioError(*mistakes)
    return scenario.model_copy(update={"provenance": Provenance(stresses=stresses)})


def vintage_text(figures: Sequence[Figure], lab: str, on: date, process: Process) -> str:
    """Return the file of a vintage, as ``vintage_of`` reads it."""
    return HEADER.format(on=_day(on)) + "\n".join(written(vintage_table(figures, lab, on, process)))


def vintage_table(figures: Sequence[Figure], lab: str, on: date, process: Process) -> Table:
    """Return a vintage as a file's table; see ``vintage_of``."""
    assumed = _assumptions(lab, on)
    reading = Reading(tuple(figures), lab, on, process)
    costs = Costs(reading, assumed)
    laid = _laid_over(assumed, _of_revenue(reading, costs))
    if costs.inference is not None:
        laid = _laid_over(laid, _of_costs(costs, costs.inference))
    return {key: laid[key] for key in [*ORDER, *laid] if key in laid and key not in READ_ONLY}


def _of_revenue(reading: Reading, costs: Costs) -> Table:
    """Return what figures say of revenue, and what stands beside it."""
    return {
        "name": f"{reading.lab}, {reading.on:%B %Y}",
        "lab": reading.lab,
        "description": f"From the figures that may be used on {_day(reading.on)}.",
        "as_of": reading.on,
        "extends": NEUTRAL,
        "horizon": {"first_quarter": format_quarter(reading.last + 1)},
        "base_quarters": [*_base_quarters(reading, costs)],
        "segments": [_segment(reading, costs)],
        "demand": {"initial": _shock(reading)},
        "correlations": _correlations(reading.trend, costs.assumed),
    }


def _base_quarters(reading: Reading, costs: Costs) -> Iterator[Table]:
    cost = costs.inference
    for place, quarter in enumerate(reading.base):
        member: Table = {
            "name": format_quarter(quarter),
            "revenue": _revenue_input(reading, place + 1),
        }
        if cost is not None and quarter != reading.last:
            index = rounded(float(cost.index[place]), 6)
            member["cost"] = {"value": index, "source": cost.source}
        yield member | {"training": costs.training[place]}


def _revenue_input(reading: Reading, place: int) -> Table:
    revenue = reading.revenue
    value, error, ids = revenue.values[place], revenue.errors[place], revenue.sources[place]
    by_rates = error >= reading.process.reconstruction_error
    how = ": by quarter from run rates, scaled to sums; error by base-rates.md"
    return measured(float(value), float(error), f"{ids}{how}" if by_rates else ids)


def _segment(reading: Reading, costs: Costs) -> Table:
    trend, common = reading.trend, costs.assumed["segment"]
    return {
        "name": "all",
        "share_of_revenue": {
            "value": 1.0,
            "source": "assumption: one segment, since no growth by kind of client is known",
        },
        "inference_cost": _inference_cost(costs),
        "growth": {
            "initial": {
                "distribution": "normal",
                "mean": rounded(QUARTERS_A_YEAR * trend.mean, 3),
                "sd": rounded(QUARTERS_A_YEAR * trend.sd, 3),
                "source": _growth_source(reading),
            },
            "age": {
                "value": GROWTH_AGE,
                "source": "base-rates.md: the middle of four quarters lies half a year back",
            },
            **common["growth"],
        },
        "market": common["market"],
    }


def _growth_source(reading: Reading) -> str:
    values, errors, process = reading.revenue.values, reading.revenue.errors, reading.process
    factor = read_trend(values, errors, process).shrink_factor
    return (
        f"base-rates.md: {math.log(values[-1] / values[0]):.2f} in the last four quarters, shrunk "
        f"towards the mean of all labs, {QUARTERS_A_YEAR * process.trend:.2f}, by a factor of "
        f"{factor:.2f}{_by_run_rate(reading, ', and by what')}"
    )


def _by_run_rate(reading: Reading, joined: str) -> str:
    figure = reading.under_way[1]
    return f"{joined} {figure.id} tells of the first quarter" if figure is not None else ""


def _inference_cost(costs: Costs) -> Table:
    if costs.inference is None:
        return dict(UNKNOWN)
    note = costs.assumed.get("base", {}).get("cost_note")
    source = f"{costs.inference.source}; {note}" if note else costs.inference.source
    share = measured(costs.inference.share, costs.inference.sd, source)
    return share if "value" in share else {**share, "truncate": [0.0, 5.0]}


def _shock(reading: Reading) -> Table:
    source = "base-rates.md: what of the last quarter's growth was no trend"
    return {
        "distribution": "normal",
        "mean": rounded(reading.trend.shock, 3),
        "sd": rounded(reading.trend.shock_sd, 3),
        "truncate": [-2.0, 2.0],
        "source": f"{source}{_by_run_rate(reading, ', and what')}",
    }


def _correlations(trend: Trend, assumed: Table) -> Table:
    """Return how trend and shock go together, and the shock with what the trend goes with."""
    found = {f"{TREND}, {SHOCK}": (trend.correlation, "what was trend was no shock")}
    for pair, given in assumed.get("correlations", {}).items():
        if pair.startswith(f"{TREND}, "):
            through_trend = trend.correlation * number_of(given)
            found[pair.replace(TREND, SHOCK)] = through_trend, "through the trend alone"
    return {
        pair: {"value": rounded(value, 3), "source": f"base-rates.md: {why}"}
        for pair, (value, why) in found.items()
    }


def _of_costs(costs: Costs, inference: InferenceCost) -> Table:
    """Return what figures say of costs and cash."""
    cite = costs.reading.cite
    overrun = costs.overrun_of(costs.shares[-1][2])
    read: Table = {
        "inference": {
            "base_overrun": {
                "value": inference.overrun,
                "source": cite(overrun) or "assumption: the base quarters are taken as they were",
            },
            "other_sales_cost": {
                "value": rounded(inference.other, 12),
                "source": costs.assumed["inference"]["other_sales_cost"]["source"],
            },
        }
    }
    free, *rows = costs.free_cost
    users = number_of(costs.assumed["free_users"]["users"])
    if all(rows) and users:
        source = f"{cite(*rows)}: {free:.3g} a year, over {users:g} bn users"
        read["free_users"] = {"annual_cost": {"value": rounded(free / users, 12), "source": source}}
    share, source = costs.variable
    if source is not None:
        read["other_costs"] = {"variable": {"value": rounded(share, 12), "source": source}}
        if not_cash := costs.not_cash():
            read["other_costs"]["stock_pay"] = not_cash
    cash = costs.reading.find("cash", format_quarter(costs.reading.last))
    if cash is not None:
        error = (cash.error or 0.0) / cash.value
        read["cash"] = {"opening": measured(cash.value, error, cite(cash))}
    return read


def _day(on: date) -> str:
    return f"{on.day} {on:%B %Y}"


def _assumptions(lab: str, on: date) -> Table:
    """Return what is assumed of a lab on a day: the files by then, the newest laid over others."""
    folder = packaged_path("assumptions", "docs", "data")
    files = sorted(folder.glob(f"{glob.escape(lab.lower())}-????-??-??.toml"))
    by_then = [f for f in files if date.fromisoformat(f.stem[-len("2026-06-30") :]) <= on]
    table: Table = {}
    for file in [folder / PROCESS, folder / REVENUE_ONLY, *by_then]:
        table = _laid_over(table, tomllib.loads(file.read_text(encoding="utf-8")))
    return table


def _laid_over(below: Mapping[str, Any], above: Mapping[str, Any]) -> Table:
    """Return a table over another; inputs, lists, variants and stress tests are replaced whole."""
    laid = dict(below)
    for key, value in above.items():
        under = laid.get(key)
        if not isinstance(value, Mapping) or is_input(value) or "title" in value:
            laid[key] = value
        else:
            laid[key] = _laid_over(under if isinstance(under, Mapping) else {}, value)
    return laid
