"""Assumptions in words and tables: inputs with their sources, facts, correlations."""

import itertools
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import NamedTuple

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from simulate.scenario import Scenario
from simulate.scenario.correlations import correlated_pairs, moved_correlations
from simulate.scenario.dependence import Kind, MatrixOfCorrelations, RankCorrelation, kind_in_words
from simulate.scenario.distributions import Uncertain
from simulate.scenario.inputs import (
    NO_SOURCE,
    Input,
    cited_facts,
    list_inputs,
    unknown_facts,
)
from simulate.scenario.load import Names
from simulate.scenario.own_inputs import words_of_name
from simulate.scenario.quantity import ABSENT
from simulate.scenario.quarters import format_quarter

from .numbers import NO_LIMIT, PLAIN, SHARE, exact_percent
from .tables import Row, Table

MOVED_BY = "the nearest that can be, as nearest = true under [copula] asks"
MOST_NAMED = 5
LISTS = {
    "segments": "segment",
    "hardware": "hardware",
    "commitments": "commitment",
    "revenue_shares": "revenue share",
    "funding": "funding",
    "lines": "line",
}


def provenance_sentences(scenario: Scenario) -> list[str]:
    """Return which files a scenario was read from, and what is to be known of that."""
    files, notes = scenario.provenance.files, scenario.provenance.notes
    chain = [f"From {', which extends '.join(files)}."] if files else []
    return [*chain, *(f"Note: {note}." for note in notes)]


def kind_of(distribution: Uncertain) -> str:
    """Return the family that a distribution is of."""
    return str(getattr(distribution, "distribution", "certain"))


def tails_in_words(degrees: float | None) -> str:
    """Return how often extremes come, normal or Student's."""
    return "normal" if degrees is None else f"Student-t of {degrees:g} degrees of freedom"


class StatedCorrelation(NamedTuple):
    """A correlation of a scenario.

    Attributes
    ----------
    inputs
        Two, or the pattern of a group.
    value
        As given.
    kind
        Of ranks; None for the correlation of scores.
    source
        As given, or what moved it.
    note
        What is to be said of it.
    moved_to
        What paths have, where it can't be as given.
    """

    inputs: str
    value: float
    kind: Kind | None
    source: str
    note: str = ""
    moved_to: float | None = None


def frame_table(scenario: Scenario) -> Table:
    """Return the assumptions that are no inputs: targets, dates, chances and joint extremes."""
    rows = [
        *_target_rows(scenario),
        *_dated_rows(scenario),
        *_own_rows(scenario),
        *_alternative_rows(scenario),
    ]
    for name, tails in (
        ("copula, of the inputs' joint extremes", scenario.copula),
        ("distribution of quarterly shocks", scenario.shocks),
    ):
        rows.append(Row(name, (tails_in_words(tails.degrees_of_freedom), tails.source)))
    return Table("Targets, dates and chances", ("assumption", "value", "source"), tuple(rows))


def _target_rows(scenario: Scenario) -> Iterator[Row]:
    horizon, targets = scenario.horizon, scenario.targets
    yield Row("horizon", (period(horizon.first_quarter, horizon.last_quarter), ""))
    target = f"{exact_percent(targets.gross_margin)}, held for {targets.hold_quarters} quarters"
    yield Row("target of gross margin", (target, targets.source or NO_SOURCE))
    if targets.projected_year is not None:
        projected = f"by {targets.projected_year} ({targets.projected_margin})"
        yield Row("the company's projection of it", (projected, targets.source or NO_SOURCE))


def _alternative_rows(scenario: Scenario) -> Iterator[Row]:
    weights = scenario.alternative_weights
    for each in scenario.alternatives:
        weight = SHARE.significant(weights.get(each.name, 0.0), 3)
        yield Row(f"alternative: {each.clause}", (f"weight {weight}", each.source or NO_SOURCE))


