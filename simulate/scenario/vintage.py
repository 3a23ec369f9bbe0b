"""A lab's scenario as a day's figures make it: one process, and data that differ."""

import math
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .chain import read_chain
from .changes import Changes, apply_changes, list_named
from .edits import toml_key, toml_value
from .figures import RUN_RATE_DAYS, Figure, known, reconstructed
from .layers import Origin
from .load import validate
from .mistakes import ScenarioError
from .packaged import NEUTRAL, find_scenario, packaged_path
from .process import GROWTH_AGE, Process, RunRate, Trend, read_trend
from .quarters import QUARTERS_A_YEAR, format_quarter
from .reconstruct import (
    Revenue,
    decline_through,
    first_day,
    middle_day,
    quarters_in,
    revenue_by_quarter,
    usable,
)
from .schema import Provenance, Scenario

Array = NDArray[np.float64]
Table = dict[str, Any]
BASE_QUARTERS = 4
# So far back do figures of cost go: a year before the base year's first quarter.
LONGEST_BACK = 9
TREND, SHOCK = "segments.all.growth.initial", "demand.initial"
# Files of assumptions that are no lab's, and tables of them that only the reading takes.
PROCESS, REVENUE_ONLY = "process.toml", "revenue-only.toml"
READ_ONLY = ("segment", "base")
PAYING, WITH_FREE, BY_ACCOUNTS = "paying users", "with free users", "by the accounts"
RESULTS = ("EBITDA", "operating result")
# Of a normal, in standard deviations above its median.
P90 = 1.2815515655446004
# More of other cost than this is not taken to be no cash.
MOST_NOT_CASH = 0.95
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
    day = f"{on.day} {on:%B %Y}"
    return HEADER.format(on=day) + "\n".join(_written(vintage_table(figures, lab, on, process)))


def vintage_table(figures: Sequence[Figure], lab: str, on: date, process: Process) -> Table:
    """Return a vintage as a file's table; see ``vintage_of``."""
    reading = _Reading(tuple(figures), lab, on, process)
    table = _ordered(_laid_over(_assumptions(lab, on), reading.table()))
    return {key: value for key, value in table.items() if key not in READ_ONLY}


@dataclass(frozen=True)
class _Cost:
    """Inference cost over revenue: in the last base quarter, and how it fell before."""

    share: float
    sd: float
    # Of each base quarter, over the last one's.
    index: Array
    other: float
    overrun: float
    source: str


