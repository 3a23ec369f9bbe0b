"""A scenario's formulas as a program: what their names mean in the state of a block."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain
from typing import NamedTuple

import numpy as np

from simulate.kernels.arrays import BASE_QUARTERS, LANES, Drawn, Program, width
from simulate.kernels.interpreter import Step
from simulate.scenario.expression import (
    Apply,
    Expression,
    Name,
    Number,
    Operation,
    Previous,
    Trailing,
    parts,
)
from simulate.scenario.own import CountsIn
from simulate.scenario.own_formulas import LineFormula
from simulate.scenario.quantities import MARGIN_NAMES, Stage
from simulate.scenario.quarters import QUARTERS_A_YEAR
from simulate.scenario.schema import Scenario

from .catalogue import formula_metrics
from .rows import Hit, Metric, Now

# Revenue of a quarter that own lines can't push it below: a thousand dollars.
LEAST_REVENUE = 1e-6
# The stage of what a path knows from its start on; its steps stand behind those of all others.
START = -1
# Of what a block's memory begins with; metrics follow.
STATE_WIDTH = width(Drawn) + width(Now)
Steps = list[tuple[int, int, int, int, int]]

# The row of each quantity that has one.
ROWS: dict[str, Now | Metric] = {
    "segment_revenue": Now.REVENUE,
    "free_users": Now.USERS,
    "opening_cash": Now.CASH,
    "revenue": Now.REVENUE,
    "paying_inference": Now.PAYING_BILL,
    "free_inference": Now.FREE_BILL,
    "depreciation": Now.DEPRECIATION,
    "unserved_share": Now.UNSERVED,
    "cost_of_revenue": Now.PAYING_COST,
    "partner_share": Now.PARTNER_SHARE,
    "training": Now.TRAINING,
    "training_cut": Now.TRAINING_CUT,
    "commitments": Now.COMMITTED,
    "commitments_ahead": Now.COMMITTED_AHEAD,
    "compute_use": Now.COMPUTE_USE,
    "idle_compute": Now.IDLE_COMPUTE,
    "idle_compute_cost": Now.IDLE_COST,
    "other_costs": Now.OTHER_COST,
    "ebitda": Now.EBITDA,
    "tax": Now.TAX,
    "capital_spending": Now.CAPITAL_SPENDING,
    "working_capital": Now.BOUND_CAPITAL,
    "free_cash_flow": Now.FREE_CASH_FLOW,
    "cash": Now.CASH,
    "cumulative_cash_flow": Now.CUMULATIVE,
    "funding_need": Now.FUNDING_NEED,
    "debt_interest": Now.DEBT_INTEREST,
    "dated_rounds": Now.DATED_ROUNDS,
    "equity_raised": Now.EQUITY_RAISED,
    "debt_issued": Now.DEBT_ISSUED,
    "debt_repaid": Now.DEBT_REPAID,
    "debt": Now.DEBT,
    "runway": Now.RUNWAY,
    "value": Now.VALUE,
    "dilution": Now.DILUTION,
    "return_on_todays_price": Now.RETURN,
    "lenders_loss": Now.LENDERS_LOSS,
    "failed": Now.FAILED,
    "gross_margin_inference_only": Metric.MARGIN_INFERENCE,
    "gross_margin_paying_users": Metric.MARGIN_PAYING,
    "gross_margin_with_partners_shares": Metric.MARGIN_PARTNERS,
    "gross_margin_with_free_users": Metric.MARGIN_ALL,
}
# What the others are made of.
MADE: dict[str, Expression] = {
    "run_rate": Apply("multiply", (Number(4.0), Name("revenue"))),
    "inference": Apply("add", (Name("paying_inference"), Name("free_inference"))),
    "gross_profit": Apply("subtract", (Name("revenue"), Name("cost_of_revenue"))),
    "operating_result": Apply("subtract", (Name("ebitda"), Name("depreciation"))),
}
PROJECTED = "gross_margin"
STEPS: dict[Operation, Step] = {
    "add": Step.ADD,
    "subtract": Step.SUBTRACT,
    "multiply": Step.MULTIPLY,
    "divide": Step.DIVIDE,
    "negate": Step.NEGATE,
    "abs": Step.ABSOLUTE,
    "minimum": Step.MINIMUM,
    "maximum": Step.MAXIMUM,
    "exp": Step.EXP,
    "log": Step.LOG,
    "power": Step.POWER,
    "less": Step.LESS,
    "less_equal": Step.LESS_EQUAL,
    "greater": Step.LESS,
    "greater_equal": Step.LESS_EQUAL,
    "equal": Step.EQUAL,
    "not_equal": Step.NOT_EQUAL,
    "and": Step.AND,
    "or": Step.OR,
    "not": Step.NOT,
    "where": Step.WHERE,
}
SWAPPED = ("greater", "greater_equal")
# The model's own sums over four quarters.
SUMMED: dict[str, Metric] = {
    "revenue": Metric.REVENUE,
    "ebitda": Metric.EBITDA,
    "free_cash_flow": Metric.FREE_CASH_FLOW,
    "training": Metric.TRAINING,
    "inference": Metric.INFERENCE,
}
CLOCK = {"year": Step.YEAR, "quarter": Step.QUARTER}
# Where a line's amount is added, and which of these places begin each quarter at 0.
BOOKED_IN: dict[CountsIn, tuple[Now, ...]] = {
    "revenue": (Now.REVENUE,),
    "cost of revenue": (Now.PAYING_COST,),
    "operating cost": (Now.OTHER_COST, Now.COST_IN_CASH),
    "capital spending": (Now.CAPITAL_SPENDING,),
    "financing": (Now.CASH,),
}
CLEARED = (Now.UNSHARED_REVENUE, Now.COST_IN_CASH)


class Formulas(NamedTuple):
    """A scenario's formulas as kernels take them.

    Attributes
    ----------
    program
        Their steps.
    memory
        How many numbers it holds of a block: the state, metrics, and what formulas need.
    """

    program: Program
    memory: int


def formulas_of(scenario: Scenario, row_of_input: Mapping[str, int]) -> Formulas:
    """Return a scenario's own lines, metrics and outcomes as a program.

    Parameters
    ----------
    scenario
        Valid.
    row_of_input
        The row of ``Inputs.rows`` of each input of a line, by its key.

    Returns
    -------
    Formulas
        Own metrics and outcomes follow those of the model. What has no value is counted of
        metrics, outcomes and lines, in this order; traces keep metrics, then lines.
    """
    own = scenario.formulas
    writer = _Writer(scenario, row_of_input)
    booked = {each.line.name: writer.book(each) for each in own.lines}
    added = [formula.expression for formula in own.added_metrics.values()]
    for place, of in enumerate([*added, *map(Name, scenario.metrics)], len(Metric)):
        writer.measure(of, STATE_WIDTH + place * LANES)
    watched = [(formula.expression, 1) for formula in own.added_outcomes.values()]
    watched += [(own.outcomes[name].expression, o.held) for name, o in scenario.outcomes.items()]
    outcomes = [
        writer.watch(of, place * LANES, held) for place, (of, held) in enumerate(watched, len(Hit))
    ]
    metrics = [STATE_WIDTH + (len(Metric) + k) * LANES for k in range(formula_metrics(scenario))]
    lines = [booked[line.name] for line in scenario.lines]
    return writer.written([*metrics, *outcomes, *lines], [*metrics, *lines])


class _Writer:
    """Writes steps stage by stage; what is the same expression is computed once a quarter."""

    def __init__(self, scenario: Scenario, row_of_input: Mapping[str, int]) -> None:
        own, horizon = scenario.formulas, scenario.horizon
        self._first_quarter, self._last = horizon.first_quarter, horizon.quarters - 1
        self._inputs, self._quantities = row_of_input, scenario.quantities
        # What names mean beside the model's own.
        self._meanings: dict[str, Expression] = {
            PROJECTED: Name(MARGIN_NAMES[scenario.targets.projected_margin]),
            **{name: formula.expression for name, formula in own.metrics.items()},
        }
        self._stages: list[Steps] = [[] for _ in (*Stage, START)]
        self._bookings: list[Steps] = [[] for _ in (*Stage, START)]
        self._numbers: list[float] = []
        self._end = STATE_WIDTH + (len(Metric) + formula_metrics(scenario)) * LANES
        self._known: dict[Expression, _Place] = {}
        self._rings: dict[Expression, _Ring] = {}
        lines = [self._resolved(each.formula.expression) for each in own.lines]
        others = chain(
            own.metrics.values(),
            own.outcomes.values(),
            own.added_metrics.values(),
            own.added_outcomes.values(),
        )
        every = [*lines, *(self._resolved(formula.expression) for formula in others)]
        self._reach = _reach(every)
        self._of_lines = {part for line in lines for part in _every_part(line)}
        # What has to be right before the horizon, too, since later quarters look back at it.
        self._looked_at = {part for of in self._reach for part in _every_part(of)}
        compute = scenario.compute
        has_capacity = compute is not None and compute.has_capacity
        has_lines = any(line.counts_in == "revenue" for line in scenario.lines)
        self._changes_revenue = has_capacity or has_lines

    def book(self, own: LineFormula) -> int:
        """Let a line enter its quarters; return the place of what it books."""
        line, found = own.line, self._place(self._resolved(own.formula.expression))
        first = max(0, (line.from_quarter or 0) - self._first_quarter)
        last = self._last if line.until is None else line.until - self._first_quarter
        if (first, last) != (0, self._last) or Name(line.name) in self._looked_at:
            found = self._computed(own.stage, Step.WITHIN, found.at, first, last)
        self._known[Name(line.name)] = _Place(found.at, own.stage)
        for target in BOOKED_IN[line.counts_in]:
            self._book(own.stage, Step.BOOK, target, found.at)
        if line.counts_in == "revenue":
            if not line.through_partners:
                self._book(own.stage, Step.BOOK, Now.UNSHARED_REVENUE, found.at)
            least = self._place(Number(LEAST_REVENUE)).at
            self._book(own.stage, Step.FLOOR, Now.REVENUE, least)
        return found.at

    def measure(self, expression: Expression, home: int) -> None:
        """Compute an expression every quarter, and leave it in a place."""
        resolved = self._resolved(expression)
        if isinstance(resolved, Apply) and resolved not in self._known:
            self._known[resolved] = self._applied(resolved, home)
        else:
            found = self._place(resolved)
            self._add(max(0, found.stage), Step.COPY, home, found.at, -BASE_QUARTERS)

    def watch(self, expression: Expression, hit: int, held: int) -> int:
        """Record when a condition has been met for long enough; return its place."""
        met, in_a_row = self._place(self._resolved(expression)).at, self._room()
        self._add(START, Step.ZERO, in_a_row)
        self._add(Stage.END, Step.WATCH, hit, met, in_a_row, held)
        return met

    def written(self, watched: Sequence[int], kept: Sequence[int]) -> Formulas:
        """Return what was written, with what is looked back at kept for later quarters."""
        kept_for_later = 0
        while kept_for_later < len(self._rings):
            # What is kept may look back itself, at rings that follow.
            of, ring = list(self._rings.items())[kept_for_later]
            self._book(Stage.END, Step.KEEP, self._place(of).at, ring.first, ring.depth)
            kept_for_later += 1
        booked = {out for steps in self._bookings for step, out, *_ in steps if step == Step.BOOK}
        cleared: Steps = [(Step.ZERO, place, 0, 0, 0) for place in CLEARED if place in booked]
        self._stages[0] = cleared + self._stages[0]
        both = zip(self._stages, self._bookings, strict=True)
        stages = [[*steps, *bookings] for steps, bookings in both]
        steps = [step for stage in stages for step in stage]
        program = Program(
            steps=np.array(steps, np.int64).reshape(len(steps), 5),
            stages=np.cumsum([0, *map(len, stages)]),
            numbers=np.array(self._numbers, np.float64),
            watched=np.array(watched, np.int64),
            kept=np.array(kept, np.int64),
        )
        return Formulas(program, self._end)

    def _resolved(self, expression: Expression) -> Expression:
        """Return an expression in the model's own names, inputs and lines."""
        match expression:
            case Name(name):
                meaning = self._meanings.get(name, MADE.get(name))
                return Name(name) if meaning is None else self._resolved(meaning)
            case Number():
                return expression
            case Apply(operation, arguments):
                return Apply(operation, tuple(map(self._resolved, arguments)))
        return replace(expression, of=self._resolved(expression.of))

    def _place(self, expression: Expression) -> "_Place":
        if expression not in self._known:
            self._known[expression] = self._write(expression)
        return self._known[expression]

    def _write(self, expression: Expression) -> "_Place":
        match expression:
            case Number(value):
                self._numbers.append(value)
                return self._computed(START, Step.NUMBER, len(self._numbers) - 1)
            case Name(name):
                return self._named(name)
            case Apply():
                return self._applied(expression)
            case Previous(of, quarters):
                ring = self._ring(of)
                return self._computed(0, Step.PREVIOUS, ring.first, ring.depth, quarters)
            case Trailing(of, 1):
                return self._place(of)
            case Trailing(of, quarters):
                return self._summed(expression, of, quarters)
        of = self._place(expression.of)
        total = _Place(self._room(), max(0, of.stage))
        self._add(START, Step.ZERO, total.at)
        self._add(total.stage, Step.TOTAL, total.at, of.at)
        return total

    def _summed(self, trailing: Expression, of: Expression, quarters: int) -> "_Place":
        """Return a sum over quarters: the model's own, where it comes in time, or one's own."""
        metric = SUMMED.get(of.name) if isinstance(of, Name) else None
        is_free = trailing not in self._looked_at and trailing not in self._of_lines
        if metric is not None and quarters == QUARTERS_A_YEAR and is_free:
            return _Place(STATE_WIDTH + metric, Stage.END)
        ring, now = self._ring(of), self._place(of)
        before = self._computed(0, Step.SUM_BEFORE, ring.first, ring.depth, quarters - 1)
        return self._computed(max(0, now.stage), Step.ADD, now.at, before.at)

    def _named(self, name: str) -> "_Place":
        if name in self._inputs:
            return self._computed(START, Step.INPUT, self._inputs[name])
        if name in CLOCK:
            return self._computed(0, CLOCK[name], self._first_quarter)
        quantity, row = self._quantities[name], ROWS[name]
        is_metric = isinstance(row, Metric)
        at = row.value + (STATE_WIDTH if is_metric else 0)
        is_unknown_before = quantity.from_start or is_metric
        changes = name == "opening_cash" or (name == "segment_revenue" and self._changes_revenue)
        if changes or (is_unknown_before and Name(name) in self._looked_at):
            first = 0 if is_unknown_before else -BASE_QUARTERS
            return self._computed(quantity.known, Step.COPY, at, first)
        return _Place(at, quantity.known)

    def _applied(self, given: Apply, home: int | None = None) -> "_Place":
        found = [self._place(argument) for argument in given.arguments]
        stage = max(place.stage for place in found)
        if home is not None:
            stage = max(0, stage)
        at = [place.at for place in found]
        match given:
            case Apply("power", (_, Number(power))) if power.is_integer():
                return self._computed(stage, Step.WHOLE_POWER, at[0], int(power), home=home)
            case Apply(operation) if operation in SWAPPED:
                at.reverse()
        # A step of two operands has a second one.
        a, b, c = at + at[:1] * (3 - len(at))
        return self._computed(stage, STEPS[given.operation], a, b, c, home)

    def _computed(
        self, stage: int, step: Step, a: int = 0, b: int = 0, c: int = 0, home: int | None = None
    ) -> "_Place":
        """Add a step that writes a row: a new one, or one that has a home."""
        at = self._room() if home is None else home
        self._add(stage, step, at, a, b, c)
        return _Place(at, stage)

    def _add(self, stage: int, step: Step, out: int, a: int = 0, b: int = 0, c: int = 0) -> None:
        self._stages[stage].append((step, out, a, b, c))

    def _book(self, stage: int, step: Step, out: int, a: int, b: int = 0) -> None:
        """Add a step that follows all others of its stage."""
        self._bookings[stage].append((step, out, a, b, 0))

    def _room(self, rows: int = 1) -> int:
        """Return the place of new rows."""
        place, self._end = self._end, self._end + rows * LANES
        return place

    def _ring(self, of: Expression) -> "_Ring":
        """Return the rows in which earlier values of an expression are kept."""
        if of not in self._rings:
            depth = self._reach[of]
            self._rings[of] = _Ring(self._room(depth), depth)
            self._add(START, Step.NONE, self._rings[of].first, depth)
        return self._rings[of]


class _Place(NamedTuple):
    """Where an expression is: its place in memory, and from which stage of a quarter on."""

    at: int
    stage: int


class _Ring(NamedTuple):
    """Rows that earlier values are kept in: the first of them, and how many."""

    first: int
    depth: int


def _reach(expressions: Iterable[Expression]) -> dict[Expression, int]:
    """Return by how many quarters each expression is looked back at."""
    found: dict[Expression, int] = {}
    for expression in expressions:
        for each in _every_part(expression):
            if isinstance(each, (Previous, Trailing)):
                quarters = each.quarters - isinstance(each, Trailing)
                found[each.of] = max(found.get(each.of, 0), quarters)
    return found


def _every_part(expression: Expression) -> Iterator[Expression]:
    yield expression
    for part in parts(expression):
        yield from _every_part(part)
