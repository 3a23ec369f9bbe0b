"""The page of scenarios side by side."""

from dataclasses import dataclass
from functools import partial

from simulate.analysis.compare import Comparison, odds_by_year, side_by_side
from simulate.model.outcomes import projected_time
from simulate.plots import plot_of
from simulate.text.assumptions import provenance_sentences
from simulate.text.compare import (
    apart_sentences,
    change_sentence,
    comparison_table,
    headline_table,
    lettered,
    out_of_cash_sentences,
    paired_error_sentence,
)
from simulate.text.diff import describe_difference
from simulate.text.run import error_sentences, margin_title
from simulate.text.tables import Table

from .page import Origin, Picture, Section, render
from .report import origin_of

SHARED = (
    "What two scenarios share goes out of their difference; the less they differ, the smaller is "
    "the error of it."
)
DIFFERENCES = "What differs, by its key in the scenario's file, as P10 / P50 / P90 where uncertain:"


@dataclass(frozen=True)
class Compared:
    """A scenario: its letter, name and files, and its description where not that of another."""

    letter: str
    name: str
    description: str
    provenance: tuple[str, ...]


@dataclass(frozen=True)
class ComparisonView:
    """What the page of a comparison shows, in its order."""

    title: str
    scenarios: tuple[Compared, ...]
    lead: tuple[str, ...]
    table: Table
    assumed: tuple[str, ...]
    errors: tuple[str, ...]
    sections: tuple[Section, ...]
    origin: Origin


def render_comparison(comparison: Comparison, *, command: str, with_pictures: bool = True) -> str:
    """Return the page of a comparison as HTML: the same comparison, the same page.

    Parameters
    ----------
    comparison
        From ``compare``.
    command
        That makes the page again.
    with_pictures
        Whether any are drawn.
    """
    view = view_comparison(comparison, command)
    return render("comparison.html", view, with_pictures=with_pictures)


def view_comparison(comparison: Comparison, command: str) -> ComparisonView:
    """Return what the page of a comparison shows."""
    figures, names = side_by_side(comparison), lettered(comparison)
    others = range(1, len(names))
    return ComparisonView(
        title=_title([name for _, name in names]),
        scenarios=_scenarios(comparison),
        lead=(
            *(change_sentence(beside) for beside in figures if beside.figure.unit == "probability"),
            *apart_sentences(comparison),
        ),
        table=headline_table(figures, "Headline figures", others),
        assumed=out_of_cash_sentences(comparison),
        errors=(*error_sentences(comparison.results[0]), paired_error_sentence(figures), SHARED),
        sections=tuple(_section(comparison, place, names[place][0]) for place in others),
        origin=origin_of(comparison.results[0], command),
    )


def _title(names: list[str]) -> str:
    first, *others = names
    return f"{first} against {others[0] if len(others) == 1 else f'{len(others)} others'}"


def _scenarios(comparison: Comparison) -> tuple[Compared, ...]:
    scenarios = [result.scenario for result in comparison.results]
    texts = [scenario.description for scenario in scenarios]
    return tuple(
        Compared(
            letter,
            name,
            "" if scenario.description in texts[:place] else scenario.description,
            tuple(provenance_sentences(scenario)),
        )
        for place, ((letter, name), scenario) in enumerate(
            zip(lettered(comparison), scenarios, strict=True)
        )
    )


def _section(comparison: Comparison, place: int, letter: str) -> Section:
    """Return how one scenario differs from the first, and what that does."""
    before, after = comparison.results[0], comparison.results[place]
    differences = describe_difference(comparison.scenarios[0], comparison.scenarios[place])
    key = f"{letter}-against-A"
    return Section(
        key,
        f"{letter} against A: {after.scenario.name}",
        pictures=(Picture(key, partial(plot_of("compare", "plot_comparison"), before, after)),),
        tables=(_odds_by_year(comparison, place),),
        remarks=(DIFFERENCES if differences else "The two assume the same.",),
        points=tuple(differences),
    )


def _odds_by_year(comparison: Comparison, place: int) -> Table:
    scenario = comparison.results[0].scenario
    odds = odds_by_year(comparison, projected_time(scenario))
    by_year = {str(year): beside for year, beside in odds.items()}
    return comparison_table(by_year, margin_title(scenario), "year", [place])
