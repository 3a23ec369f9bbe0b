"""Writes ``docs/gallery.md`` and its pictures: ``python -m docs.make_gallery``."""

from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import NamedTuple

from matplotlib.figure import Figure

import simulate
from docs.additions import METRICS, OUTCOMES
from docs.printing import save_small
from simulate.analysis.compare import compare
from simulate.analysis.converge import converge
from simulate.analysis.watch import Watch
from simulate.engine.result import Result
from simulate.engine.run import run
from simulate.model.outcomes import headline_events
from simulate.plots import OWN_PICTURES, PICTURES, own_pictures, picture_of
from simulate.plots.compare import plot_comparison
from simulate.plots.converge import plot_convergence
from simulate.plots.drivers import plot_drivers_of
from simulate.plots.effects import plot_tornado_of
from simulate.plots.style import THEMES
from simulate.plots.watch import plot_watch
from simulate.scenario import Scenario, load_scenario

DOCS = Path(__file__).parent
FOLDER = DOCS / "pictures"
CONVERGENCE_PATHS = 1 << 20

HEAD = """# Gallery

The pictures that `simulate run` writes beside its tables, here of `configs/anthropic.toml`, and
those of other questions. Each is a function of a result that returns a matplotlib figure, in light
and in dark:

```python
from simulate import load_scenario, run
from simulate.plots.dates import plot_margin_date
from simulate.plots.style import DARK

plot_margin_date(run(load_scenario("anthropic.toml"), paths=100_000), theme=DARK)
```

`axes=` draws a picture into axes of your own. `save_picture`, of the same module as the themes,
writes PNG, SVG or PDF, the same bytes for the same result. ± is one standard error of the
simulation; what is assumed is the larger part of what is unknown, and an answer's range is that of
its alternatives. `A8` and the like are rows of [facts.md](facts.md), `N16` and the like of
[facts-2026.md](facts-2026.md). This page and its pictures are made by
`python -m docs.make_gallery`. No investment advice.
"""


class Entry(NamedTuple):
    """A picture of the page: its file's name, what it is, and its figures by theme."""

    name: str
    title: str
    text: str
    figures: dict[str, Figure]


TEXTS = {
    "margin_date": (
        "When gross margin reaches its target",
        "First quarter with trailing gross margin at the target, of paying users and with free "
        "users; the share that never gets there is a bar of its own, cut where it would tower over "
        "the rest.",
    ),
    "cash_flow_date": (
        "When free cash flow turns positive",
        "The quarter that completes four quarters of positive free cash flow in a row, and the "
        "first positive quarter.",
    ),
    "margin_by_year": (
        "Gross margin by fiscal year",
        "One histogram a year; at the right the probability of the target. Lines go from the "
        "lowest to the highest median of an alternative.",
    ),
    "margins": (
        "Gross margin by definition",
        "On trailing four quarters, in each definition that differs. Filled marks are what is "
        "reported, hollow ones what the company plans; `A5` and the like name the figures.",
    ),
    "revenue": (
        "Revenue, and what came true of it",
        "On logarithmic axes: single quarters, from the four before the start on, and four "
        "quarters together, beside what is reported and planned of quarters and years. `--figures` "
        "marks figures of one's own.",
    ),
    "margin_and_cash_flow": (
        "Margin against cash flow",
        "Each cell is the share of paths with these two dates; never is a row and a column.",
    ),
    "fans": (
        "Margin, revenue, free cash flow and cash",
        "P5 to P95, P25 to P75, the median, and three of the paths: the first ones. Margin and "
        "flows are those of the trailing four quarters; marks are of whole years.",
    ),
    "funding_need": (
        "Funding need",
        "The share of paths whose deepest cumulative free cash flow is below an amount.",
    ),
    "cash_bridge": (
        "From revenue to free cash flow",
        "Of the traced paths the one nearest to the medians: its ranks by revenue, gross margin "
        "and cumulative free cash flow, of all years, lie nearest to the middle.",
    ),
    "own_outcomes": (
        "Outcomes of one's own",
        "Those that `[outcomes]` of a scenario add: the share of paths by quarter, and of those "
        "that have got there. The band goes from the least to the most in any alternative.",
    ),
    "own_metrics": (
        "Metrics of one's own",
        "Those that `[metrics]` of a scenario add, here the rule of 40 and net new revenue, from "
        "the first quarter on in which their formula has a value.",
    ),
    "compute": (
        "Compute that is committed, and used",
        "What `[[commitments]]` of a scenario say against the compute that its paths use, here of "
        "`configs/openai-capital.toml`; hatched is what a low use leaves of it.",
    ),
    "sources_and_uses": (
        "Where cash comes from, and where it goes",
        "Of `openai-capital.toml`, whose `[raising]` says how money is sought: means by fiscal "
        "year, what comes in above 0 and what goes out below.",
    ),
    "runway": (
        "How long cash lasts",
        "Months that cash lasts at the burn of the quarter; below the dashed line money is sought.",
    ),
    "incidence": (
        "Failure against success",
        "Which part of the paths has had four quarters of positive free cash flow in a row, and "
        "which failed before that: cumulative incidences, of which neither is conditional on the "
        "other.",
    ),
    "drivers": (
        "What drives the margin's date",
        "`simulate drivers`: how much of the variance of reaching the target by the projected year "
        "each driver explains.",
    ),
    "tornado": (
        "How far each input takes it",
        "The probability of the same where one input is at its P10, and at its P90.",
    ),
}


