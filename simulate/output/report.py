"""The page of a result."""

import itertools
from dataclasses import dataclass
from functools import partial

from simulate.analysis.drivers import Drivers, Explanation
from simulate.engine.result import Result
from simulate.model.outcomes import projected_time
from simulate.model.rows import Hit
from simulate.plots import own_pictures, picture_of, plot_of
from simulate.plots.density import Sparkline, sparkline
from simulate.scenario import Scenario
from simulate.scenario.figures import Figures
from simulate.scenario.inputs import NO_SOURCE, Input, funding_assumption
from simulate.text.alternatives import Chance, chance_by_year
from simulate.text.assumptions import (
    LISTS,
    correlation_table,
    fact_table,
    frame_table,
    given_and_absent,
    kind_of,
    name_of_member,
    period,
    provenance_sentences,
)
from simulate.text.cash import funding_sentences, need_in_words
from simulate.text.dates import cash_flow_sentences, margin_sentences
from simulate.text.drivers import (
    LEGEND,
    correlation_notes,
    driver_table,
    group_letters,
    how_far_it_goes,
    what_moves,
)
from simulate.text.effects import telling
from simulate.text.numbers import NO_LIMIT, dollars_with_error, exact_percent, unit_of
from simulate.text.own import no_value_sentences, own_tables
from simulate.text.run import (
    alternative_tables,
    beyond_range_sentences,
    cash_table,
    definition_table,
    error_sentences,
    headline,
    headline_years,
    interval_sentence,
    margin_table,
    quarter_table,
)
from simulate.text.sentences import capitalized
from simulate.text.tables import Table
from simulate.text.years import fiscal_year_sentences
from simulate.version import package_version

from .page import Card, Origin, Picture, Section, render
from .results import find_what_is_drawn
from .workers import Workers

KEY = "drivers"
INTERVALS_OF_QUARTERS = (
    "Where two quarters stand for one, such as 27Q4-28Q1, they are the ends of its 95% interval."
)


@dataclass(frozen=True)
class Assumption:
    """An input as a row of the page.

    Attributes
    ----------
    title, key
        What it is, in words and in the scenario's file.
    kind
        Of the distribution, and how often it is drawn if not once a path.
    values
        P10, P50 and P90, or a certain number alone.
    unit
        Of the values.
    source
        A row of the facts, or ``assumption:`` and why.
    picture
        Of the distribution, None for a certain number.
    """

    title: str
    key: str
    kind: str
    values: tuple[str, ...]
    unit: str
    source: str
    picture: Sparkline | None


@dataclass(frozen=True)
class Group:
    """The inputs of a part of the scenario."""

    title: str
    members: tuple[Assumption, ...]


def group_inputs(scenario: Scenario) -> tuple[Group, ...]:
    """Return every input that the lab has, by the part of the scenario that it stands in."""
    given, _ = given_and_absent(scenario)
    grouped = itertools.groupby(given, lambda member: _part(member.key))
    return tuple(Group(title, tuple(map(_assumption, members))) for title, members in grouped)


def _part(key: str) -> str:
    """Return the title of the part of the scenario that an input stands in."""
    first, *rest = key.split(".")
    title = name_of_member(first, rest[0]) if first in LISTS else first.replace("_", " ")
    return capitalized(title)


def _assumption(member: Input) -> Assumption:
    quantity, distribution = member.quantity, member.distribution
    certain = distribution.is_certain
    levels = (0.5,) if certain else (0.1, 0.5, 0.9)
    often = "" if quantity.drawn == "path" else f", each {quantity.drawn}"
    return Assumption(
        title=quantity.title,
        key=member.key,
        kind=f"{kind_of(distribution).replace('_', ' ')}{often}",
        values=tuple(_written(distribution.quantile(level), quantity.unit) for level in levels),
        unit="" if unit_of(quantity.unit).sign else quantity.unit,
        source=distribution.source or NO_SOURCE,
        picture=None if certain else sparkline(distribution),
    )


