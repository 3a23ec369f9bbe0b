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
from pathlib import Path

from matplotlib.figure import Figure

from docs.printing import markdown, save_small
from simulate.analysis.hindcast import Hindcast, hindcast
from simulate.commands.session import compile_kernels
from simulate.output.hindcast import PICTURES
from simulate.text.hindcast import (
    findings,
    forecast_tables,
    left_out_sentences,
    ratio_table,
    score_tables,
)

DOCS = Path(__file__).parent
PAGE = DOCS / "hindcast.md"
FOLDER = Path("pictures") / "hindcast"
PARTS = re.compile(r"<!-- hindcast: (?P<what>[\w. ]+) -->\n.*?<!-- end -->\n", re.DOTALL)
TEXTS: dict[str, Callable[[Hindcast], str]] = {
    "findings": lambda found: "\n".join(f"- {sentence}" for sentence in findings(found)),
    "ratios": lambda found: markdown(ratio_table(found)),
    "forecasts": lambda found: "\n\n".join(map(markdown, forecast_tables(found))),
    "scores": lambda found: "\n\n".join(map(markdown, score_tables(found))),
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
