"""A goal in words: where a statistic is as wanted, along one setting or over two."""

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.text import Text

from simulate.analysis.goal import Crossing, GoalMap, GoalSeek
from simulate.engine.estimate import Estimate
from simulate.engine.result import DISCLAIMER
from simulate.scenario.setting import Setting

from .compare import common_sentence
from .numbers import SHARE, Unit, interval, number, unit_of
from .tables import Row, Table, heading, key_heading, printed

BEYOND = "beyond counting"


def finding(goal: GoalSeek | GoalMap) -> str:
    """Return where the target is met."""
    return _found_along(goal) if isinstance(goal, GoalSeek) else _found_over(goal)


def unit_of_goal(goal: GoalSeek | GoalMap) -> Unit:
    """Return the unit of what is wanted."""
    return unit_of(goal.target.statistic.unit)


def written(goal: GoalSeek | GoalMap, value: float) -> str:
    """Return a value of what is wanted, rounded as readers can use it, with its unit."""
    unit = unit_of_goal(goal)
    return unit.rounded(value, 1) if unit.sign else unit.named(unit.significant(value, 3))


def head(goal: GoalSeek | GoalMap) -> str:
    """Return what a column or an axis of what is wanted is called."""
    return unit_of_goal(goal).label(goal.target.statistic.kind_in_words)


def _found_along(goal: GoalSeek) -> str:
    setting, stretches = goal.setting, goal.met()
    low, high = float(goal.values[0]), float(goal.values[-1])
    span = f"{setting.title} from {setting.written(low)} to {setting.written(high)}"
    if not stretches:
        value = float(goal.values[goal.best])
        shown = written(goal, goal.estimates[goal.best].value)
        if len({estimate.value for estimate in goal.estimates}) == 1:
            return f"Met at no {span}: {shown} at every value"
        most = "most" if goal.target.at_least else "least"
        return f"Met at no {span}: the {most} is {shown}, at {setting.written(value)}"
    if stretches == [(None, None)]:
        return f"Met at every {span}"
    where = " or ".join(_stretch(setting, *stretch) for stretch in stretches)
    return f"Met where the {setting.title} is {where}; {setting.baseline}"


def _stretch(setting: Setting, start: Crossing | None, end: Crossing | None) -> str:
    if start is not None and end is not None:
        ends = (with_error(setting, crossing.value) for crossing in (start, end))
        return f"between {' and '.join(ends)}"
    if start is not None:
        return f"at least {with_error(setting, start.value)}"
    return f"at most {with_error(setting, end.value)}" if end is not None else "anything"


def _found_over(goal: GoalMap) -> str:
    at_least = goal.target.at_least
    found = goal.estimates[goal.counted]
    met = np.array([goal.target.is_met(value) for value in found])
    grid = "the grid" if goal.counted.all() else "what can be counted of the grid"
    if not met.any():
        most = found.max() if at_least else found.min()
        bound = "most" if at_least else "least"
        return f"Met nowhere on {grid}: the {bound} is {written(goal, most)}"
    if met.all():
        return f"Met everywhere on {grid}"
    down, across = goal.settings
    rows = [row for row, crossings in enumerate(goal.needed) if crossings]
    if not rows:
        share = SHARE.rounded(float(met.mean()), 0)
        return f"Met in {share} of {grid}, whatever the {across.title} is"
    middle = float(down.stated if down.now is None else down.now)
    row = min(rows, key=lambda row: abs(goal.values[0][row] - middle))
    needed = goal.needed[row][0]
    bound = "at least" if needed.is_met_above(at_least) else "at most"
    return (
        f"Met where the {across.title} is {bound} {with_error(across, needed.value)}, "
        f"with the {down.title} at {down.written(float(goal.values[0][row]))}"
    )


def with_error(setting: Setting, value: Estimate) -> str:
    """Return a value of a setting with its standard error, a sign of what it does, and unit."""
    unit = unit_of("" if setting.way == "times" else setting.unit)
    written = unit.amount(value) if unit.sign else number(value)
    return unit.named(setting.marked(written))


