"""The formulas of a scenario's own lines, metrics and outcomes, in an order to compute them."""

import keyword
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from graphlib import CycleError, TopologicalSorter
from typing import NamedTuple

from .dimensions import MONEY, Unit
from .edits import Write
from .expression import Expression, Name, Trailing, names_in, uses, with_names
from .formula import FUNCTIONS, Formula, read_formula
from .formula_syntax import FormulaError
from .layers import Key, Layers
from .mistakes import Mend, Mistake, meant, one_of, question, renamed, rewrite
from .own import LINES, OwnLine, OwnMetric, OwnOutcome
from .own_inputs import INPUTS, UNITS
from .quantities import TOLD_BY_NAME, ModelQuantity, Stage
from .quarters import QUARTERS_A_YEAR

# What is booked at each stage, as in "isn't known yet when operating costs are booked".
BOOKED = {
    Stage.REVENUE: "revenue is booked",
    Stage.COST_OF_REVENUE: "costs of revenue are booked",
    Stage.OPERATING_COST: "operating costs are booked",
    Stage.CAPITAL_SPENDING: "capital spending is booked",
    Stage.FINANCING: "financing is booked",
}
# What is known earlier of the same.
INSTEAD = {"revenue": "segment_revenue", "cash": "opening_cash"}
# What a flow of the quarter alone is called in an outcome, where its bare name is of twelve months.
QUARTERLY = "quarterly_"
NAME = re.compile(r"[a-z][a-z0-9_]{0,39}", re.ASCII)
# What tables of kept paths hold beside outcomes.
OTHER_COLUMNS = frozenset({"replicate", "path", "weight", "alternative"})
# Keys by which what reads tables knows what they are of.
RESERVED = {"name", "title", "description", "source", "value", "distribution"}
# The quantities of the model that a scenario has, by name.
Model = Mapping[str, ModelQuantity]


@dataclass(frozen=True)
class LineFormula:
    """A line's formula, and where in a quarter it is booked."""

    line: OwnLine
    stage: Stage
    formula: Formula


@dataclass(frozen=True)
class OwnFormulas:
    """The formulas of a scenario.

    Attributes
    ----------
    lines
        By stage, each after those that it needs in the same quarter. A line's inputs go by their
        keys in the scenario.
    metrics
        Each after those that it needs.
    outcomes
        Flows in them are summed over twelve months, as they are meant.
    added_metrics, added_outcomes
        What the optional parts of the model add, by title.
    """

    lines: tuple[LineFormula, ...] = ()
    metrics: Mapping[str, Formula] = field(default_factory=dict)
    outcomes: Mapping[str, Formula] = field(default_factory=dict)
    added_metrics: Mapping[str, Formula] = field(default_factory=dict)
    added_outcomes: Mapping[str, Formula] = field(default_factory=dict)


class OutcomeNames(NamedTuple):
    """What the formula of an outcome may name.

    Attributes
    ----------
    units
        That of each name.
    flows
        The names of what is of a quarter, and in an outcome of twelve months.
    """

    units: Mapping[str, Unit]
    flows: frozenset[str]


def read_lines(
    lines: Iterable[OwnLine], model: Model
) -> tuple[tuple[LineFormula, ...], list[Mistake]]:
    """Return the formulas of lines, and what is wrong with them, by keys from ``lines``."""
    by_name = {line.name: line for line in lines}
    found: dict[str, LineFormula] = {}
    mistakes: list[Mistake] = []
    for name, line in by_name.items():
        misnamed = [*_misnamed((name, "name"), name, _quarterly(by_name), model)]
        for own in line.inputs:
            others = dict.fromkeys(by_name, "a line")
            misnamed += _misnamed((name, INPUTS, own), own, others, model)
        mistakes += misnamed
        if misnamed:
            continue
        try:
            found[name] = LineFormula(line, line.stage, _read_line(line, by_name, model))
        except FormulaError as error:
            mistakes.append(_mistake((name, "formula"), error))
    order, circles = _in_order({name: each.formula for name, each in found.items()}, "lines")
    ordered = sorted((found[name] for name in order), key=lambda each: each.stage)
    return tuple(ordered), [*mistakes, *circles]


