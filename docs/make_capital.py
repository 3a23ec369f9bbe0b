"""Writes the answers and tables of docs/capital.md: ``python -m docs.make_capital``.

How answers are written is said in ``docs/replay.py``. What each part of a lab's scenario does
stands between ``<!-- parts: NAME.toml -->`` and its end.
"""

import re
from pathlib import Path

from docs.printing import markdown
from docs.replay import DOCS, Page, write_anew
from simulate import load_scenario
from simulate.analysis.compare import Comparison, Statistic, compare, statistic_of
from simulate.engine.estimate import Estimate
from simulate.model.outcomes import headline_events
from simulate.model.statistics import usual_statistic
from simulate.scenario import Scenario
from simulate.scenario.load import list_changes
from simulate.text.numbers import unit_of
from simulate.text.tables import Row, Table

PAGE = DOCS / "capital.md"
PARTS = re.compile(r"(<!-- parts: (?P<file>[\w.-]+) -->\n).*?(<!-- end -->\n)", re.DOTALL)
PATHS = 65_536
# What a lab has without these parts, too, by its column, and what takes a price and debt.
ASKED = {
    "cash flow held by 2030": "free cash flow positive, four quarters in a row by 2030",
    "out of cash by 2030": "out of cash by 2030",
    "by 2035": "out of cash by 2035",
    "peak need, P90, bn USD": "P90(peak funding need)",
}
ASKED_OF_CAPITAL = {
    "return < 1 in 2030": "return < 1 in 2030",
    "return ≥ 3": "return >= 3 in 2030",
    "mean lender's loss 2035": "mean(lender's loss 2035)",
}


def parts_table(file: str) -> Table:
    """Return what a lab's scenario is without each of its parts, as changes from all of them."""
    everything = load_scenario(file)
    parent = load_scenario(file.replace("-capital", ""))
    inherited = list_changes(file.replace("-capital", "")).variants
    own = {n: title for n, title in list_changes(file).variants.items() if n not in inherited}
    without = [load_scenario(file, variant=name) for name in own]
    alone = compare([everything, parent], of=[*ASKED.values()], paths=PATHS)
    of_parts = [*ASKED.values(), *ASKED_OF_CAPITAL.values()]
    compared = compare([everything, *without], of=of_parts, paths=PATHS)
    lacks = [""] * len(ASKED_OF_CAPITAL)
    rows = [
        Row("all of them", _cells(compared, 0)),
        Row("none of them", (*_cells(alone, 1), *lacks)),
        *(Row(title, _cells(compared, place)) for place, title in enumerate(own.values(), 1)),
    ]
    targets = everything.targets
    margin = f"margin of 70% by {targets.projected_year}"
    heads = ("", margin, *ASKED, *ASKED_OF_CAPITAL)
    return Table(f"{everything.lab}: what is otherwise without a part", heads, tuple(rows))


def _cells(comparison: Comparison, place: int) -> tuple[str, ...]:
    """Return the figures of the first scenario, or the changes from them of another."""
    first, result = comparison.results[0], comparison.results[place]
    cells = []
    for figure in _figures(comparison, comparison.scenarios[0]):
        unit, read = unit_of(figure.unit), figure.read(result)
        change: Estimate = read.change_from(figure.read(first))
        cells.append(unit.estimate(read.estimate) if place == 0 else unit.change(change))
    return tuple(cells)


def _figures(comparison: Comparison, scenario: Scenario) -> list[Statistic]:
    margin = usual_statistic(headline_events(scenario)[0])
    return [statistic_of(each, scenario) for each in (margin, *comparison.asked)]


def written(text: str, folder: Path) -> str:
    """Return the page's text with its generated parts written anew by commands in a folder."""

    def part(found: re.Match[str]) -> str:
        return f"{found[1]}{markdown(parts_table(found['file']))}\n{found[3]}"

    return Page(folder).written(PARTS.sub(part, text))


def main() -> None:
    """Write the page."""
    write_anew(PAGE, written)


if __name__ == "__main__":
    main()
