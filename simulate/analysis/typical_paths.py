"""Single paths that stand for many: medoids, the median path, its cash flow statement."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from simulate.engine.block import DEVIATIONS, Workspace
from simulate.engine.result import Result
from simulate.engine.run import simulate_traces
from simulate.kernels.arrays import LANES, Drawn, index
from simulate.model.catalogue import outcome_columns, own_times, traced_lines
from simulate.model.outcomes import (
    MARGINS,
    Event,
    projected_metric,
    projected_time,
    targets_in_words,
)
from simulate.model.rows import Flow, Hit, Lab, Metric, Now, traced
from simulate.scenario import Scenario
from simulate.scenario.own import STAGES
from simulate.scenario.quarters import QUARTERS_A_YEAR

if TYPE_CHECKING:
    import pandas as pd

Array = NDArray[np.float64]
# A year's story tells of a deviation from plan beyond these quantiles of all paths, from half a
# percent on: a quarter's deviations add up to more in a year than a year's own.
USUAL = (0.1, 0.9)
SMALLEST_DEVIATION, ROUNDING = 0.005, 1e-9
SMALLEST_ROUND = 0.005
# Of what may be nothing, and is divided by.
TINY = 1e-12
# Typical paths are sought among so many, the first of the run's first replicate.
MOST_COMPARED = 1 << 14
DEVIATION_NAMES = dict(zip(DEVIATIONS, ("inference", "training"), strict=True))
TIMES_IN_WORDS = {
    **{margin.reached: "margin reaches {target}" for margin in MARGINS.values()},
    Hit.CASH_FLOW_POSITIVE: "first positive cash flow",
    Hit.CASH_FLOW_HELD: "four positive quarters in a row",
    Hit.PAYBACK: "all paid back",
    Hit.OUT_OF_CASH: "cash runs out",
}


class ByName(Protocol):
    """Numbers of one path or columns of many, by name: of a table, or without one."""

    def __getitem__(self, name: str, /) -> Any:
        """Return what has a name."""
        ...


@dataclass(frozen=True)
class Year:
    """A fiscal year of a path: money in billions of dollars, cash at its end."""

    year: int
    revenue: float
    margin: float
    training: float
    cash_flow: float
    cash: float
    events: list[str]


@dataclass(frozen=True)
class Story:
    """A path by year.

    Attributes
    ----------
    path
        Of replicate 0, as in ``Result.outcomes``.
    metrics
        And flows by quarter, shape (traces, quarters).
    """

    path: int
    metrics: Array
    years: list[Year]


def example_paths(
    outcomes: "pd.DataFrame", event: Event, scenario: Scenario
) -> tuple[Story | None, Story | None]:
    """Return a typical path in which an event happens, and one in which it doesn't.

    Parameters
    ----------
    outcomes
        ``Result.outcomes`` with inputs and deviations.
    event
        What happens.
    scenario
        Of the run.

    Returns
    -------
    tuple of Story
        The medoid of its kind in the space of ranks of inputs, of outcomes and of metrics by year;
        None for a kind of which there is no path.
    """
    first = outcomes[outcomes["replicate"] == 0].iloc[:MOST_COMPARED]
    traces = simulate_traces(scenario, len(first))
    columns = outcome_columns(scenario)
    inputs = [key for key in first if key not in ("replicate", "path", *columns)]
    happens = (first[event.time.title] <= event.quarter).to_numpy()

    def typical(chosen: NDArray[np.bool_]) -> Story | None:
        if not chosen.any():
            return None
        members = first[chosen]
        by_year = traces[chosen][:, : len(Metric), scenario.horizon.year_ends]
        outcomes = members[list(columns)]
        place = medoid(members[inputs], outcomes, by_year.reshape(len(members), -1))
        return tell_story(members.iloc[place], traces[chosen][place], scenario, first)

    return typical(happens), typical(~happens)


def medoid(*groups: ArrayLike) -> int:
    """Return the row whose ranks are, summed up, the least distant from those of all rows.

    Parameters
    ----------
    *groups
        Columns that belong together, shape (rows, columns); each group counts alike.

    Notes
    -----
    The distance is the sum of the ranks' differences, a group's divided by its columns. A column's
    ranks are evenly spread, so that a row's distances to all others sum to a constant plus the
    square of its rank's distance from the middle: no pair need be compared.
    """
    total = 0.0
    for group in groups:
        columns = np.asarray(group)
        total = total + np.mean((mid_ranks(columns) - 0.5) ** 2, axis=1)
    return int(np.argmin(total))


def mid_ranks(values: ArrayLike, axis: int = 0) -> Array:
    """Return the ranks of values along an axis, between 0 and 1; equal values share their mean."""

    def of_line(line: Array) -> Array:
        _, place, counts = np.unique(line, return_inverse=True, return_counts=True)
        return ((np.cumsum(counts) - counts / 2.0) / len(line))[place]

    return np.apply_along_axis(of_line, axis, np.asarray(values))


def tell_story(path: ByName, trace: Array, scenario: Scenario, among: ByName) -> Story:
    """Return the years of a path.

    Parameters
    ----------
    path
        Its outcomes, inputs and deviations, as ``Result.outcomes`` names them.
    trace
        Its metrics and flows by quarter, shape (traces, quarters).
    scenario
        Of the run.
    among
        Those of paths that say what is usual, a column each.
    """
    margin = projected_metric(scenario)
    at_end = trace[:, scenario.horizon.year_ends]
    raised = _raised(trace, path, scenario)
    years = [
        Year(
            year,
            float(at_end[index(Metric.REVENUE), y]),
            float(at_end[index(margin), y]),
            float(at_end[index(Metric.TRAINING), y]),
            float(at_end[index(Metric.FREE_CASH_FLOW), y]),
            float(at_end[index(Metric.CASH), y]),
            [
                *_deviations(path, among, scenario.horizon.periods_of(year, year)),
                *_events(year, path, scenario, float(raised[y])),
            ],
        )
        for y, year in enumerate(range(scenario.horizon.first_year, scenario.horizon.last_year + 1))
    ]
    return Story(int(path["path"]), trace, years)


def _raised(trace: Array, path: ByName, scenario: Scenario) -> Array:
    """Return what was raised by year, less debt repaid: what moved cash beside flow and lines."""
    opening = scenario.cash.opening
    first = opening.quantile(0.5) if opening.is_certain else float(path["cash.opening"])
    moved = np.diff(trace[index(Metric.CASH)], prepend=first)
    # After a failure amounts are 0.
    moved = np.where(trace[index(Metric.REVENUE)] > 0.0, moved, 0.0)
    raised = moved - trace[traced(Flow.FREE_CASH_FLOW)]
    raised -= sum(row.amounts for row in _own_lines(trace, scenario)["financing"])
    return np.add.reduceat(raised, scenario.horizon.year_begins)


def _events(year: int, path: ByName, scenario: Scenario, raised: float) -> list[str]:
    found = []
    due = [f for f in scenario.funding if f.quarter // QUARTERS_A_YEAR == year]
    if raised > SMALLEST_ROUND:
        found.append(f"raises {raised:.1f}")
    elif due:
        found.append("no round comes")
    projected = projected_time(scenario)
    own = {time: time.clause for time in own_times(scenario)}
    for time, words in (TIMES_IN_WORDS | own).items():
        # Cash is out where the lab fails.
        if time == Hit.OUT_OF_CASH and scenario.raising is not None:
            continue
        if time != projected and any(time is margin.reached for margin in MARGINS.values()):
            continue
        quarter = scenario.horizon.first_quarter + int(path[time.title])
        if quarter // QUARTERS_A_YEAR == year:
            is_own = time in own
            name = words if is_own else words.format(target=targets_in_words(scenario))
            found.append(f"{name} (Q{quarter % QUARTERS_A_YEAR + 1})")
    return found


def _deviations(path: ByName, among: ByName, periods: Sequence[str]) -> list[str]:
    """Return which costs were far from the year's plan, such as ``over plan: training 19%``."""
    over, under = [], []
    for key, name in DEVIATION_NAMES.items():
        columns = [f"{key} {period}" for period in periods]
        own = float(_of_plan(_together(path, columns)))
        low, high = np.quantile(_of_plan(_together(among, columns)), USUAL)
        told = f"{name} {abs(own):.0%}"
        if own >= max(high - ROUNDING, SMALLEST_DEVIATION):
            over.append(told)
        elif own <= min(low + ROUNDING, -SMALLEST_DEVIATION):
            under.append(told)
    sides = (("over", over), ("under", under))
    return [f"{side} plan: {', '.join(far)}" for side, far in sides if far]