def _dated_rows(scenario: Scenario) -> Iterator[Row]:
    for segment in scenario.segments:
        name = name_of_member("segments", segment.name)
        if segment.starts is not None:
            yield Row(name, (f"starts in {format_quarter(segment.starts)}", ""))
        for loss in segment.known_losses:
            lost = f"loses {exact_percent(loss.share)} of its revenue"
            when = f"{lost} in {format_quarter(loss.quarter)}"
            yield Row(name, (when, loss.source or NO_SOURCE))
    for bought in scenario.hardware:
        when = period(bought.first_quarter, bought.last_quarter)
        life = f"bought {when}, in service for {bought.life_years} years"
        yield Row(name_of_member("hardware", bought.name), (life, bought.source or NO_SOURCE))
    yield from _contract_rows(scenario)
    for funding in scenario.funding:
        chance = f"with a chance of {exact_percent(funding.chance)}"
        when = f"in {format_quarter(funding.quarter)}, {chance}"
        when = f"a listing {when}" if funding.kind == "listing" else when
        yield Row(name_of_member("funding", funding.name), (when, funding.source or NO_SOURCE))


def _contract_rows(scenario: Scenario) -> Iterator[Row]:
    for each in scenario.commitments:
        if each.by_year is not None:
            when = amounts_by_year(each.by_year)
        else:
            assert each.first_quarter is not None and each.last_quarter is not None
            when = f"spread evenly over {period(each.first_quarter, each.last_quarter)}"
        yield Row(name_of_member("commitments", each.name), (when, each.source or NO_SOURCE))
    compute = scenario.compute
    if compute is not None and compute.capacity_by_year is not None:
        known = known_capacity_in_words(scenario)
        yield Row("capacity of compute", (known, compute.source or NO_SOURCE))
    if scenario.raising is not None and scenario.raising.raised_before:
        known = raised_before_in_words(scenario)
        yield Row("raised before the start", (known, scenario.raising.source or NO_SOURCE))
    for share in scenario.revenue_shares:
        first, last = share.first_quarter, share.last_quarter
        since = "from the start" if first is None else f"from {format_quarter(first)}"
        until = " until its total is paid" if last is None else f" to {format_quarter(last)}"
        within = ", within the variable part of other cost" if share.within else ""
        name = name_of_member("revenue_shares", share.name)
        yield Row(name, (f"{since}{until}{within}", share.source or NO_SOURCE))


def amounts_by_year(amounts: Mapping[int, float]) -> str:
    """Return what is given by year, as ``20 bn USD in 2026, 30 in 2027``."""
    each = [f"{amount:g} in {year}" for year, amount in sorted(amounts.items())]
    return ", ".join(each).replace(" in ", " bn USD in ", 1)


def known_capacity_in_words(scenario: Scenario) -> str:
    """Return the capacity of compute that a scenario gives by year."""
    by_year = scenario.compute.capacity_by_year if scenario.compute is not None else None
    return "none" if by_year is None else amounts_by_year(by_year)


def raised_before_in_words(scenario: Scenario) -> str:
    """Return the money that a scenario says was raised before it begins, by quarter."""
    raised = {} if scenario.raising is None else scenario.raising.raised_before
    each = [f"{amount:g} bn USD in {format_quarter(q)}" for q, amount in sorted(raised.items())]
    return ", ".join(each) or "none"


def _own_rows(scenario: Scenario) -> Iterator[Row]:
    """Yield the formulas of own lines, metrics and outcomes."""
    for line in scenario.lines:
        since = "" if line.from_quarter is None else f" from {format_quarter(line.from_quarter)}"
        until = "" if line.until is None else f" until {format_quarter(line.until)}"
        counts = f"{_on_one_line(line.formula)}, counts in {line.counts_in}{since}{until}"
        yield Row(f"line: {line.words}", (counts, line.source or NO_SOURCE))
    for name, metric in scenario.metrics.items():
        formula = f"{_on_one_line(metric.formula)}, in {metric.unit}"
        yield Row(f"metric: {words_of_name(name)}", (formula, metric.source or NO_SOURCE))
    for name, outcome in scenario.outcomes.items():
        when = _on_one_line(outcome.when)
        held = f", {outcome.held} quarters in a row" if outcome.held > 1 else ""
        if outcome.by is None:
            words, by = f"outcome: {outcome.words or outcome.called(name)}", ""
        else:
            words, by = f"target: {outcome.called(name)}", f", by {format_quarter(outcome.by)}"
        yield Row(words, (f"{when}{held}{by}", outcome.source or NO_SOURCE))


