"""Writes the scores and pictures of docs/hindcast.md: ``python -m docs.make_hindcast``.

The page is written by hand but for what stands between a marker and its end::

    <!-- hindcast: findings -->            what came out, in sentences
    <!-- hindcast: ratios -->              the scores over those of simple forecasters
    <!-- hindcast: forecasts -->           what was forecast, and what came true
    <!-- hindcast: scores -->              the CRPS of every forecaster
    <!-- hindcast: left out -->            what could not be scored
    <!-- hindcast: forecasts.png -->       a picture, with its title as its text
    <!-- end -->
"""

import re
from collections.abc import Callable
from datetime import date
from pathlib import Path

from matplotlib.figure import Figure

from docs.printing import markdown, save_small
from simulate import load_scenario
from simulate.analysis.base_forecasts import PLAIN
from simulate.analysis.hindcast import Hindcast, hindcast, packaged_vintage
from simulate.analysis.scores import ratio_of_scores
from simulate.commands.session import compile_kernels
from simulate.output.hindcast import PICTURES
from simulate.scenario.figures import packaged_figures
from simulate.text.hindcast import (
    findings,
    forecast_tables,
    left_out_sentences,
    ratio_table,
    score_tables,
)
from simulate.text.tables import Row, Table

DOCS = Path(__file__).parent
PAGE = DOCS / "hindcast.md"
FOLDER = Path("pictures") / "hindcast"
# Sections that are laid over vintages, by what they are called.
SECTIONS = {
    "training that follows revenue": ("follows",),
    "cuts when cash is short": ("cuts",),
    "contracts for compute": ("contracts",),
    "raising, debt and failure": ("raising",),
    "all of them": ("follows", "cuts", "contracts", "raising"),
}
# Scored on all that was reported, and so on cash, which isn't on the list of the vintages.
LAB, LAST, JANUARY = "OpenAI", date(2025, 12, 31), "openai-2026-01.toml"
CASH = "cash"
# Whose score of what, by its column.
OF_ALL_VINTAGES = {
    "revenue, Anthropic": ("Anthropic", "revenue"),
    "revenue, OpenAI": (LAB, "revenue"),
    "margin": (LAB, "gross margin"),
    "free cash flow": (LAB, "free cash flow"),
    "operating result": (LAB, "operating result"),
}
PARTS = re.compile(r"<!-- hindcast: (?P<what>[\w. ]+) -->\n.*?<!-- end -->\n", re.DOTALL)


def sections_table() -> Table:
    """Return what parts that are off do to the scores: over those of the same model without."""
    given = {
        "at the end of 2025": packaged_vintage(packaged_figures(), LAB, LAST),
        "in January": load_scenario(JANUARY),
    }
    of_cash = [f"{what} {when}" for when in given for what in ("cash", "its PIT")]
    rows = []
    for name, files in SECTIONS.items():
        sections = [DOCS / "data" / "parts" / f"{file}.toml" for file in files]
        made = hindcast(sections=sections)
        cells = [ratio_to_plain(made, *figure) for figure in OF_ALL_VINTAGES.values()]
        for scenario in given.values():
            found = hindcast([scenario], sections=sections)
            (cash,) = (score for score in found.scores if score.scored.quantity == CASH)
            cells += [ratio_to_plain(found, LAB, CASH), f"{100 * cash.model.pit:.1f}%"]
        rows.append(Row(name, tuple(cells)))
    heads = ("with", *OF_ALL_VINTAGES, *of_cash)
    return Table("Scores with parts that are off, over scores without", heads, tuple(rows))


def ratio_to_plain(found: Hindcast, lab: str, quantity: str) -> str:
    """Return the geometric mean of a lab's scores of a quantity over the plain model's."""
    both = [
        (score.model.crps, score.forecasts[PLAIN].crps)
        for score in found.scores
        if (score.scored.lab, score.scored.quantity) == (lab, quantity) and PLAIN in score.forecasts
    ]
    return f"{ratio_of_scores(*zip(*both, strict=True)):.2f}" if both else "1"


TEXTS: dict[str, Callable[[Hindcast], str]] = {
    "findings": lambda found: "\n".join(f"- {sentence}" for sentence in findings(found)),
    "ratios": lambda found: markdown(ratio_table(found)),
    "forecasts": lambda found: "\n\n".join(map(markdown, forecast_tables(found))),
    "scores": lambda found: "\n\n".join(map(markdown, score_tables(found))),
    "parts": lambda _: markdown(sections_table()),
    "left out": lambda found: "\n".join(left_out_sentences(found)) or "Nothing is left out.",
}


def written(text: str, found: Hindcast, pictures: dict[str, Figure]) -> str:
    """Return the page's text with its generated parts written anew."""

    def part(place: re.Match[str]) -> str:
        what = place["what"]
        name, is_picture, _ = what.partition(".png")
        if is_picture:
            made = f"![{pictures[name].get_label()}]({(FOLDER / what).as_posix()})"
        else:
            made = TEXTS[what](found)
        return f"{place[0].partition(chr(10))[0]}\n{made}\n<!-- end -->\n"

    return PARTS.sub(part, text)


def main() -> None:
    """Write the page and its pictures."""
    compile_kernels(silent=False)
    found = hindcast()
    pictures = {name: draw(found) for name, draw in PICTURES.items()}
    (DOCS / FOLDER).mkdir(parents=True, exist_ok=True)
    for name, picture in pictures.items():
        save_small(picture, DOCS / FOLDER / f"{name}.png")
    PAGE.write_text(written(PAGE.read_text(encoding="utf-8"), found, pictures), encoding="utf-8")
    print(f"{PAGE.name} and {len(pictures)} pictures written")


if __name__ == "__main__":
    main()