LARGE = {"words": "revenue is above 300 bn a year", "when": "revenue > 300"}
ADDED = {"metrics": METRICS, "outcomes": OUTCOMES | {"large": LARGE}}


def entries() -> Iterator[Entry]:
    """Simulate, and give the page's pictures one by one."""
    anthropic = load_scenario("anthropic.toml")
    result = run(anthropic)
    for name, plot in PICTURES.items():
        figures = {theme: plot(result, theme=colors) for theme, colors in THEMES.items()}
        yield Entry(f"anthropic-{name}", *TEXTS[name], figures)
    yield from own_entries(anthropic)
    yield from part_entries("openai", run(load_scenario("openai-capital.toml")))
    openai = run(load_scenario("openai.toml"))
    plot = PICTURES["margin_date"]
    yield Entry(
        "openai-margin_date",
        "OpenAI's gross margin",
        "The company's projection counts free users.",
        {theme: plot(openai, theme=colors) for theme, colors in THEMES.items()},
    )
    january = load_scenario("anthropic-2026-01.toml")
    planned = load_scenario("anthropic-mid-2025-plan.toml")
    pair = compare([january, planned]).results
    yield Entry(
        "anthropic-comparison",
        "Two scenarios",
        "As known in January 2026, with the overrun of 23%, and as planned before it, on common "
        "random numbers.",
        {t: plot_comparison(pair[0], pair[1], theme=colors) for t, colors in THEMES.items()},
    )
    watch = Watch()
    watch.answer(anthropic)
    saved = watch.answer(anthropic.changed({"inference.overrun.p90": 0.5}))
    yield Entry(
        "anthropic-watch",
        "Before and after a save",
        "`simulate watch`: the dates of margin and cash flow, and in grey what they were before a "
        "key was changed.",
        {theme: plot_watch(saved, theme=colors) for theme, colors in THEMES.items()},
    )
    drivers = simulate.drivers(anthropic, headline_events(anthropic)[:1])
    for plot in (plot_drivers_of, plot_tornado_of):
        name = plot.__name__.removeprefix("plot_").removesuffix("_of")
        figures = {
            theme: plot(drivers, drivers.explanations[0], theme=colors)
            for theme, colors in THEMES.items()
        }
        yield Entry(f"anthropic-margin_{name}", *TEXTS[name], figures)
    convergence = converge(anthropic, paths=CONVERGENCE_PATHS)
    yield Entry(
        "anthropic-convergence",
        "Convergence",
        "`simulate converge`: estimate and error against the number of paths.",
        {t: plot_convergence(convergence, theme=colors) for t, colors in THEMES.items()},
    )


def own_entries(scenario: Scenario) -> Iterator[Entry]:
    """Give the pictures of what a scenario adds to the model."""
    added = scenario.changed(ADDED).model_copy(update={"name": scenario.name})
    result = run(added)
    for name, plot in OWN_PICTURES.items():
        figures = {theme: plot(result, theme=colors) for theme, colors in THEMES.items()}
        yield Entry(f"anthropic-{name}", *TEXTS[name], figures)


def part_entries(lab: str, result: Result) -> Iterator[Entry]:
    """Give the pictures of the parts of the model that a scenario has."""
    for name in own_pictures(result.scenario):
        figures = {t: picture_of(name, result)(theme=colors) for t, colors in THEMES.items()}
        yield Entry(f"{lab}-{name}", *TEXTS[name], figures)


def section(entry: Entry) -> str:
    """Write an entry's pictures, and return its part of the page."""
    stem = entry.name.replace("_", "-")
    for theme, figure in entry.figures.items():
        save_small(figure, FOLDER / f"{stem}{'' if theme == 'light' else '-' + theme}.png")
    finding = escape(str(entry.figures["light"].get_label()))
    return f"""
## {entry.title}

{entry.text}

<picture>
  <source media="(prefers-color-scheme: dark)" srcset="pictures/{stem}-dark.png">
  <img alt="{finding}" src="pictures/{stem}.png">
</picture>
"""


def main() -> None:
    """Write the page and its pictures."""
    FOLDER.mkdir(exist_ok=True)
    page = HEAD + "".join(section(entry) for entry in entries())
    (DOCS / "gallery.md").write_text(page, encoding="utf-8")


if __name__ == "__main__":
    main()
