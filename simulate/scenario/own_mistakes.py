"""What is wrong with formulas of an invalid scenario, which isn't judged as a whole."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from pydantic import ValidationError

from .layers import Table, named_members
from .mistakes import Mistake
from .own import LINES, OwnLine, OwnMetric, OwnOutcome
from .own_formulas import QUARTERLY, Model, read_lines, read_metrics, read_outcomes
from .quantities import quantities_of
from .quantity import Section

METRICS, OUTCOMES = "metrics", "outcomes"
WORD = re.compile(r"\w+")
Member = TypeVar("Member", bound=Section)


def formula_mistakes(table: Table, wrong: Sequence[Mistake]) -> list[Mistake]:
    """Return the mistakes in formulas that others of lines, metrics and outcomes would hide.

    Formulas of what is wrong itself, and those that name it, are left out.

    Parameters
    ----------
    table
        The scenario's.
    wrong
        What is known to be wrong with it.
    """
    if not any(mistake.key[:1] in ((LINES,), (METRICS,), (OUTCOMES,)) for mistake in wrong):
        return []
    lines, wrong_lines = _members(table.get(LINES), OwnLine)
    metrics, wrong_metrics = _members(table.get(METRICS), OwnMetric)
    outcomes, _ = _members(table.get(OUTCOMES), OwnOutcome)
    every_line, model = list(lines.values()), _model(table)
    found = {
        LINES: read_lines(every_line, model)[1],
        METRICS: read_metrics(metrics, every_line, model)[1],
        OUTCOMES: read_outcomes(outcomes, metrics, every_line, model)[1],
    }
    texts = {
        LINES: {name: line.formula for name, line in lines.items()},
        METRICS: {name: metric.formula for name, metric in metrics.items()},
        OUTCOMES: {name: outcome.when for name, outcome in outcomes.items()},
    }
    unknown = wrong_lines | wrong_metrics
    keyed = (
        mistake._replace(key=(part, *mistake.key))
        for part, mistakes in found.items()
        for mistake in mistakes
        if unknown.isdisjoint(_words(texts[part][mistake.key[0]]))
    )
    return [mistake for mistake in keyed if mistake not in wrong]


def _model(table: Table) -> Model:
    """Return the quantities that the scenario's model would have, were the rest of it right."""
    training = table.get("training")
    is_cut = isinstance(training, Mapping) and "cut" in training
    return quantities_of(has_compute=is_cut or "compute" in table, raises="raising" in table)


def _members(given: Any, model: type[Member]) -> tuple[dict[str, Member], set[str]]:
    """Return the members of a part that are right by themselves, and the names of the others."""
    named: Mapping[str, Any] = {}
    if isinstance(given, (list, dict)):
        named = given if isinstance(given, dict) else dict(named_members(given))
    right: dict[str, Member] = {}
    for name, member in named.items():
        try:
            right[name] = model.model_validate(member)
        except ValidationError:
            continue
    return right, named.keys() - right.keys()


def _words(formula: str) -> set[str]:
    """Return the words of a formula, by which it may name lines and metrics."""
    return {word.removeprefix(QUARTERLY) for word in WORD.findall(formula)}