@dataclass(frozen=True)
class _Reading:
    """What a lab's figures say on a day."""

    figures: tuple[Figure, ...]
    lab: str
    on: date
    process: Process

    @cached_property
    def usable(self) -> list[Figure]:
        return usable(self.figures, self.lab, self.on)

    @cached_property
    def assumed(self) -> Table:
        return _assumptions(self.lab, self.on)

    @cached_property
    def last(self) -> int:
        """The last quarter that a sum tells of, or a run rate of its second half."""
        quarter = self.on.year * QUARTERS_A_YEAR + (self.on.month - 1) // 3
        sums = [f.period for f in self.usable if f.quantity == "revenue" and f.kind == "level"]
        rates = [f.about for f in self.usable if f.quantity == "run rate" and f.kind == "level"]
        for candidate in range(quarter, quarter - 2 * QUARTERS_A_YEAR, -1):
            middle, end = middle_day(candidate), first_day(candidate + 1)
            if (end - self.on).days > 1:
                continue
            if any(candidate in quarters_in(period) for period in sums) or any(
                middle <= day < end for day in rates
            ):
                return candidate
        raise ScenarioError(f"{self.lab}: no revenue of the two years before {self.on} is known")

    @cached_property
    def back(self) -> Revenue:
        """Revenue as far back as figures of cost are read."""
        return revenue_by_quarter(
            self.usable, self.last, LONGEST_BACK, self.process.reconstruction_error
        )

    @cached_property
    def revenue(self) -> Revenue:
        """Revenue of the base quarters, and of the one before."""
        return revenue_by_quarter(
            self.usable, self.last, BASE_QUARTERS + 1, self.process.reconstruction_error
        )

    @property
    def base(self) -> range:
        return range(self.last - BASE_QUARTERS + 1, self.last + 1)

    def find(
        self, quantity: str, period: str | None = None, definition: str | None = None
    ) -> Figure | None:
        """Return the figure of the newest period that is over, whole and within what is read."""
        found = [
            f
            for f in self.usable
            if f.quantity == quantity
            and (definition is None or f.definition == definition)
            and period in (None, f.period)
            and f.kind not in ("revision", "forecast error")
            and self._is_over(f.period)
        ]
        return max(found, key=lambda f: (f.about, -len(quarters_in(f.period))), default=None)

    def _is_over(self, period: str) -> bool:
        quarters = quarters_in(period)
        return bool(quarters) and self.back.first <= quarters[0] and quarters[-1] <= self.last

    def cite(self, *figures: Figure | None) -> str:
        """Return ids, with what was published after the day."""
        given = [f for f in figures if f is not None]
        ids = ", ".join(dict.fromkeys(f.id for f in given))
        later = [f for f in given if reconstructed(f, self.on)]
        return f"{ids} (reconstructed: published later)" if later else ids

    # Revenue

    def table(self) -> Table:
        """Return what the figures say, as a file's table."""
        read: Table = {
            "name": f"{self.lab}, {self.on:%B %Y}",
            "lab": self.lab,
            "description": f"From the figures that may be used on {self.on.day} {self.on:%B %Y}.",
            "as_of": self.on,
            "extends": NEUTRAL,
            "horizon": {"first_quarter": format_quarter(self.last + 1)},
            "base_quarters": self._base_quarters(),
            "segments": [self._segment()],
            "demand": {"initial": self._shock()},
            "correlations": self._correlations(),
        }
        return _laid_over(read, self._costs())

    def _correlations(self) -> Table:
        """Return how trend and shock go together, and the shock with what the trend goes with."""
        of_both = self.trend.correlation
        found = {f"{TREND}, {SHOCK}": (of_both, "what was trend was no shock")}
        for pair, given in self.assumed.get("correlations", {}).items():
            if pair.startswith(f"{TREND}, "):
                through_trend = of_both * _number(given)
                found[pair.replace(TREND, SHOCK)] = through_trend, "through the trend alone"
        return {
            pair: {"value": _round(value, 3), "source": f"base-rates.md: {why}"}
            for pair, (value, why) in found.items()
        }

    @cached_property
    def trend(self) -> Trend:
        return read_trend(
            self.revenue.values, self.revenue.errors, self.process, self._under_way()[0]
        )

    def _under_way(self) -> tuple[RunRate | None, Figure | None]:
        """Return the newest run rate of which all four weeks lie after the last quarter."""
        middle, ahead = (middle_day(quarter) for quarter in (self.last, self.last + 1))
        weeks = timedelta(days=RUN_RATE_DAYS)
        found = [
            f
            for f in self.usable
            if (f.quantity, f.kind) == ("run rate", "level")
            and first_day(self.last + 1) <= f.about - weeks
        ]
        if not found:
            return None, None
        newest = max(found, key=lambda f: f.about)
        way = ((newest.about - weeks / 2) - middle) / (ahead - middle)
        last = QUARTERS_A_YEAR * float(self.revenue.values[-1])
        return RunRate(way, math.log(newest.value / last)), newest

    def _base_quarters(self) -> list[Table]:
        found = []
        training = self.training
        for place, quarter in enumerate(self.base):
            member: Table = {
                "name": format_quarter(quarter),
                "revenue": self._revenue_input(place + 1),
            }
            if self.cost is not None and quarter != self.last:
                index = _round(float(self.cost.index[place]), 6)
                member["cost"] = {"value": index, "source": self.cost.source}
            member["training"] = training[place]
            found.append(member)
        return found

    def _revenue_input(self, place: int) -> Table:
        value, error = float(self.revenue.values[place]), float(self.revenue.errors[place])
        ids = self.revenue.sources[place]
        by_rates = "," in ids or error >= self.process.reconstruction_error
        how = "by quarter from run rates, scaled to sums; error by base-rates.md"
        return _lognormal(value, error, f"{ids}: {how}" if by_rates else ids)

    def _segment(self) -> Table:
        trend, common = self.trend, self.assumed["segment"]
        return {
            "name": "all",
            "share_of_revenue": {
                "value": 1.0,
                "source": "assumption: one segment, since no growth by kind of client is known",
            },
            "inference_cost": self._inference_cost(),
            "growth": {
                "initial": {
                    "distribution": "normal",
                    "mean": _round(4.0 * trend.mean, 3),
                    "sd": _round(4.0 * trend.sd, 3),
                    "source": self._growth_source(),
                },
                "age": {
                    "value": GROWTH_AGE,
                    "source": "base-rates.md: the middle of four quarters lies half a year back",
                },
                **common["growth"],
            },
            "market": common["market"],
        }

    def _growth_source(self) -> str:
        own = math.log(self.revenue.values[-1] / self.revenue.values[0])
        quarters = read_trend(self.revenue.values, self.revenue.errors, self.process)
        source = (
            f"base-rates.md: {own:.2f} in the last four quarters, shrunk towards the mean of all "
            f"labs, {4.0 * self.process.trend:.2f}, by a factor of {quarters.shrink_factor:.2f}"
        )
        under_way = self._under_way()[1]
        by_rate = f", and by what {under_way.id} tells of the first quarter" if under_way else ""
        return source + by_rate

    def _shock(self) -> Table:
        under_way = self._under_way()[1]
        source = "base-rates.md: what of the last quarter's growth was no trend"
        if under_way is not None:
            source += f", and what {under_way.id} tells of the first quarter"
        return {
            "distribution": "normal",
            "mean": _round(self.trend.shock, 3),
            "sd": _round(self.trend.shock_sd, 3),
            "truncate": [-2.0, 2.0],
            "source": source,
        }

    # Cost of revenue

    @cached_property
    def free_cost(self) -> tuple[float, Figure | None, Figure | None]:
        """Cost of free users a year, from two definitions of one period's margin."""
        for definition in (PAYING, BY_ACCOUNTS):
            paying = self.find("gross margin", definition=definition)
            wider = paying and self.find("gross margin", paying.period, WITH_FREE)
            if paying and wider:
                quarters = quarters_in(paying.period)
                revenue = float(self.back.of(quarters).sum())
                gap = 1.0 - wider.value - self._paying_share(paying)
                return gap * revenue * QUARTERS_A_YEAR / len(quarters), paying, wider
        users, each = (_number(self.assumed["free_users"][k]) for k in ("users", "annual_cost"))
        return users * each, None, None

    def _paying_share(self, margin: Figure) -> float:
        """Return cost of revenue over revenue; to the digit where the accounts give both."""
        cost = self.find("cost of revenue", margin.period)
        if margin.definition == BY_ACCOUNTS and cost is not None:
            return cost.value / float(self.back.of(quarters_in(margin.period)).sum())
        return 1.0 - margin.value

    def _shares(self) -> list[tuple[range, float, Figure]]:
        """Return the periods whose cost over revenue is known, for paying users."""
        found: dict[str, tuple[range, float, Figure]] = {}
        for definition in (PAYING, BY_ACCOUNTS, WITH_FREE):
            for figure in self.usable:
                if (figure.quantity, figure.definition) != ("gross margin", definition):
                    continue
                if figure.kind == "forecast error" or not self._is_over(figure.period):
                    continue
                quarters = quarters_in(figure.period)
                share = self._paying_share(figure)
                if definition == WITH_FREE:
                    free = self.free_cost[0] * len(quarters) / QUARTERS_A_YEAR
                    share -= free / float(self.back.of(quarters).sum())
                found.setdefault(figure.period, (quarters, share, figure))
        return sorted(found.values(), key=lambda each: each[0].stop)

    @cached_property
    def cost(self) -> _Cost | None:
        """Cost of inference over revenue, by quarter; None if no margin is known."""
        shares = self._shares()
        if not shares:
            return None
        process, back = self.process, self.back
        other, about_other = self._other_sales_cost()
        inference = [(quarters, share - other) for quarters, share, _ in shares]
        quarters, _, newest = shares[-1]
        if len(shares) > 1:
            level, decline = decline_through(inference[-2:], back)
            keep = process.gain_sd**2 / (process.gain_sd**2 + process.gain_noise**2)
            rows = self.cite(shares[-2][2], newest)
        else:
            decline, keep, rows = process.gain, 0.0, self.cite(newest)
            weights = back.of(quarters) / back.of(quarters).sum()
            earlier = (quarters.stop - 1 - np.array(quarters)) / QUARTERS_A_YEAR
            level = inference[-1][1] / float(weights @ np.exp(decline * earlier))
        ahead = process.gain + keep * (decline - process.gain)
        ahead_sd = process.gain_sd * math.sqrt(1.0 - keep)
        beyond = self.last - (quarters.stop - 1)
        share = level * math.exp(-ahead * beyond / QUARTERS_A_YEAR)
        within = (len(quarters) - 1) / 2.0
        sd = math.hypot(
            ahead_sd * (beyond + within) / QUARTERS_A_YEAR, process.cost_shock * math.sqrt(beyond)
        )
        logs = [
            decline * max(0, quarters.stop - 1 - q) + ahead * min(beyond, self.last - q)
            for q in self.base
        ]
        overrun = self._base_overrun(newest)
        if len(shares) > 1:
            source = f"{rows}{about_other}: falls by {decline:.2f} a year from one to the other"
        else:
            source = f"{rows}; assumption: fell by {decline:.2f} a year, the mean of all labs"
        if beyond:
            source += f", then by {ahead:.2f} (base-rates.md)"
        return _Cost(
            share / (1.0 + overrun),
            sd,
            np.exp(np.array(logs) / QUARTERS_A_YEAR),
            other,
            overrun,
            source,
        )

    def _other_sales_cost(self) -> tuple[float, str]:
        """Return other cost of sales over revenue: what plan, margin and overrun leave."""
        margin = self.find("gross margin", definition=PAYING)
        overrun = margin and self._overrun_of(margin)
        plans = [
            f
            for f in known(self.figures, self.on)
            if margin is not None
            and (f.lab, f.quantity, f.definition) == (self.lab, margin.quantity, PAYING)
            and (f.kind, f.period) == ("plan", margin.period)
        ]
        if margin is None or overrun is None or not plans:
            return _number(self.assumed["inference"]["other_sales_cost"]), ""
        planned = (plans[0].value - margin.value) / overrun.value
        return 1.0 - plans[0].value - planned, f", {plans[0].id}, {overrun.id}"

    def _overrun_of(self, margin: Figure) -> Figure | None:
        errors = (f for f in self.usable if f.quantity == "inference cost against plan")
        return next((f for f in errors if f.period == margin.period), None)

    def _base_overrun(self, margin: Figure) -> float:
        overrun = self._overrun_of(margin)
        return overrun.value if overrun is not None else 0.0

    def _inference_cost(self) -> Table:
        if self.cost is None:
            return {"value": 0.0, "source": "assumption: not known by the day; not judged"}
        note = self.assumed.get("base", {}).get("cost_note")
        source = f"{self.cost.source}; {note}" if note else self.cost.source
        share = _lognormal(self.cost.share, self.cost.sd, source)
        return share if "value" in share else {**share, "truncate": [0.0, 5.0]}

    # Other costs

    @property
    def _training(self) -> Figure | None:
        figure = self.find("training cost")
        return figure if figure and len(quarters_in(figure.period)) == QUARTERS_A_YEAR else None

    @cached_property
    def training(self) -> list[Table]:
        """Training cost of the base quarters: a year's, growing by a steady rate."""
        figure = self._training
        if figure is None:
            nothing = {"value": 0.0, "source": "assumption: not known by the day; not judged"}
            return [dict(nothing) for _ in self.base]
        growth = _number(self.assumed["base"]["training_growth"]) / QUARTERS_A_YEAR
        year = np.array(quarters_in(figure.period))
        unit = figure.value / np.exp(growth * (year - year[-1])).sum()
        found = []
        for quarter in self.base:
            value = float(unit * np.exp(growth * (quarter - year[-1])))
            beyond = max(0, quarter - int(year[-1]))
            error = self.process.training_shock * math.sqrt(beyond)
            growing = f"assumption: growing by {4.0 * growth:.2f} a year"
            source = f"{self.cite(figure)}; {growing}"
            if quarter == self.last and (left := self._left_for_training()) is not None:
                value, error, source = left
            found.append(_lognormal(value, error, source))
        return found

    def _left_for_training(self) -> tuple[float, float, str] | None:
        """Return the last quarter's training by its operating result, if that is known."""
        period = format_quarter(self.last)
        result, margin = (
            self.find("operating result", period),
            self.find("gross margin", period, WITH_FREE),
        )
        if result is None or margin is None:
            return None
        revenue = float(self.revenue.values[-1])
        other = self._fixed / QUARTERS_A_YEAR + self.variable[0] * revenue
        value = margin.value * revenue - other - result.value
        source = f"{self.cite(result, margin)}: what the operating result leaves beside other cost"
        return value, 0.0, source

    @property
    def _fixed(self) -> float:
        return _number(self.assumed["other_costs"]["fixed"])

    @cached_property
    def variable(self) -> tuple[float, str | None]:
        """Other cost that follows revenue, over revenue: what the year's result leaves."""
        training = self._training
        results = training and (self.find(name, training.period) for name in RESULTS)
        result = next(filter(None, results or ()), None)
        if training is None or result is None or self.cost is None:
            return _number(self.assumed["other_costs"]["variable"]), None
        quarters = quarters_in(training.period)
        revenue = float(self.back.of(quarters).sum())
        cost = next(share for q, share, _ in self._shares() if q == quarters)
        gross = revenue * (1.0 - cost) - self.free_cost[0]
        other = gross - training.value - result.value
        source = (
            f"{self.cite(result, training, *self.free_cost[1:])}: {other:.2f} of other cost in "
            f"{training.period} less {self._fixed:g}, over revenue of {revenue:.4g}"
        )
        return (other - self._fixed) / revenue, source

    def _costs(self) -> Table:
        read: Table = {}
        if self.cost is None:
            return read
        margins = [f for _, _, f in self._shares()][-1:]
        read["inference"] = {
            "base_overrun": {
                "value": self.cost.overrun,
                "source": self.cite(self._overrun_of(margins[0]))
                or "assumption: the base quarters are taken as they were",
            },
            "other_sales_cost": {
                "value": _round(self.cost.other, 12),
                "source": self.assumed["inference"]["other_sales_cost"]["source"],
            },
        }
        free, *rows = self.free_cost
        users = _number(self.assumed["free_users"]["users"])
        if all(rows) and users:
            read["free_users"] = {
                "annual_cost": {
                    "value": _round(free / users, 12),
                    "source": f"{self.cite(*rows)}: {free:.3g} a year, over {users:g} bn users",
                }
            }
        share, source = self.variable
        if source is not None:
            read["other_costs"] = {"variable": {"value": _round(share, 12), "source": source}}
            if not_cash := self._not_cash():
                read["other_costs"]["stock_pay"] = not_cash
        cash = self.find("cash", format_quarter(self.last))
        if cash is not None:
            error = cash.error or 0.0
            read["cash"] = {"opening": _lognormal(cash.value, error / cash.value, self.cite(cash))}
        return read

    def _not_cash(self) -> Table | None:
        """Return the part of other cost that is no cash, by the newest result and cash flow."""
        result = self.find("operating result")
        pay = result and self.find("stock pay", result.period)
        flow = result and self.find("free cash flow", result.period)
        if result is None or pay is None or flow is None:
            # Of the newest period that has all three.
            pay = self.find("stock pay")
            flow = pay and self.find("free cash flow", pay.period)
            result = pay and self.find("operating result", pay.period)
        if result is None or pay is None or flow is None:
            return None
        quarters = quarters_in(result.period)
        revenue = float(self.back.of(quarters).sum())
        other = self._fixed * len(quarters) / QUARTERS_A_YEAR + self.variable[0] * revenue
        low = pay.value / other
        high = min(MOST_NOT_CASH, (flow.value - result.value) / other)
        return {
            "distribution": "uniform",
            "low": _round(low, 3),
            "high": _round(high, 3),
            "source": f"{self.cite(result, pay, flow)}: from stock pay to all that lies between "
            f"operating result and cash flow, over other cost of {other:.3g}; assumption: alike",
        }


