"""A comparison in words, and in what compared scenarios measure themselves differently."""

from collections.abc import Mapping, Sequence
from string import ascii_uppercase

from rich.console import Console
from rich.text import Text

from simulate.analysis.compare import (
    Beside,
    CommonRandomNumbers,
    Comparison,
    compared_year,
    side_by_side,
)
from simulate.engine.estimate import Estimate
from simulate.engine.result import DISCLAIMER, Result
from simulate.model.catalogue import own_metrics, own_times
from simulate.model.outcomes import projected_time
from simulate.scenario import Scenario
from simulate.scenario.frame import Targets
from simulate.scenario.quarters import format_quarter

from .alternatives import chance_by_year, figure_cell
from .cash import out_of_cash_sentence
from .numbers import PROBABILITY, SHARE, exact_percent, share, unit_of
from .sentences import listed
from .tables import Row, Table, printed

# Beyond so many standard errors a change is told from none.
CLEAR = 2.0


def common_sentence(common: CommonRandomNumbers) -> str:
    """Say what runs share."""
    return f"{common.paths:,} paths a run on common random numbers, seed {common.sampling.seed}."


def finding(before: Result, after: Result) -> str:
    """Return how probable the target is by the same year in two scenarios."""
    year, time = compared_year(before, after), projected_time(before.scenario)
    first, second = (chance_by_year(result, time, year).cell for result in (before, after))
    targets = [result.scenario.targets.gross_margin for result in (before, after)]
    other = f" of {exact_percent(targets[1])}" if targets[1] != targets[0] else ""
    return (
        f"Gross margin of {exact_percent(targets[0])} by {year}: {first}, against {second}{other}"
    )


def measured_apart(scenarios: Mapping[str, Scenario]) -> list[str]:
    """Return what readers of figures side by side must know, one sentence each.

    Parameters
    ----------
    scenarios
        By the names that readers know them by, as they were before ``common_random_numbers`` cut
        horizons; the first is what others are compared with, and says by what definition and year.
    """
    (first, base), *others = scenarios.items()
    ends = {name: scenario.horizon.last_year for name, scenario in scenarios.items()}
    found = []
    if len(set(ends.values())) > 1:
        year = min(ends.values())
        shortest = " and ".join(name for name, end in ends.items() if end == year)
        found.append(
            f"All figures are of the years to {year}, where the horizon of {shortest} ends."
        )
    starts = {
        name: format_quarter(scenario.horizon.first_quarter) for name, scenario in scenarios.items()
    }
    if len(set(starts.values())) > 1:
        each = ", ".join(f"{name} in {start}" for name, start in starts.items())
        found.append(f"The horizons begin apart, and the funding need counts from there: {each}.")
    targets = {
        name: exact_percent(scenario.targets.gross_margin) for name, scenario in scenarios.items()
    }
    if len(set(targets.values())) > 1:
        each = ", ".join(f"{level} in {name}" for name, level in targets.items())
        found.append(f"The margin's target is that of each: {each}.")
    apart = [
        f"{name} projects it {_projection(other.targets)}"
        if other.targets.projected_year is not None
        else f"in {name} it is {_projection(other.targets)}"
        for name, other in others
        if _projection(other.targets) != _projection(base.targets)
    ]
    if apart:
        said = f"as {first} projects" if base.targets.projected_year is not None else f"in {first}"
        found.append(f"The margin is {_projection(base.targets)}, {said}; {', '.join(apart)}.")
    return [*found, *_added_apart(scenarios)]


def _added_apart(scenarios: Mapping[str, Scenario]) -> list[str]:
    """Say which own outcomes and metrics stand beside nothing, as some scenario lacks them."""
    added = {
        name: {each.title for each in (*own_times(scenario), *own_metrics(scenario))}
        for name, scenario in scenarios.items()
    }
    everything = dict.fromkeys(title for titles in added.values() for title in sorted(titles))
    lacking: dict[str, list[str]] = {}
    for title in everything:
        if without := [name for name, titles in added.items() if title not in titles]:
            lacking.setdefault(listed(without), []).append(title)
    return [
        f"Not in {without}, and so not compared: {listed(titles)}."
        for without, titles in lacking.items()
    ]


def _projection(targets: Targets) -> str:
    year = "" if targets.projected_year is None else f" by {targets.projected_year}"
    margin = targets.projected_margin
    return (f"of {margin}" if margin == "paying users" else margin) + year


def lettered(comparison: Comparison) -> list[tuple[str, str]]:
    """Return a letter for each scenario, and its name."""
    names = (result.scenario.name for result in comparison.results)
    return list(zip(ascii_uppercase, names, strict=False))