def _together(by_name: ByName, columns: Sequence[str]) -> Array:
    """Return columns side by side, along the last axis."""
    return np.stack([np.asarray(by_name[name], float) for name in columns], axis=-1)


def _of_plan(deviations: Array) -> Array:
    """Return what a year's deviations, along the last axis, come to together."""
    return (1.0 + deviations).prod(axis=-1) - 1.0


def median_path(result: Result) -> int:
    """Return which traced path is nearest to the medians, all fiscal years together.

    Returns
    -------
    int
        Its place among ``Result.traces``.

    Notes
    -----
    Nearest in rank: in every year the paths are ranked, from 0 to 1, by revenue, by gross margin
    and by cumulative free cash flow, and the squares of a path's distances from 1/2 are added up.
    The medians themselves, year by year, are of no path that the model takes.
    """
    years = result.traces[:, :, result.scenario.horizon.year_ends]
    measures = np.stack(
        [
            years[:, index(Metric.REVENUE)],
            years[:, index(projected_metric(result.scenario))],
            years[:, index(Metric.FREE_CASH_FLOW)].cumsum(axis=1),
        ]
    )
    return int(np.argmin(((mid_ranks(measures, axis=1) - 0.5) ** 2).sum(axis=(0, 2))))


class Line(NamedTuple):
    """A line of a statement, in billions of dollars: what comes in or goes out, or their sum."""

    name: str
    value: float
    is_sum: bool = False