def _number(given: Mapping[str, Any] | float) -> float:
    return float(given["value"] if isinstance(given, Mapping) else given)


def _round(value: float, digits: int) -> float:
    return float(f"{value:.{digits}g}")


def _lognormal(median: float, error: float, source: str) -> Table:
    """Return an amount with a relative error of measurement, as a file says it."""
    if error == 0.0:
        return {"value": _round(median, 12), "source": source}
    p90 = _round(median * math.exp(P90 * error), 4)
    return {
        "distribution": "lognormal",
        "p50": _round(median, 6),
        "p90": p90,
        "source": source,
    }


# Tables


def _assumptions(lab: str, on: date) -> Table:
    """Return what is assumed of a lab on a day: the files by then, the newest laid over others."""
    folder = packaged_path("assumptions", "docs", "data")
    files = sorted(folder.glob(f"{lab.lower()}-????-??-??.toml"))
    by_then = [f for f in files if date.fromisoformat(f.stem[-len("2026-06-30") :]) <= on]
    table: Table = {}
    for file in [folder / PROCESS, folder / REVENUE_ONLY, *by_then]:
        table = _laid_over(table, tomllib.loads(file.read_text(encoding="utf-8")))
    return table


def _is_input(value: Any) -> bool:
    return isinstance(value, Mapping) and ("distribution" in value or "value" in value)


