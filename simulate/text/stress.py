"""Stress tests in words: which is worst for what, and what each of them changes."""

from rich.console import Console
from rich.text import Text

from simulate.analysis.stress import Stresses, StressTest
from simulate.engine.result import DISCLAIMER

from .alternatives import figure_cell
from .cash import out_of_cash_sentence
from .compare import common_sentence, measured_apart
from .numbers import unit_of
from .sentences import with_full_stop
from .tables import Row, Table, heading, printed

BASELINE = "the baseline"


def finding(stresses: Stresses) -> str:
    """Return which test is worst for the company's projection."""
    name, worst = stresses.figures[0].short, stresses.worst(0)
    if worst is None:
        return f"No stress test lowers the chance of {name}"
    tied = [test.title for test in stresses.ties(0)]
    more = f"; not told apart: {', '.join(tied)}" if tied else ""
    return f"Worst for the chance of {name}, {from_to(stresses, 0, worst)}: {worst.title}{more}"


def from_to(stresses: Stresses, figure: int, test: StressTest) -> str:
    """Return a figure, by its place, in the baseline and under a test."""
    unit = unit_of(stresses.figures[figure].unit)
    before = figure_cell(unit, stresses.base[figure], stresses.base_under[figure])
    after = figure_cell(unit, test.figures[figure], test.under[figure])
    return f"from {before} to {after}{'' if unit.sign else f' {unit.name}'}"


def worst_of_figure(stresses: Stresses, figure: int) -> str:
    """Return which test is worst for a figure, by its place, and how far it goes.

    Where it isn't known which way is worse, that is the one that moves it most.
    """
    name, worst = stresses.figures[figure].name, stresses.worst(figure)
    if worst is None:
        return f"{name}: none of them"
    tied = [test.name for test in stresses.ties(figure)]
    more = f" (not told apart from {', '.join(tied)})" if tied else ""
    return f"{name}: {worst.name}{more}, {from_to(stresses, figure, worst)}"


def apart_sentences(stresses: Stresses) -> list[str]:
    """Say what some of the tests measure differently."""
    return measured_apart(
        {BASELINE: stresses.scenario} | {test.name: test.scenario for test in stresses.tests}
    )


def change_table(stresses: Stresses) -> Table:
    """Return the baseline's figures, and their change under each test."""
    units = [unit_of(figure.unit) for figure in stresses.figures]
    base = tuple(map(figure_cell, units, stresses.base, stresses.base_under))
    rows = [Row("baseline", base, weight="bold")]
    for test in stresses.tests:
        changes = (u.change(value) for u, value in zip(units, test.changes, strict=True))
        rows.append(Row(test.name, tuple(changes)))
    return Table(
        "The baseline, and the change under each stress test (of probabilities, in points)",
        ("", *(heading(figure.short) for figure in stresses.figures)),
        tuple(rows),
        is_dense=True,
    )


def _by_what_is_known(stresses: Stresses) -> dict[str, list[int]]:
    """Return the places of figures by what is told of them: the worst test, or the strongest."""
    found: dict[str, list[int]] = {}
    for place, figure in enumerate(stresses.figures):
        is_known = figure.more_is_better is not None
        head = "The worst test for" if is_known else "The test that moves most"
        found.setdefault(head, []).append(place)
    return found


def print_stresses(stresses: Stresses, out: Console) -> None:
    """Print what each test changes, and which is worst for each figure."""
    out.print(Text(stresses.scenario.name, style="bold"))
    out.print(Text(f"{with_full_stop(finding(stresses))}\n"))
    out.print(printed(change_table(stresses)))
    out.print()
    for test in stresses.tests:
        out.print(Text(f"{test.name}: {test.title}"))
    out.print()
    for sentence in apart_sentences(stresses):
        out.print(Text(sentence))
    for head, figures in _by_what_is_known(stresses).items():
        out.print(Text(head))
        for place in figures:
            out.print(Text(f"- {worst_of_figure(stresses, place)}."))
    out.print(Text(out_of_cash_sentence(stresses.scenario)))
    out.print(
        Text(
            f"\n{common_sentence(stresses.common)} The error of a change is that of paired "
            f"differences. {DISCLAIMER}",
            style="dim",
        )
    )