def apart_sentences(comparison: Comparison) -> list[str]:
    """Say in what the scenarios measure themselves differently."""
    return measured_apart(dict(zip(ascii_uppercase, comparison.scenarios, strict=False)))


def comparison_table(
    figures: Mapping[str, Beside], title: str, what: str, places: Sequence[int]
) -> Table:
    """Return figures side by side, each with its change from the first scenario.

    Parameters
    ----------
    figures
        Of one comparison, by the names of their rows.
    title
        Of the table.
    what
        The head of the figures' names.
    places
        Of the scenarios to show beside the first, counted from 0.
    """
    letters = [ascii_uppercase[place] for place in places]
    heads = [head for letter in letters for head in (letter, f"{letter} minus A")]
    rows = [Row(name, _cells(beside, places)) for name, beside in figures.items()]
    return Table(title, (what, "A", *heads), tuple(rows))


def headline_table(figures: Sequence[Beside], title: str, places: Sequence[int]) -> Table:
    """Return the headline figures side by side; see ``comparison_table``."""
    named = {beside.figure.short: beside for beside in figures}
    return comparison_table(named, title, "figure", places)


def _cells(beside: Beside, places: Sequence[int]) -> tuple[str, ...]:
    unit = unit_of(beside.figure.unit)
    cells = [figure_cell(unit, beside.estimates[0], beside.under[0])]
    for place in places:
        cells.append(figure_cell(unit, beside.estimates[place], beside.under[place]))
        cells.append(unit.change(beside.changes[place - 1]))
    return tuple(cells)


def change_sentence(beside: Beside) -> str:
    """Say what a probability of the first scenario is in each other, and how sure the change is."""
    first, *others = (share(estimate.value) for estimate in beside.estimates)
    told = [
        f"{there} in {letter} ({_in_words(moved)})"
        for letter, there, moved in zip(ascii_uppercase[1:], others, beside.changes, strict=False)
    ]
    return f"{beside.figure.name}: {'; '.join([f'{first} in A', *told])}."


def out_of_cash_sentences(comparison: Comparison) -> tuple[str, ...]:
    """Say how chances of running out of cash are to be read, once where all assume the same."""
    told = [out_of_cash_sentence(result.scenario) for result in comparison.results]
    if len(set(told)) == 1:
        return (told[0],)
    letters = zip(ascii_uppercase, told, strict=False)
    return tuple(f"{letter}: {sentence}" for letter, sentence in letters)


def _in_words(moved: Estimate) -> str:
    """Return the change of a probability."""
    if moved.value == 0.0 and not moved.standard_error > 0.0:
        return "the same count of paths"
    points = f"{PROBABILITY.change(moved)} points"
    if abs(moved.value) < CLEAR * moved.standard_error:
        return f"{points}, which can't be told from none"
    return points


def paired_error_sentence(figures: Sequence[Beside]) -> str:
    """Say what common random numbers do to the errors of changes; unknown errors are left out."""
    ratios = sorted(
        moved.standard_error / unpaired
        for beside in figures
        for moved, unpaired in zip(beside.changes, beside.unpaired_errors, strict=True)
        if moved.standard_error > 0.0 and unpaired > 0.0
    )
    if not ratios:
        return ""
    low, middle, high = (SHARE.rounded(ratios[place], 0) for place in (0, len(ratios) // 2, -1))
    return (
        f"On common random numbers, the errors of these changes are {low} to {high} (median "
        f"{middle}) of what they would be between separate runs."
    )


def print_comparison(comparison: Comparison, out: Console) -> None:
    """Print the scenarios' headline figures side by side, and how well their changes are known."""
    figures, names = side_by_side(comparison), lettered(comparison)
    for letter, name in names:
        out.print(Text(f"{letter}: {name}", style="bold"))
    first = comparison.results[0]
    out.print(
        Text(
            f"{first.paths:,} paths each in {first.replicates} replicates, common random numbers, "
            f"seed {first.scenario.sampling.seed}",
            style="dim",
        )
    )
    for place in range(1, len(names)):
        # One pair a table: no more goes into 80 columns.
        out.print(printed(headline_table(figures, "", [place])))
    for sentence in (*apart_sentences(comparison), *out_of_cash_sentences(comparison)):
        out.print(Text(sentence))
    out.print(Text(paired_error_sentence(figures)))
    out.print(Text(f"Changes of probabilities are in points. {DISCLAIMER}", style="dim"))
