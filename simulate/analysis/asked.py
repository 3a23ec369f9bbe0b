"""What was forecast of what is asked, and what came true of it, as far as figures tell."""

import operator
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from simulate.engine.estimate import Estimate
from simulate.engine.reading import read
from simulate.engine.result import Result
from simulate.model.asked import Of, parse_asked, texts_of
from simulate.model.catalogue import OwnHit
from simulate.model.outcomes import Amount, Event, Outcome
from simulate.model.statistics import OutcomeStatistic
from simulate.scenario import Scenario, ScenarioError
from simulate.scenario.expression import Apply, Expression, Name, Number, Previous, Trailing
from simulate.scenario.figures import Figure
from simulate.scenario.own_formulas import names_in_outcomes, read_outcome
from simulate.scenario.quantities import MARGIN_NAMES
from simulate.scenario.quarters import QUARTERS_A_YEAR, format_quarter
from simulate.scenario.scored import YEAR_OR_QUARTER, Scored, came_true

# None where figures don't tell.
Value = float | bool | None

# What formulas call flows that figures are of, and margins, which are of twelve months.
FLOWS = {
    "revenue": "revenue",
    "ebitda": "EBITDA",
    "free_cash_flow": "free cash flow",
    "training": "training cost",
    "inference": "inference cost",
}
MARGINS = {name: f"gross margin, {definition}" for definition, name in MARGIN_NAMES.items()}
OPERATIONS: dict[str, Callable[..., Any]] = {
    "add": operator.add,
    "subtract": operator.sub,
    "multiply": operator.mul,
    "divide": operator.truediv,
    "negate": operator.neg,
    "abs": abs,
    "less": operator.lt,
    "less_equal": operator.le,
    "greater": operator.gt,
    "greater_equal": operator.ge,
    "equal": operator.eq,
    "not_equal": operator.ne,
    "not": operator.not_,
    "minimum": min,
    "maximum": max,
}


@dataclass(frozen=True)
class Answered:
    """What was forecast of what is asked, and what came true.

    Attributes
    ----------
    statistic, estimate
        Which, and what paths say of it.
    came_true
        The amount, or whether the event happened; None where figures don't tell.
    """

    statistic: OutcomeStatistic
    estimate: Estimate
    came_true: Value

    def as_dict(self) -> dict[str, Any]:
        """Return it ready for JSON."""
        return {
            "what": self.statistic.name,
            **self.estimate.as_dict(),
            "came_true": self.came_true,
        }


def answered(
    asked: Sequence[OutcomeStatistic], result: Result, figures: Sequence[Figure]
) -> tuple[Answered, ...]:
    """Return what a run says of what it was asked, and what came true."""
    truths = [truth_of(each.outcome, result.scenario, figures) for each in asked]
    estimates = [read(each, result).estimate for each in asked]
    return tuple(map(Answered, asked, estimates, truths))


def asked_of_each(of: Of, scenarios: Sequence[Scenario]) -> Iterator[tuple[OutcomeStatistic, ...]]:
    """Yield what texts ask of each scenario; what lies outside its horizon isn't asked of it.

    Raises
    ------
    ScenarioError
        If something can be asked of none.
    """
    found: list[list[OutcomeStatistic]] = [[] for _ in scenarios]
    for text in texts_of(of):
        mistakes = []
        for scenario, asked in zip(scenarios, found, strict=True):
            try:
                asked += parse_asked(text, scenario)
            except ScenarioError as error:
                mistakes.append(error)
        if len(mistakes) == len(scenarios):
            raise mistakes[0]
    return (tuple(dict.fromkeys(asked)) for asked in found)