def read_metrics(
    metrics: Mapping[str, OwnMetric], lines: Iterable[OwnLine], model: Model
) -> tuple[dict[str, Formula], list[Mistake]]:
    """Return the formulas of metrics, and what is wrong with them, by keys from ``metrics``."""
    names = [line.name for line in lines]
    known = _units(metrics, names, model)
    taken = dict.fromkeys(names, "a line") | _quarterly(names)
    found: dict[str, Formula] = {}
    mistakes: list[Mistake] = []
    for name, metric in metrics.items():
        mistakes += _misnamed((name,), name, taken, model)
        try:
            formula = read_formula(metric.formula, known)
        except FormulaError as error:
            mistakes.append(_mistake((name, "formula"), error))
        else:
            mistakes += _of_other_unit(name, metric, formula.unit)
            found[name] = replace(formula, unit=UNITS[metric.unit])
    order, circles = _in_order(found, "metrics")
    return {name: found[name] for name in order}, [*mistakes, *circles]


def read_outcomes(
    outcomes: Mapping[str, OwnOutcome],
    metrics: Mapping[str, OwnMetric],
    lines: Sequence[OwnLine],
    model: Model,
) -> tuple[dict[str, Formula], list[Mistake]]:
    """Return the formulas of outcomes, and what is wrong with them, by keys from ``outcomes``."""
    names = names_in_outcomes(metrics, lines, model)
    taken = dict.fromkeys((line.name for line in lines), "a line") | dict.fromkeys(
        metrics, "a metric"
    )
    taken |= dict.fromkeys(OTHER_COLUMNS, "a column of kept paths")
    found: dict[str, Formula] = {}
    mistakes: list[Mistake] = [*_called_twice(outcomes)]
    for name, outcome in outcomes.items():
        mistakes += _misnamed((name,), name, taken, model)
        try:
            found[name] = read_outcome(outcome.when, names)
        except FormulaError as error:
            mistakes.append(_mistake((name, "when"), error))
    return found, mistakes


def _called_twice(outcomes: Mapping[str, OwnOutcome]) -> Iterator[Mistake]:
    """Return which outcomes are called in print as something else is."""
    called: dict[str, str] = {}
    for name, outcome in outcomes.items():
        title = outcome.called(name)
        as_name = re.sub(r"\W+", "_", title.casefold()).strip("_")
        if outcome.title and (as_name in TOLD_BY_NAME or title.casefold() in OTHER_COLUMNS):
            wrong = f'answers call something else "{title}"; choose another title'
            yield Mistake((name, "title"), wrong)
        elif title in called:
            wrong = f'"{title}" is what {called[title]} is called, too; choose another title'
            yield Mistake((name, "title") if outcome.title else (name,), wrong)
        called.setdefault(title, name)


def names_in_outcomes(
    metrics: Mapping[str, OwnMetric], lines: Sequence[OwnLine], model: Model
) -> OutcomeNames:
    """Return what outcomes may name of a scenario with such metrics, lines and quantities."""
    names = [line.name for line in lines]
    units, flows = _units(metrics, names, model), _flows(model).union(names)
    quarterly = {QUARTERLY + name: unit for name, unit in units.items() if name in flows}
    return OutcomeNames(units | quarterly, flows)


def read_outcome(text: str, names: OutcomeNames) -> Formula:
    """Return an outcome's formula, in which flows that it doesn't sum are of twelve months.

    Parameters
    ----------
    text
        As a user wrote it.
    names
        That may stand in it.
    """
    formula = read_formula(text, names.units)
    if not formula.unit.is_condition:
        raise FormulaError("is a number, not true or false; compare it, as with > 0", 1)

    def as_meant(name: Name, is_summed: bool) -> Expression:
        quarterly = name.name.removeprefix(QUARTERLY)
        if quarterly != name.name and quarterly in names.flows:
            return replace(name, name=quarterly)
        is_of_year = name.name in names.flows and not is_summed
        return Trailing(name, QUARTERS_A_YEAR) if is_of_year else name

    return replace(formula, expression=with_names(formula.expression, as_meant))


def read_added(formulas: Mapping[str, str], model: Model) -> dict[str, Formula]:
    """Return the formulas of what parts of the model add, by title."""
    units = _model_units(model)
    return {title: read_formula(formula, units) for title, formula in formulas.items()}