def _written(value: float, unit: str) -> str:
    if value >= NO_LIMIT:
        return "no limit"
    shown = unit_of(unit)
    if shown.sign or abs(value) < 1000.0:
        return shown.significant(value, 3)
    return shown.rounded(value, 0)


def drivers_section(drivers: Drivers) -> Section:
    """Return what drives each outcome: in words, as pictures, and the largest drivers as tables."""
    explanations = drivers.explanations
    return Section(
        KEY,
        "What drives the answer?",
        sentences=tuple(map(_in_words, explanations)),
        within=tuple(
            _outcome(drivers, explanation, f"{KEY}-{place}")
            for place, explanation in enumerate(explanations, start=1)
            if explanation.indices
        ),
        remarks=(
            f"From {drivers.runs} runs of {drivers.paths:,} paths and one of "
            f"{drivers.kept_paths:,}, seed {drivers.scenario.sampling.seed}. In the tables, "
            f"{LEGEND}",
        ),
        points=tuple(correlation_notes(drivers.found)),
    )


def _in_words(explanation: Explanation) -> str:
    told = [what_moves(explanation, explanation.outcome.asked), *how_far_it_goes(explanation)]
    return " ".join(f"{sentence}." for sentence in told)


def _outcome(drivers: Drivers, explanation: Explanation, key: str) -> Section:
    """Return pictures and table of an outcome that something moves."""
    name = explanation.outcome.asked
    plots = {"shares": plot_of("drivers", "plot_drivers_of")}
    if telling(explanation.effects, 1):
        plots["tornado"] = plot_of("effects", "plot_tornado_of")
    return Section(
        key,
        capitalized(name),
        pictures=tuple(
            Picture(f"{key}-{kind}", partial(plot, drivers, explanation))
            for kind, plot in plots.items()
        ),
        tables=(driver_table(explanation, group_letters(drivers.found), f"Drivers of {name}"),),
    )


@dataclass(frozen=True)
class ReportView:
    """What the page of a result shows, in its order."""

    title: str
    description: str
    provenance: tuple[str, ...]
    lead: tuple[str, ...]
    cards: tuple[Card, ...]
    sections: tuple[Section, ...]
    frame: Table
    inputs: tuple[Group, ...]
    absent: tuple[str, ...]
    correlations: Table
    facts: Table
    errors: tuple[str, ...]
    origin: Origin


def render_report(
    result: Result,
    *,
    command: str,
    drivers: Section | None = None,
    figures: Figures = None,
    rests_on: str = "",
    workers: Workers | None = None,
    with_pictures: bool = True,
) -> str:
    """Return the page of a result as HTML: the same result and command, the same page.

    Parameters
    ----------
    result
        With traces, from ``run``.
    command
        That makes the page again.
    drivers
        What drives the answer, where that has been found out.
    figures
        Reported figures, for the newest margins and to mark in the pictures; see
        ``plot_revenue``.
    rests_on
        What the headline rests on, in words, where that has been found out.
    workers
        Who draw its pictures; by default nobody else.
    with_pictures
        Whether any are drawn.
    """
    if with_pictures:
        find_what_is_drawn(result)
    view = view_report(result, command, drivers, figures, rests_on)
    return render("report.html", view, workers, with_pictures=with_pictures)


def view_report(
    result: Result,
    command: str,
    drivers: Section | None = None,
    figures: Figures = None,
    rests_on: str = "",
) -> ReportView:
    """Return what the page of a result shows."""
    scenario = result.scenario
    return ReportView(
        title=scenario.name,
        description=scenario.description,
        provenance=tuple(provenance_sentences(scenario)),
        lead=tuple(filter(None, (headline(result), rests_on and f"{rests_on}.", result.goal))),
        cards=_cards(result),
        sections=(*_sections(result, figures), *([drivers] if drivers is not None else [])),
        frame=frame_table(scenario),
        inputs=group_inputs(scenario),
        absent=tuple(given_and_absent(scenario)[1]),
        correlations=correlation_table(scenario),
        facts=fact_table(scenario),
        errors=(*error_sentences(result), interval_sentence(result), INTERVALS_OF_QUARTERS),
        origin=origin_of(result, command),
    )


