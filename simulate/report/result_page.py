"""The page of a result."""

from dataclasses import dataclass
from functools import partial

from simulate.answer_parts import (
    Table,
    cash_table,
    fiscal_year_sentences,
    funding_sentences,
    headline,
    headline_years,
    margin_table,
    provenance_sentences,
    quarter_table,
)
from simulate.assumption_parts import correlation_table, fact_table, frame_table, period
from simulate.beyond_range import beyond_range_sentences
from simulate.kernels.rows import Hit
from simulate.number_format import dollars_with_error, percent
from simulate.plots import PICTURES
from simulate.result import Result, projected_time
from simulate.scenario.funding import funding_assumption
from simulate.version import package_version

from .assumptions import Group, group_inputs
from .drawing import draw
from .page import render
from .parts import Card, Origin, Picture, Section
from .sentences import cash_flow_sentences, error_sentences, interval_sentence, margin_sentences

INTERVALS_OF_QUARTERS = (
    "Where two quarters stand for one, such as 27Q4-28Q1, they are the ends of its 95% interval."
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
    correlations: Table
    facts: Table
    errors: tuple[str, ...]
    origin: Origin


def render_report(result: Result, *, command: str, drivers: Section | None = None) -> str:
    """Return the page of a result as HTML: the same result and command, the same page.

    Parameters
    ----------
    result
        With traces, from ``run``.
    command
        That makes the page again.
    drivers
        What drives the answer, where that has been found out.
    """
    return render("report.html", view_report(result, command, drivers))


def view_report(result: Result, command: str, drivers: Section | None = None) -> ReportView:
    """Return what the page of a result shows."""
    scenario = result.scenario
    return ReportView(
        title=scenario.name,
        description=scenario.description,
        provenance=tuple(provenance_sentences(scenario)),
        lead=(headline(result), *([result.goal] if result.goal else [])),
        cards=_cards(result),
        sections=(*_sections(result), *([drivers] if drivers is not None else [])),
        frame=frame_table(scenario),
        inputs=group_inputs(scenario),
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
        Card(
            f"Gross margin of {targets.gross_margin:.0%} by {year}",
            percent(result.probability_by_year(projected_time(result.scenario), year)),
            f"{company}{targets.projected_margin}",
        ),
        Card(
            f"Free cash flow positive by {cash_year}",
            percent(result.probability_by_year(Hit.CASH_FLOW_HELD, cash_year)),
            "four quarters in a row",
        ),
        Card(
            f"Out of cash by {cash_year}",
            percent(result.probability_by_year(Hit.OUT_OF_CASH, cash_year)),
            f"assuming {funding_assumption(result.scenario)}",
        ),
        Card(
            "Median peak funding need",
            dollars_with_error(need["p50"]),
            f"one path in ten needs {dollars_with_error(need['p90'])} or more",
        ),
    )


def _sections(result: Result) -> tuple[Section, ...]:
    target = f"{result.scenario.targets.gross_margin:.0%}"
    return (
        Section(
            "margin",
            f"When does gross margin reach {target}?",
            sentences=margin_sentences(result),
            pictures=_pictures(result, "margin_date", "margin_by_year"),
            tables=(margin_table(result),),
        ),
        Section(
            "cash-flow",
            "When does free cash flow turn positive?",
            sentences=cash_flow_sentences(result),
            pictures=_pictures(result, "cash_flow_date", "margin_and_cash_flow"),
            tables=(cash_table(result), quarter_table(result)),
        ),
        Section(
            "funding",
            "How much funding does it take?",
            sentences=funding_sentences(result),
            pictures=_pictures(result, "funding_need"),
        ),
        Section(
            "way",
            "How do the years go?",
            sentences=(*fiscal_year_sentences(result), *beyond_range_sentences(result)),
            pictures=_pictures(result, "fans", "cash_bridge"),
        ),
    )


def _pictures(result: Result, *names: str) -> tuple[Picture, ...]:
    return tuple(draw(name.replace("_", "-"), partial(PICTURES[name], result)) for name in names)