def unused_inputs(lines: Iterable[LineFormula], layers: Layers) -> Iterator[Mistake]:
    """Return the inputs that their line's formula doesn't use, by keys from the scenario's root.

    Parameters
    ----------
    lines
        Of a valid scenario.
    layers
        That make it. What was used before a layer changed the formula is no mistake.
    """
    for each in lines:
        key, names = (LINES, each.line.name), names_in(each.formula.expression)
        around = ".".join((*key, INPUTS, ""))
        needed = {used.removeprefix(around) for used in names.now | names.earlier}
        for name in each.line.inputs:
            at = (*key, INPUTS, name)
            if name not in needed and _knows_of(layers, at, (*key, "formula")):
                near = meant(name, [key for key in each.line.inputs if key in needed])
                hint = f"; {question(near)}" if near else ""
                yield Mistake(at, f"the formula doesn't use it{hint}")


def _knows_of(layers: Layers, key: Key, other: Key) -> bool:
    """Tell whether what set a key last was written beside another, or in the knowledge of it."""
    order = {known: place for place, known in enumerate(layers.origins)}
    last = max((known for known in order if known[: len(key)] == key), key=order.__getitem__)
    one, beside = layers.origins[last], layers.origins[other]
    if (one.layer, one.place[:2]) == (beside.layer, beside.place[:2]):
        return one.file is not None
    return order[last] > order[other]


def _flows(model: Model) -> frozenset[str]:
    """Return the names of what is of a quarter, and in an outcome of twelve months."""
    return frozenset(name for name, quantity in model.items() if quantity.is_flow)


def _model_units(model: Model) -> dict[str, Unit]:
    return {name: quantity.unit for name, quantity in model.items()}


def _read_line(line: OwnLine, lines: Mapping[str, OwnLine], model: Model) -> Formula:
    """Return a line's formula, with the keys of its inputs for their names."""
    own: dict[str, Unit] = {name: UNITS[unit] for name, unit in line.units.items()}
    known = own | dict.fromkeys(lines, MONEY) | _model_units(model)
    try:
        formula = read_formula(line.formula, known)
        if MONEY.alike(formula.unit) is None:
            raise FormulaError(
                f"the formula {formula.unit.words}, and a line is money, in bn USD", 1
            )
    except FormulaError as error:
        raise _with_unit_meant(error, line, known) from None
    _refuse_unknown_yet(line, formula, lines, model)
    key = f"{LINES}.{line.name}.{INPUTS}."

    def qualified(name: Name, _: bool) -> Name:
        return replace(name, name=key + name.name) if name.name in own else name

    return Formula(formula.text, with_names(formula.expression, qualified), MONEY)


def _with_unit_meant(error: FormulaError, line: OwnLine, known: Mapping[str, Unit]) -> FormulaError:
    """Return a mistake with the plain input that would put it right if it were money."""
    plain = [name for name, unit in line.units.items() if unit == "share"]
    found = [name for name in plain if _is_money(line.formula, {**known, name: MONEY})]
    if len(found) != 1:
        return error
    hint = f'if {found[0]} is money, write it with its unit, as "5 m"'
    return FormulaError(f"{error.message}; {hint}", error.column)


def _is_money(text: str, known: Mapping[str, Unit]) -> bool:
    try:
        return MONEY.alike(read_formula(text, known).unit) is not None
    except FormulaError:
        return False


def _refuse_unknown_yet(
    line: OwnLine, formula: Formula, lines: Mapping[str, OwnLine], model: Model
) -> None:
    """Raise unless all that a line uses of its own quarter is known when it is booked."""
    stages = {name: quantity.known for name, quantity in model.items()}
    stages |= {name: other.stage for name, other in lines.items()}
    late = [
        use.name
        for use in uses(formula.expression)
        if use.is_now and stages.get(use.name.name, line.stage) > line.stage
    ]
    if not late:
        return
    first, mended = late[0], formula.text
    for name in sorted(late, key=lambda name: -name.column):
        start = name.column - 1
        mended = f"{mended[:start]}previous({name.name}, 1){mended[start + len(name.name) :]}"
    wrong = f"{first.name} isn't known yet when {BOOKED[line.stage]}; write "
    if other := INSTEAD.get(first.name):
        raise FormulaError(f"{wrong}{other}, or previous({first.name}, 1)", first.column)
    raise FormulaError(f"{wrong}previous({first.name}, 1)", first.column, mended)