def cash_flow_statements(result: Result, path: int) -> dict[int, list[Line]]:
    """Return the lines of each fiscal year, of its simulated quarters, as they add up.

    Parameters
    ----------
    result
        From ``run``.
    path
        Its place among ``Result.traces``.
    """
    booked, x = _booked(result, path)
    revenue, bill, free_bill, cost, depreciation, training, other, ebitda = (
        _of(booked, row)
        for row in (
            Now.REVENUE,
            Now.PAYING_BILL,
            Now.FREE_BILL,
            Now.PAYING_COST,
            Now.DEPRECIATION,
            Now.TRAINING,
            Now.OTHER_COST,
            Now.EBITDA,
        )
    )
    flow, cash = _of(booked, Now.FREE_CASH_FLOW), _of(booked, Now.CASH)
    interest, sought = _of_capital(booked, result.scenario)
    opening = np.concatenate(([x[index(Lab.OPENING_CASH)]], cash[:-1]))
    own = _own_lines(result.traces[path], result.scenario)
    nothing = np.zeros(len(cash))
    added = {
        where: sum((row.amounts for row in booked_there), nothing)
        for where, booked_there in own.items()
    }
    contracts = _contract_lines(booked, result.scenario)
    unserved = _unserved_lines(booked, x, result.scenario)
    rounds = cash - opening - flow - added["financing"] - sum(row.amounts for row in sought)
    rows = [
        _Row("revenue", revenue - added["revenue"] - _sum_of(unserved)),
        *own["revenue"],
        *unserved,
        _Row("inference", -(bill + free_bill)),
        _Row("other cost of sales", -(cost - depreciation - bill - added["cost of revenue"])),
        *_negative(own["cost of revenue"]),
        _Row("training", -training),
        _Row("other operating cost", added["operating cost"] - other - _sum_of(contracts)),
        *contracts,
        *_negative(own["operating cost"]),
        _Row("EBITDA", ebitda, is_sum=True),
        _Row("pay in stock", x[index(Lab.STOCK_PAY)] * (other - _of(booked, Now.COST_IN_CASH))),
        _Row("capital spending", added["capital spending"] - _of(booked, Now.CAPITAL_SPENDING)),
        *_negative(own["capital spending"]),
        _Row("tax", -_of(booked, Now.TAX)),
        _Row("working capital", -_of(booked, Now.BOUND_CAPITAL)),
        _Row("interest", np.maximum(0.0, opening) * x[index(Lab.INTEREST_RATE)] / QUARTERS_A_YEAR),
        *interest,
        _Row("free cash flow", flow, is_sum=True),
        _Row("funding rounds", rounds),
        *sought,
        *own["financing"],
        _Row("change of cash", cash - opening, is_sum=True),
    ]
    begins = result.scenario.horizon.year_begins
    by_year = [row._replace(amounts=np.add.reduceat(row.amounts, begins)) for row in rows]
    return {
        year: [Line(row.name, float(row.amounts[place]), row.is_sum) for row in by_year]
        for place, year in enumerate(result.years)
    }