def _on_one_line(formula: str) -> str:
    return " ".join(formula.split())


def correlation_table(scenario: Scenario) -> Table:
    """Return the correlations of ``stated_correlations`` in words."""
    rows = [
        Row(stated.inputs, (_in_words(stated), stated.source), stated.note)
        for stated in stated_correlations(scenario)
    ]
    return Table("Correlations between inputs", ("inputs", "correlation", "source"), tuple(rows))


def _in_words(stated: StatedCorrelation) -> str:
    if stated.moved_to is not None:
        return _move(stated.value, stated.moved_to, stated.kind)
    return f"{stated.value:g}{kind_in_words(stated.kind)}"


def stated_correlations(scenario: Scenario) -> list[StatedCorrelation]:
    """Return the correlations as the scenario gives them, those of a matrix one by one.

    Those that can't be follow, with the nearest that can and that paths have.
    """
    in_use = correlated_pairs(scenario).keys()
    stated = [
        each
        for key, given in scenario.correlations.items()
        for each in (
            _of_matrix(given)
            if isinstance(given, MatrixOfCorrelations)
            else [_of_key(key, given, in_use)]
        )
    ]
    moved = [
        StatedCorrelation(f"{p.first}, {p.second}", p.value, p.kind, MOVED_BY, moved_to=value)
        for p, value in moved_correlations(scenario).items()
    ]
    return [*stated, *moved]


def moved_sentences(scenario: Scenario) -> list[str]:
    """Return which correlations were moved, pair by pair, if any."""
    moved = moved_correlations(scenario)
    shown = [f"{p.first}, {p.second} {_move(p.value, to, p.kind)}" for p, to in moved.items()]
    return [f"Correlations moved to the nearest that can be: {'; '.join(shown)}."] if shown else []


def _move(value: float, to: float, kind: Kind | None) -> str:
    return f"{value:g} → {to:.3f}{kind_in_words(kind)}"


def fact_table(scenario: Scenario) -> Table:
    """Return the reported figures that the scenario's sources cite."""
    rows = [
        Row(f"{fact.id}: {fact.figure}", (fact.value, fact.where)) for fact in cited_facts(scenario)
    ]
    return Table(
        "Facts cited, money in billions of US dollars", ("fact", "value", "source"), tuple(rows)
    )


def source_sentences(scenario: Scenario) -> list[str]:
    """Say which inputs have no source, and which facts are cited that nobody knows."""
    said = []
    if keys := [m.key for m in list_inputs(scenario) if not m.distribution.source.strip()]:
        more = f" and {len(keys) - MOST_NAMED} more" if len(keys) > MOST_NAMED else ""
        said.append(f"No source is given for {', '.join(keys[:MOST_NAMED])}{more}.")
    if unknown := unknown_facts(scenario):
        cited = ", ".join(f"{fact} ({key})" for fact, key in unknown.items())
        said.append(f"Not among the reported figures of docs/facts.md: {cited}.")
    return said


def _of_matrix(given: MatrixOfCorrelations) -> list[StatedCorrelation]:
    pairs, source = itertools.combinations(enumerate(given.inputs), 2), given.source or NO_SOURCE
    return [
        StatedCorrelation(f"{first}, {second}", given.matrix[i][j], given.kind, source)
        for (i, first), (j, second) in pairs
        if given.matrix[i][j] != 0.0
    ]


def _of_key(key: str, given: Uncertain, in_use: Collection[frozenset[str]]) -> StatedCorrelation:
    pair = frozenset(name.strip() for name in key.split(","))
    idle = len(pair) == 2 and pair not in in_use
    note = "without effect: one of the two is certain" if idle else ""
    kind = given.kind if isinstance(given, RankCorrelation) else None
    return StatedCorrelation(key, given.quantile(0.5), kind, given.source or NO_SOURCE, note)


def name_of_member(part: str, name: str) -> str:
    """Return what a member of a list is called, such as ``funding: round 2026``."""
    return f"{LISTS[part]}: {name.replace('_', ' ')}"