def truth_of(outcome: Outcome, scenario: Scenario, figures: Sequence[Figure]) -> Value:
    """Return what came true of an outcome, None where figures don't tell.

    Parameters
    ----------
    outcome
        Of the scenario; of events, conditions are decided.
    scenario
        Whose horizon the condition may be met in.
    figures
        What is reported by now.
    """
    told, first = _Told(scenario, figures), scenario.horizon.first_quarter
    if isinstance(outcome, Amount):
        title = outcome.metric.title
        flow = next((Name(name) for name, called in FLOWS.items() if called == title), None)
        if flow is None:
            return told.reported(title, outcome.date)
        return told.value(Trailing(flow, outcome.quarters), first + outcome.quarter)
    if not isinstance(outcome, Event) or not isinstance(outcome.time, OwnHit):
        return None
    stated = outcome.time.stated
    names = names_in_outcomes(scenario.metrics, scenario.lines, scenario.quantities)
    condition = read_outcome(stated.when, names).expression
    holds = [told.value(condition, first + place) for place in range(outcome.quarter + 1)]
    spans = (holds[end - stated.held : end] for end in range(stated.held, len(holds) + 1))
    return _any([_all(span) for span in spans])


def _all(values: Sequence[Value]) -> Value:
    """Return whether all are true, where those that are known tell."""
    if any(value is not None and not value for value in values):
        return False
    return None if None in values else True


def _any(values: Sequence[Value]) -> Value:
    """Return whether one is true, where those that are known tell."""
    if any(values):
        return True
    return None if None in values else False


@dataclass(frozen=True)
class _Told:
    """What figures tell of a scenario's lab."""

    scenario: Scenario
    figures: Sequence[Figure]

    def reported(self, name: str, period: str) -> float | None:
        """Return a figure of a fiscal year or quarter."""
        quantity, _, definition = name.partition(", ")
        if not YEAR_OR_QUARTER.fullmatch(period):
            return None
        scored = Scored(
            lab=self.scenario.lab,
            quantity=quantity,
            definition=definition,
            period=period,
            quarters_ahead=0,
            id="",
        )
        try:
            return came_true(scored, self.figures)
        except (ScenarioError, ValueError):
            return None

    def value(self, expression: Expression, quarter: int) -> Value:
        """Return what a formula comes to in a quarter."""
        match expression:
            case Number(value):
                return value
            case Name(name):
                return self._named(name, quarter)
            case Previous(of, before):
                return self.value(of, quarter - before)
            case Trailing(of, quarters):
                return self._sum(of, quarter, quarters)
            case Apply(operation, arguments):
                return _applied(operation, [self.value(each, quarter) for each in arguments])
        return None

    def _named(self, name: str, quarter: int) -> Value:
        year, place = divmod(quarter, QUARTERS_A_YEAR)
        is_years_end = place == QUARTERS_A_YEAR - 1
        if name in FLOWS:
            return self.reported(FLOWS[name], format_quarter(quarter))
        if name == "gross_margin":
            name = MARGIN_NAMES[self.scenario.targets.projected_margin]
        if name in MARGINS:
            return self.reported(MARGINS[name], str(year)) if is_years_end else None
        if name == "run_rate":
            revenue = self._named("revenue", quarter)
            return None if revenue is None else QUARTERS_A_YEAR * revenue
        return {"year": year, "quarter": place + 1}.get(name)

    def _sum(self, of: Expression, quarter: int, quarters: int) -> Value:
        """Return the sum over quarters, as the year's own figure where they are a year."""
        year, place = divmod(quarter, QUARTERS_A_YEAR)
        is_year = quarters == place + 1 == QUARTERS_A_YEAR
        quantity = FLOWS.get(of.name) if isinstance(of, Name) and is_year else None
        reported = self.reported(quantity, str(year)) if quantity else None
        if reported is not None:
            return reported
        each = [self.value(of, quarter - before) for before in range(quarters)]
        known = [float(value) for value in each if value is not None]
        return sum(known) if len(known) == quarters else None


def _applied(operation: str, values: Sequence[Value]) -> Value:
    """Return what an operation on values makes; None where one that counts isn't known."""
    if operation == "and":
        return _all(values)
    if operation == "or":
        return _any(values)
    if operation not in OPERATIONS or None in values:
        return None
    try:
        return OPERATIONS[operation](*values)
    except ZeroDivisionError:
        return None