def _laid_over(below: Mapping[str, Any], above: Mapping[str, Any]) -> Table:
    """Return a table over another; inputs, lists, variants and stress tests are replaced whole."""
    laid = dict(below)
    for key, value in above.items():
        under = laid.get(key)
        if not isinstance(value, Mapping) or _is_input(value) or "title" in value:
            laid[key] = value
        else:
            laid[key] = _laid_over(under if isinstance(under, Mapping) else {}, value)
    return laid


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


def _ordered(table: Table) -> Table:
    """Return a table in the order of the schema; what has no place there comes last."""
    named = {key: table[key] for key in ORDER if key in table}
    return named | table


def _written(table: Mapping[str, Any]) -> Iterator[str]:
    """Return a table's lines: a header a section, an input a line."""
    yield from (f"{k} = {toml_value(v)}" for k, v in table.items() if not _is_section(v))
    for name, value in table.items():
        if isinstance(value, Mapping) and not _is_input(value):
            yield from _section(name, value)
        elif _is_section(value):
            for member in value:
                yield from ("", f"[[{name}]]", *_keys(member))
    yield ""


def _is_section(value: Any) -> bool:
    is_list = isinstance(value, (list, tuple)) and bool(value) and isinstance(value[0], Mapping)
    return (isinstance(value, Mapping) and not _is_input(value)) or is_list


def _section(name: str, table: Mapping[str, Any]) -> Iterator[str]:
    deeper = {k: v for k, v in table.items() if isinstance(v, Mapping) and not _inline(k, v)}
    own = {k: v for k, v in table.items() if k not in deeper}
    if own:
        yield from ("", f"[{name}]", *_keys(own))
    for key, value in deeper.items():
        yield from _section(f"{name}.{toml_key(key)}", value)


def _inline(key: str, value: Any) -> bool:
    return not isinstance(value, Mapping) or _is_input(value) or key in ("by", "times")


def _keys(table: Mapping[str, Any], prefix: str = "") -> Iterator[str]:
    for key, value in table.items():
        name = f"{prefix}{toml_key(key)}"
        if _inline(key, value):
            yield f"{name} = {_inlined(value)}"
        else:
            yield from _keys(value, f"{name}.")


def _inlined(value: Any) -> str:
    if isinstance(value, Mapping):
        parts = (f"{toml_key(k)} = {_inlined(v)}" for k, v in value.items())
        return f"{{ {', '.join(parts)} }}"
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(map(_inlined, value))}]"
    return toml_value(value)