def gap(goal: GoalSeek | GoalMap) -> str:
    """Return where the range was not searched, and why; empty if it was searched whole."""
    return _gap_along(goal) if isinstance(goal, GoalSeek) else _gap_over(goal)


def _gap_over(goal: GoalMap) -> str:
    cells, lost = goal.counted.size, int((~goal.counted).sum())
    if not lost:
        return ""
    return f"In {lost} of the {cells} cells amounts grow {BEYOND}."


def _gap_along(goal: GoalSeek) -> str:
    low, high = float(goal.values[0]), float(goal.values[-1])
    beyond = [f"below {goal.setting.written(low)}"] if goal.asked[0] < low else []
    beyond += [f"above {goal.setting.written(high)}"] if high < goal.asked[1] else []
    if not beyond:
        return ""
    return f"Not searched, since amounts grow {BEYOND}: {' and '.join(beyond)}."


def curve_table(goal: GoalSeek) -> Table:
    """Return the statistic at each value of the grid, with the crossings in between."""
    setting, unit = goal.setting, unit_of_goal(goal)
    rows = {
        float(value): Row(setting.shown(float(value)), (unit.estimate(estimate), ""))
        for value, estimate in zip(goal.values, goal.estimates, strict=True)
    }
    rows |= {
        crossing.value.value: Row(
            setting.marked(number(crossing.value)),
            ("wanted", interval(crossing.value)),
            weight="bold",
        )
        for crossing in goal.crossings
    }
    columns = (key_heading(setting.name), heading(head(goal)), "95% interval")
    return Table("", columns, tuple(row for _, row in sorted(rows.items())), is_dense=True)


def needed_table(goal: GoalMap) -> Table:
    """Return what the second setting has to be at each value of the first."""
    down, across = goal.settings
    rows = []
    for value, crossings, found in zip(goal.values[0], goal.needed, goal.estimates, strict=True):
        counted = found[~np.isnan(found)]
        is_met = all(goal.target.is_met(value) for value in counted)
        needed = [
            f"{across.marked(number(crossing.value))} {_side(crossing, goal.target.at_least)}"
            for crossing in crossings
        ]
        intervals = "\n".join(interval(crossing.value) for crossing in crossings)
        without = ("any" if is_met else "none") if len(counted) else ""
        cells = ("\n".join(needed) or without, intervals, _ends(goal, found))
        rows.append(Row(down.shown(float(value)), cells))
    names = (key_heading(down.name), key_heading(across.name))
    columns = (*names, "95% interval", heading(head(goal)))
    return Table("", columns, tuple(rows), is_dense=True)


def _ends(goal: GoalMap, row: NDArray[np.float64]) -> str:
    """Return the statistic at both ends of a row of the grid."""
    if np.isnan(row).all():
        return BEYOND
    unit = unit_of_goal(goal)
    first, last = (BEYOND if np.isnan(end) else unit.rounded(end, 1) for end in row[[0, -1]])
    return f"{first} to {last}"


def _side(crossing: Crossing, at_least: bool) -> str:
    return "or more" if crossing.is_met_above(at_least) else "or less"


def print_goal(goal: GoalSeek | GoalMap, out: Console) -> None:
    """Print where the target is met, and the values of the statistic that say so."""
    is_curve = isinstance(goal, GoalSeek)
    out.print(Text(goal.target.scenario.name, style="bold"))
    unit = unit_of_goal(goal)
    baseline = unit.named(unit.estimate(goal.now))
    out.print(Text(f"Wanted: {goal.target.in_words}. Baseline: {baseline}."))
    for setting in [goal.setting] if is_curve else goal.settings:
        out.print(Text(f"Varied: {setting.in_words}."))
    out.print(Text(f"{finding(goal)}."))
    if not_searched := gap(goal):
        out.print(Text(not_searched))
    out.print()
    out.print(printed(curve_table(goal) if is_curve else needed_table(goal)))
    out.print(Text(f"\n{common_sentence(goal.common)} {DISCLAIMER}", style="dim"))