class _Row(NamedTuple):
    """A row of a path's statements: amounts by quarter or year, and whether it sums up others."""

    name: str
    amounts: Array
    is_sum: bool = False


def _contract_lines(booked: Array, scenario: Scenario) -> list[_Row]:
    """Return what contracts add to other cost, where a scenario has some."""
    found = []
    if scenario.commitments:
        found.append(_Row("idle compute", -_of(booked, Now.IDLE_COST)))
    if not all(share.within for share in scenario.revenue_shares):
        found.append(_Row("shares of revenue", -_of(booked, Now.SHARES_BESIDE)))
    return found


def _unserved_lines(booked: Array, x: Array, scenario: Scenario) -> list[_Row]:
    """Return the revenue that capacity leaves unserved, where it is limited."""
    if scenario.compute is None or not scenario.compute.has_capacity:
        return []
    served = np.maximum(1.0 - _of(booked, Now.UNSERVED), TINY)
    lacking = served ** (x[index(Lab.PASSED_TO_PRICE)] - 1.0) - 1.0
    return [_Row("unserved demand", -_of(booked, Now.REVENUE) * lacking)]


def _sum_of(lines: list[_Row]) -> Array | float:
    return sum((row.amounts for row in lines), 0.0)


def _of_capital(booked: Array, scenario: Scenario) -> tuple[list[_Row], list[_Row]]:
    """Return interest on debt, and what was sought and repaid, where a scenario has them."""
    if scenario.raising is None:
        return [], []
    sought = [
        _Row("shares sold", _of(booked, Now.EQUITY_RAISED)),
        _Row("debt issued", _of(booked, Now.DEBT_ISSUED)),
        _Row("debt repaid", -_of(booked, Now.DEBT_REPAID)),
    ]
    return [_Row("interest on debt", -_of(booked, Now.DEBT_INTEREST))], sought


def _own_lines(trace: Array, scenario: Scenario) -> dict[str, list[_Row]]:
    """Return what own lines book by quarter on a traced path, with their names, by where."""
    places = traced_lines(scenario)
    # By name would lose lines: one may be called as another, or as one of the model's.
    found: dict[str, list[_Row]] = {where: [] for where in STAGES}
    for line in scenario.lines:
        booked = trace[places[line.name]]
        # What has no value is not booked.
        found[line.counts_in].append(_Row(line.words, np.where(np.isfinite(booked), booked, 0.0)))
    return found


def _negative(rows: list[_Row]) -> list[_Row]:
    return [row._replace(amounts=-row.amounts) for row in rows]


def _of(booked: Array, row: Now) -> Array:
    return booked[:, index(row)]


def _booked(result: Result, path: int) -> tuple[Array, Array]:
    """Return what a path books, shape (quarters, rows of the state), and its inputs of the lab.

    The kernel leaves the books of the last quarter that it simulates, so that it is stopped at each
    quarter in turn.
    """
    prepared, options = result.prepared, result.scenario.sampling
    plan, quarters = prepared.plan, result.scenario.horizon.quarters
    points = prepared.points(options.sampler, options.seed, 0)
    space, (block, lane) = Workspace(prepared), divmod(path, LANES)
    booked = np.empty((quarters, len(Drawn) + len(Now)))
    for quarter in range(quarters):
        stopped = plan._replace(schedule=plan.schedule._replace(quarters=quarter + 1))
        space.simulate(points, block, 1, plan=stopped)
        booked[quarter] = space.state.now.reshape(-1, LANES)[:, lane]
        if plan.schedule.raises and not booked[quarter, index(Now.IS_BOOKED)]:
            # What has failed books nothing more.
            booked[quarter] = 0.0
            booked[quarter, index(Now.CASH)] = booked[quarter - 1, index(Now.CASH)]
    return booked, space.inputs.lab.reshape(-1, LANES)[:, lane].copy()
