"""Writes the table and the answers of docs/own-lines.md: ``python -m docs.make_own_lines``.

The table of quantities stands between ``<!-- quantities -->`` and its end; how answers are written
is said in ``docs/replay.py``. Commands run in an empty folder.
"""

import re
from pathlib import Path

from docs.replay import DOCS, Page, write_anew
from simulate.scenario.own import STAGES
from simulate.scenario.quantities import QUANTITIES, ModelQuantity, Stage

PAGE = DOCS / "own-lines.md"
QUANTITY_TABLE = re.compile(r"(<!-- quantities -->\n).*?(<!-- end -->\n)", re.DOTALL)
COLUMNS = ("name", "what it is", "unit", "lines that may use it", "in the base quarters")
RULES = ("---",) * len(COLUMNS)


def quantity_table() -> str:
    """Return what formulas may name, as Markdown."""
    rows = [
        (f"`{name}`", each.words, each.unit.name, _users(each), _in_base_quarters(name, each))
        for name, each in QUANTITIES.items()
    ]
    return "\n".join(f"| {' | '.join(row)} |" for row in (COLUMNS, RULES, *rows))


def _users(quantity: ModelQuantity) -> str:
    """Return which lines may use a quantity of their own quarter."""
    if quantity.known == Stage.REVENUE:
        return "all"
    if quantity.known == Stage.END:
        return "none"
    (first,) = [name for name, stage in STAGES.items() if stage == quantity.known]
    return f"{first} on" if quantity.known < Stage.FINANCING else first


def _in_base_quarters(name: str, quantity: ModelQuantity) -> str:
    """Return whether a quantity is known before the horizon, as margins of twelve months aren't."""
    return "" if quantity.from_start or name.startswith("gross_margin") else "known"


def written(text: str, folder: Path) -> str:
    """Return a page's text with its generated parts written anew by commands in a folder."""
    table = QUANTITY_TABLE.sub(lambda found: f"{found[1]}{quantity_table()}\n{found[2]}", text)
    return Page(folder).written(table)


def main() -> None:
    """Write the page."""
    write_anew(PAGE, written)


if __name__ == "__main__":
    main()
