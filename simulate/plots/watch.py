"""When margin and cash flow get there, with what was so before a save in grey."""

from string import ascii_uppercase

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from simulate.analysis.dates import shares_by_quarter
from simulate.analysis.watch import Answer
from simulate.engine.result import Result
from simulate.model.outcomes import projected_time
from simulate.model.rows import Hit
from simulate.text.watch import dates_in_words, names_in_words, watch_finding

from .frame import SIZE, frame, in_percent, label_years, made_of, wrap
from .style import LIGHT, SMALL, Theme, width_of

# Inches that each further scenario adds.
COLUMN = 5.0
HEADROOM, LEAST_TOP = 1.1, 0.01


def plot_watch(answer: Answer, *, axes: Axes | None = None, theme: Theme = LIGHT) -> Figure:
    """Draw the dates of margin and cash flow, a column a scenario, before the save in grey."""
    columns, (width, height) = len(answer.results), SIZE
    size = (width + COLUMN * (columns - 1), height)
    with frame(axes, theme, size, heights=(1, 1), columns=columns) as picture:
        each = zip(ascii_uppercase, answer.results, answer.changes, strict=False)
        for column, (letter, result, change) in enumerate(each):
            before = change.before if change else None
            panels = [row[column] for row in picture.panels]
            times = (projected_time(result.scenario), Hit.CASH_FLOW_HELD)
            for panel, time in zip(panels, times, strict=True):
                _draw_dates(panel, result, before, time, theme)
                title = dates_in_words(result, before, time)
                _head(panel, f"{letter}: {title}" if columns > 1 else title, theme)
            _mark_projection(panels[0], result, theme)
        for row in picture.panels:
            top = max(panel.get_ylim()[1] for panel in row)
            for panel in row:
                panel.set_ylim(0.0, top)
        grey = ", in grey before the save" if any(answer.changes) else ""
        return picture.tell(
            watch_finding(answer),
            f"{names_in_words(answer)}: share of paths by quarter{grey}",
            made_of(answer.results[0], projection=True),
        )


def _draw_dates(axes: Axes, after: Result, before: Result | None, time: Hit, theme: Theme) -> None:
    horizon = after.scenario.horizon
    edges = np.arange(horizon.quarters + 1)
    now = shares_by_quarter(after, time, horizon)[:-1]
    axes.stairs(now, edges, fill=True, color=theme.blue, zorder=2)
    tallest = max(now.max(), LEAST_TOP)
    if before is not None:
        then = shares_by_quarter(before, time, horizon)[:-1]
        axes.stairs(then, edges, fill=True, color=theme.pale, zorder=1)
        # Seen within the bars of now, too: a grey line on a broader one of paper.
        for color, linewidth in ((theme.paper, 3.0), (theme.muted, 1.2)):
            axes.stairs(then, edges, color=color, linewidth=linewidth, zorder=3)
        tallest = max(tallest, then.max())
    axes.set_xlim(0, horizon.quarters)
    axes.set_ylim(0.0, HEADROOM * tallest)
    in_percent(axes.yaxis)
    label_years(axes, horizon, theme)


def _head(axes: Axes, title: str, theme: Theme) -> None:
    lines = wrap(title, width_of(axes), SMALL)
    axes.set_title(lines, loc="left", fontsize=SMALL, color=theme.ink)


def _mark_projection(axes: Axes, result: Result, theme: Theme) -> None:
    """Draw the end of the year that the company projects."""
    year = result.scenario.targets.projected_year
    if year in result.years:
        axes.axvline(result.last_quarter(year) + 1, color=theme.ink, linestyle="--", linewidth=1.0)