def origin_of(result: Result, command: str) -> Origin:
    """Return what made a result, and the command that makes its page."""
    horizon, sampling = result.scenario.horizon, result.scenario.sampling
    return Origin(
        command=command,
        horizon=period(horizon.first_quarter, horizon.last_quarter),
        paths=result.paths,
        replicates=result.replicates,
        sampler=sampling.sampler,
        seed=sampling.seed,
        version=package_version(),
    )


def _cards(result: Result) -> tuple[Card, ...]:
    targets, need = result.scenario.targets, result.funding_need
    year, cash_year = headline_years(result)
    company = "the company's projection; " if year == targets.projected_year else ""
    return (
        _chance_card(
            f"Gross margin of {exact_percent(targets.gross_margin)} by {year}",
            chance_by_year(result, projected_time(result.scenario), year),
            f"{company}{targets.projected_margin}",
        ),
        _chance_card(
            f"Free cash flow positive by {cash_year}",
            chance_by_year(result, Hit.CASH_FLOW_HELD, cash_year),
            "four quarters in a row",
        ),
        _chance_card(
            f"Out of cash by {cash_year}",
            chance_by_year(result, Hit.OUT_OF_CASH, cash_year),
            f"assuming {funding_assumption(result.scenario)}",
        ),
        Card(
            "Median peak funding need",
            need_in_words(need["p50"]),
            f"one path in ten needs {dollars_with_error(need['p90'])} or more",
        ),
    )


def _chance_card(name: str, chance: Chance, detail: str) -> Card:
    return Card(name, chance.value, "; ".join(filter(None, [chance.range, detail])))


def _sections(result: Result, figures: Figures) -> tuple[Section, ...]:
    target = exact_percent(result.scenario.targets.gross_margin)
    return (
        Section(
            "margin",
            f"When does gross margin reach {target}?",
            sentences=margin_sentences(result),
            pictures=_pictures(result, figures, "margin_date", "margin_by_year", "margins"),
            tables=(
                definition_table(result, figures),
                *alternative_tables(result),
                margin_table(result),
            ),
        ),
        Section(
            "cash-flow",
            "When does free cash flow turn positive?",
            sentences=cash_flow_sentences(result),
            pictures=_pictures(result, figures, "cash_flow_date", "margin_and_cash_flow"),
            tables=(cash_table(result), quarter_table(result)),
        ),
        Section(
            "funding",
            "How much funding does it take?",
            sentences=funding_sentences(result),
            pictures=_pictures(result, figures, "funding_need"),
        ),
        Section(
            "way",
            "How do the years go?",
            sentences=(*fiscal_year_sentences(result), *beyond_range_sentences(result)),
            pictures=_pictures(result, figures, "revenue", "fans", "cash_bridge"),
        ),
        *_own_section(result, figures),
    )


def _own_section(result: Result, figures: Figures) -> tuple[Section, ...]:
    """Return what the scenario adds to the model, if it adds an outcome or a metric."""
    pictures, told = own_pictures(result.scenario), no_value_sentences(result)
    if not pictures and not told:
        return ()
    return (
        Section(
            "own",
            "What does the scenario add to the model?",
            sentences=tuple(told),
            pictures=_pictures(result, figures, *pictures),
            tables=tuple(own_tables(result)),
        ),
    )


def _pictures(result: Result, figures: Figures, *names: str) -> tuple[Picture, ...]:
    return tuple(
        Picture(name.replace("_", "-"), picture_of(name, result, figures)) for name in names
    )
