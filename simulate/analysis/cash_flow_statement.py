"""From revenue to the change of cash on one traced path, line by line and year by year."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from simulate.kernels.rows import LANES, Lab, Now, index
from simulate.kernels.simulate import simulate_blocks
from simulate.result import OUTCOME_COLUMNS, Result
from simulate.sampling.plan import prepare
from simulate.scenario.quarters import QUARTERS_A_YEAR
from simulate.simulation import empty_tally, workspace

Array = NDArray[np.float64]


class Line(NamedTuple):
    """A line of a statement, in billions of dollars: what comes in or goes out, or their sum."""

    name: str
    value: float
    is_sum: bool = False


def cash_flow_statements(result: Result, path: int) -> dict[int, list[Line]]:
    """Return the lines of each fiscal year, in the order in which they add up.

    Parameters
    ----------
    result
        From ``run``, whose traces hold the path.
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
    opening = np.concatenate(([x[index(Lab.OPENING_CASH)]], cash[:-1]))
    lines = {
        "revenue": revenue,
        "inference": -(bill + free_bill),
        "other cost of sales": -(cost - depreciation - bill),
        "training": -training,
        "other operating cost": -other,
        "EBITDA": ebitda,
        "pay in stock": x[index(Lab.STOCK_PAY)] * other,
        "capital spending": -_of(booked, Now.CAPITAL_SPENDING),
        "tax": -_of(booked, Now.TAX),
        "working capital": -_of(booked, Now.BOUND_CAPITAL),
        "interest": np.maximum(0.0, opening) * x[index(Lab.INTEREST_RATE)] / QUARTERS_A_YEAR,
        "free cash flow": flow,
        "funding rounds": cash - opening - flow,
        "change of cash": cash - opening,
    }
    sums = ("EBITDA", "free cash flow", "change of cash")
    by_year = {name: line.reshape(-1, QUARTERS_A_YEAR).sum(axis=1) for name, line in lines.items()}
    return {
        year: [Line(name, float(line[place]), name in sums) for name, line in by_year.items()]
        for place, year in enumerate(result.years)
    }


def _of(booked: Array, row: Now) -> Array:
    return booked[:, index(row)]


def _booked(result: Result, path: int) -> tuple[Array, Array]:
    """Return what a path books, shape (quarters, rows of ``Now``), and its inputs of the lab.

    The kernel leaves the books of the last quarter that it simulates, so that it is stopped at each
    quarter in turn.
    """
    scenario = result.scenario
    prepared, options = prepare(scenario, result.layout), scenario.sampling
    quarters, (block, lane) = scenario.horizon.quarters, divmod(path, LANES)
    space, tally = workspace(prepared), empty_tally(quarters)
    booked = np.empty((quarters, len(Now)))
    for quarter in range(quarters):
        schedule = prepared.plan.schedule._replace(quarters=quarter + 1)
        simulate_blocks(
            prepared.plan._replace(schedule=schedule),
            prepared.points(options.sampler, options.seed, 0),
            space.inputs,
            space.state,
            block,
            1,
            tally,
            np.empty((0, len(OUTCOME_COLUMNS)), np.float32),
            np.empty((0, len(prepared.drawn_keys)), np.float32),
            np.empty((0, 0, 0)),
        )
        booked[quarter] = space.state.now.reshape(-1, LANES)[:, lane]
    return booked, space.inputs.lab.reshape(-1, LANES)[:, lane].copy()