def _of_other_unit(name: str, metric: OwnMetric, unit: Unit) -> Iterator[Mistake]:
    """Return what is wrong with a metric's unit, if anything is."""
    if UNITS[metric.unit].alike(unit) is not None:
        return
    if right := [written for written, each in UNITS.items() if each == unit]:
        others = "".join(f'or "{other}"' for other in right[1:])
        yield Mistake(
            (name, "unit"), f"the formula {unit.words}", rewrite(right[0], meaning=others)
        )
    else:
        wrong = f"the formula {unit.words}; a metric is {one_of(UNITS)}"
        yield Mistake((name, "formula"), wrong)


def _units(metrics: Mapping[str, OwnMetric], lines: Iterable[str], model: Model) -> dict[str, Unit]:
    """Return the unit of each metric, line and quantity of the model, by name."""
    of_metrics = {name: UNITS[metric.unit] for name, metric in metrics.items()}
    return of_metrics | dict.fromkeys(lines, MONEY) | _model_units(model)


def _misnamed(
    key: tuple[str, ...], name: str, others: Mapping[str, str], model: Model
) -> Iterator[Mistake]:
    """Return why something can't have a name, if it can't.

    Parameters
    ----------
    key, name
        Of it.
    others
        What else has a name, in words.
    model
        Its quantities, whose names are taken.
    """
    if not NAME.fullmatch(name):
        right = re.sub(r"\W+", "_", name.casefold())
        mend = renamed(name, right) if NAME.fullmatch(right) else None
        yield Mistake(key, "a name is of small letters, digits and _, a letter first", mend)
    elif name in RESERVED:
        yield Mistake(key, f'"{name}" is a key of every table; choose another name')
    elif keyword.iskeyword(name) or name in FUNCTIONS:
        yield Mistake(key, f'"{name}" is a word of formulas; choose another name')
    elif name in TOLD_BY_NAME:
        yield Mistake(key, f'answers call something else "{name}"; choose another name')
    elif name in model or name.removeprefix(QUARTERLY) in _flows(model):
        yield Mistake(key, f'"{name}" is a quantity of the model; choose another name')
    elif name in others:
        yield Mistake(key, f'"{name}" is {others[name]}, too; choose another name')


def _quarterly(lines: Iterable[str]) -> dict[str, str]:
    """Return what outcomes call lines of a quarter alone, in words."""
    return {QUARTERLY + name: f"{name} of one quarter" for name in lines}


def _mistake(key: tuple[str, ...], error: FormulaError) -> Mistake:
    mend = None
    if error.mended is not None:
        mend = Mend("", (Write((), error.mended),), f'"{error.mended}" is meant')
    return Mistake(key, error.message, mend, error.column)


def _in_order(formulas: Mapping[str, Formula], kind: str) -> tuple[list[str], list[Mistake]]:
    """Return names so that each comes after those that it needs in the same quarter.

    If some need each other, there is no such order, and a mistake of the first of them.
    """
    needs = {
        name: sorted(names_in(formula.expression).now & formulas.keys())
        for name, formula in formulas.items()
    }
    try:
        return list(TopologicalSorter(needs).static_order()), []
    except CycleError as error:
        # A circle in which each is needed by the next.
        *circle, _ = reversed(error.args[1])
    start = circle.index(next(name for name in formulas if name in circle))
    circle = circle[start:] + circle[:start]
    return [], [Mistake((circle[0], "formula"), _of_circle(circle, kind))]


def _of_circle(circle: list[str], kind: str) -> str:
    """Return what is wrong with what needs each other, each the next."""
    first = circle[0]
    if len(circle) == 1:
        return f"{first} needs itself in the same quarter; write previous({first}, 1)"
    names = f"{', '.join(circle[:-1])} and {circle[-1]}"
    way = " → ".join([*circle, first])
    wrong = f"{kind} {names} need each other in the same quarter: {way}"
    return f"{wrong}; write previous(…, 1) in one of them"