def period(first: int, last: int) -> str:
    """Return the quarters between two in words."""
    return f"{format_quarter(first)} to {format_quarter(last)}"


def print_inputs(scenario: Scenario, names: Names, out: Console) -> None:
    """Print every resolved input with its P10, P50, P90, unit and source, and named changes."""
    out.print(Text(scenario.name, style="bold"))
    for sentence in provenance_sentences(scenario):
        out.print(Text(sentence))
    given, absent = given_and_absent(scenario)
    for member in given:
        line = Text(member.key, style="bold")
        line.append(f"  {_quantiles(member.distribution)} ", style="cyan")
        line.append(member.quantity.unit)
        if member.quantity.drawn != "path":
            line.append(f", each {member.quantity.drawn}")
        under = scenario.overridden.get(member.key, ())
        if len(under) > 1:
            line.append(", over all alternatives")
        out.print(line)
        for source in _sources(member.distribution, under, scenario):
            out.print(_source(source))
    if absent:
        out.print(Text("not in this scenario", style="bold"))
        out.print(_source(", ".join(absent)))
    for row in frame_table(scenario).rows:
        _print_row(row.name, row, out)
    for row in correlation_table(scenario).rows:
        _print_row(f"correlation of {row.name}", row, out)
    if scenario.decision is not None:
        out.print(Text("decision", style="bold").append(f"  {scenario.decision.title}"))
        out.print(_source(scenario.decision.source))
    for kind, titles in (
        ("--variant", names.variants),
        ("--stress", names.stresses),
        ("option", names.options),
    ):
        for name, title in titles.items():
            out.print(Text(f"{kind} {name}", style="bold").append(f"  {title}", style="dim"))
    _print_source_notes(scenario, out)


def given_and_absent(scenario: Scenario) -> tuple[list[Input], list[str]]:
    """Return a scenario's inputs, and the keys, or whole sections, of those that it leaves out."""
    inputs = list_inputs(scenario)
    given = [member for member in inputs if member.distribution not in ABSENT]
    sections = {_section(member) for member in given}
    absent = {
        member.key if _section(member) in sections else _section(member)
        for member in inputs
        if member.distribution in ABSENT
    }
    return given, sorted(absent)


def _section(member: Input) -> str:
    return member.key.partition(".")[0]


def _quantiles(distribution: Uncertain) -> str:
    """Return P10, P50 and P90, or a certain number."""
    levels = (0.5,) if distribution.is_certain else (0.1, 0.5, 0.9)
    return " / ".join(_plain(distribution.quantile(level)) for level in levels)


def _sources(
    distribution: Uncertain, under: Sequence[Uncertain], scenario: Scenario
) -> Iterator[str]:
    """Return an input's source, or its values and source under each of several alternatives."""
    if len(under) < 2:
        yield distribution.source
        return
    for alternative, each in zip(scenario.possible_alternatives, under, strict=True):
        yield f"if {alternative.clause}, {_quantiles(each)}: {each.source or NO_SOURCE}"


def print_facts(scenario: Scenario, out: Console) -> None:
    """Print the reported figures that the scenario's sources cite, with their origin."""
    found = fact_table(scenario)
    out.print(Text(scenario.name, style="bold"))
    out.print(Text(f"{found.title}:" if found.rows else "No source cites a reported figure."))
    for row in found.rows:
        _print_row(row.name, row, out)
    _print_source_notes(scenario, out)


def _print_source_notes(scenario: Scenario, out: Console) -> None:
    for sentence in source_sentences(scenario):
        out.print(Text(f"note: {sentence}"))


def _print_row(name: str, row: Row, out: Console) -> None:
    value, source = row.cells
    line = Text(name, style="bold").append(f"  {value}", style="cyan")
    out.print(line.append(f" ({row.note})" if row.note else "", style="dim"))
    if source:
        out.print(_source(source))


def _source(source: str) -> Padding:
    return Padding(Text(source or NO_SOURCE, style="dim"), (0, 0, 0, 4), expand=False)


def _plain(value: float) -> str:
    return "no limit" if value >= NO_LIMIT else PLAIN.significant(value, 4)
