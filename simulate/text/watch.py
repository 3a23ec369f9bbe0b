"""What a save changed, in words and as bars of blocks."""

import textwrap
from collections.abc import Sequence
from itertools import zip_longest
from pathlib import Path
from string import ascii_uppercase
from typing import Any

from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.text import Text

from simulate.analysis.compare import Comparison, headlines_side_by_side
from simulate.analysis.dates import shares_by_year
from simulate.analysis.diff import Difference
from simulate.analysis.watch import Answer, Change, Move
from simulate.engine.estimate import Estimate
from simulate.engine.result import Result
from simulate.model.outcomes import Event, projected_time
from simulate.model.rows import Hit
from simulate.scenario.inputs import list_inputs
from simulate.scenario.own_inputs import words_of_name

from .compare import CLEAR, apart_sentences, headline_table
from .dates import margin_date_finding
from .diff import describe_difference, in_quantiles
from .numbers import PROBABILITY, SHARE, exact_percent, share
from .run import headline
from .sentences import listed
from .tables import printed

CORRELATIONS = "correlations"
MOST_NAMED = 4
MOST_DECIMALS = 2
# Paths of a year that were there before as well, only now, and only before: as blocks, or as
# letters where the terminal knows no blocks.
BLOCKS, LETTERS = "█▓░", "#+."
STYLES = ("blue", "cyan", "bright_black")
YEAR, NUMBER, GAP = len("never "), len(" 100%"), 2


def change_sentences(change: Change) -> tuple[str, ...]:
    """Say how a save moved the headline probabilities, and by what, one sentence each."""
    movers = [each for each in change.differences if not each.moves_nothing]
    names = [difference_in_words(each, change) for each in movers or change.differences]
    if change.before is None:
        return (f"Changed: {_named(names)}; what the former data gave can't be run again.",)
    if not change.moves:
        return (f"Changed: {_named(names)}; the horizons have no date in common.",)
    if not movers:
        return (f"Changed: {_named(names)}", *_unmoved(change.moves, change), *_added(change))
    keys = [_name(difference) for difference in movers]
    first, *others = change.moves
    moved = [move for move in others if move.change.value != 0.0]
    return (
        _moved(first, change) + _by(first, names),
        *(_moved(move, change) + (_by(move, keys) if move.parts else "") for move in moved),
        *_unmoved([move for move in others if move not in moved], change),
        *_added(change),
    )


def _unmoved(moves: Sequence[Move], change: Change) -> list[str]:
    """Say which probabilities stay as they were."""
    each = [f"{_chance(move.event, change)} {_share(move.after)}" for move in moves]
    return [f"No change: {listed(each)}"] if each else []


def _added(change: Change) -> list[str]:
    """Say how probable is what the former scenario hadn't."""
    each = [f"{_chance(event, change)} {_share(found)}" for event, found in change.added]
    return [f"New: {listed(each)}"] if each else []


def _chance(event: Event, change: Change) -> str:
    return f"P({event.in_short(change.old, change.new)})"


def _share(found: Estimate) -> str:
    return SHARE.rounded(found.value, 1)


def difference_in_words(difference: Difference, change: Change) -> str:
    """Return what a scenario states otherwise, such as ``cash.opening 20 → 30``."""
    name, (old, new) = _name(difference), map(_certain, (difference.before, difference.after))
    if difference.moves_nothing and (old is None or new is None):
        return _comes_or_goes(difference, change)
    if difference.is_of_data:
        return f"{name} by other data in {Path(old).name}"
    if isinstance(old, dict) and isinstance(new, dict) and old.keys() == new.keys():
        moved = {key: (old[key], new[key]) for key in old if old[key] != new[key]}
        if len(moved) == 1:
            ((key, pair),) = moved.items()
            return f"{name}.{key} {_arrow(*pair)}"
        each = ", ".join(f"{key} {_arrow(*pair)}" for key, pair in moved.items())
        return f"{name} ({each})"
    if not isinstance(old, dict | list) and not isinstance(new, dict | list):
        return f"{name} {_arrow(old, new)}"
    inputs = [
        next((each for each in list_inputs(scenario) if each.key == name), None)
        for scenario in (change.old, change.new)
    ]
    if inputs[0] is not None and inputs[1] is not None:
        return f"{name} {in_quantiles(inputs[0], with_unit=False)} → {in_quantiles(inputs[1])}"
    lines = (line for line in describe_difference(change.old, change.new) if line.startswith(name))
    return "; ".join(lines) or name


def _comes_or_goes(difference: Difference, change: Change) -> str:
    """Return which outcome or metric is new, or left out."""
    is_new = difference.before is None
    scenario = change.new if is_new else change.old
    named = difference.key[1:] or tuple(difference.after if is_new else difference.before)
    titles = (
        scenario.outcomes[name].called(name) if name in scenario.outcomes else words_of_name(name)
        for name in named
    )
    return f"{listed([*titles])} {'new' if is_new else 'left out'}"


def _name(difference: Difference) -> str:
    pair = difference.name.removeprefix(f"{CORRELATIONS}.")
    return difference.name if pair == difference.name else f"correlation of {pair}"


def _certain(stated: Any) -> Any:
    """Return the number of a table that states nothing else."""
    return stated["value"] if isinstance(stated, dict) and [*stated] == ["value"] else stated


def _arrow(old: object, new: object) -> str:
    return " → ".join(_stated(value) for value in (old, new))


def _stated(value: object) -> str:
    if value is None:
        return "none"
    return f"{value:g}" if isinstance(value, float) else str(value)


def _named(names: Sequence[str]) -> str:
    more = len(names) - MOST_NAMED
    return listed([*names[:MOST_NAMED], *([f"{more} more"] if more > 0 else [])])


def _moved(move: Move, change: Change) -> str:
    """Say how an event's probability moved."""
    moved = PROBABILITY.change(move.change)
    told = len(moved.partition(" ")[0].partition(".")[2])
    decimals = min(told, MOST_DECIMALS)
    value, error = 100.0 * move.change.value, 100.0 * move.change.standard_error
    if value == 0.0:
        moved, decimals = "no change", 1
    elif abs(value) < CLEAR * error:
        moved = "no change beyond chance"
    elif told > decimals and error >= 0.5 * 10.0**-decimals:
        moved = f"{value:+.{decimals}f} ± {error:.{decimals}f} points"
    else:
        moved += " points"
    ends = " → ".join(SHARE.rounded(each.value, decimals) for each in (move.before, move.after))
    return f"{_chance(move.event, change)} {ends}: {moved}"


def _by(move: Move, names: Sequence[str]) -> str:
    """Return what moved a probability, each with its part where there are parts."""
    parts = [f" ({_part(part)})" for part in move.parts] or [""] * len(names)
    return f", by {_named([name + part for name, part in zip(names, parts, strict=True)])}"


def _part(part: Estimate) -> str:
    is_clear = abs(part.value) > CLEAR * part.standard_error
    return PROBABILITY.change(part).partition(" ")[0] if is_clear else "0"


def watched(answer: Answer, is_first: bool, with_bars: bool) -> RenderableType:
    """Return an answer as a terminal shows it.

    Parameters
    ----------
    answer
        Of one scenario or several.
    is_first
        Whether nothing was answered before.
    with_bars
        Whether to show the dates as bars.
    """
    several = len(answer.results) > 1
    shown: list[RenderableType] = []
    each = zip(ascii_uppercase, answer.results, answer.changes, strict=False)
    for letter, result, change in each:
        name = result.scenario.name
        shown.append(Text(f"{letter}: {name}" if several else name, style="bold"))
        if change is not None:
            shown += map(Text, change_sentences(change))
        elif is_first and not several:
            shown.append(Text(headline(result)))
        elif not is_first:
            stands = ": the last answer stands." if answer.is_repeated else "."
            shown.append(Text(f"Assumes the same as before{stands}"))
        if with_bars and (is_first or change is not None):
            shown.append(DateBars(result, change.before if change else None))
    if several:
        shown += _side_by_side(answer.results)
    return Group(*shown, Text(_made_of(answer), style="dim"))


def watch_finding(answer: Answer) -> str:
    """Say how probable a headline is: of the first scenario that was saved, with its move."""
    several = len(answer.results) > 1
    each = list(zip(ascii_uppercase, answer.results, answer.changes, strict=False))
    letter, result, change = next((one for one in each if one[2] is not None), each[0])
    found = margin_date_finding(result)
    if change is not None and change.moves:
        found = _moved(change.moves[0], change)
    return f"{letter}: {found}" if several else found


def names_in_words(answer: Answer) -> str:
    """Return the scenarios' names, each after its letter where there are several."""
    names = [result.scenario.name for result in answer.results]
    if len(names) == 1:
        return names[0]
    return "; ".join(
        f"{letter}: {name}" for letter, name in zip(ascii_uppercase, names, strict=False)
    )


def dates_in_words(after: Result, before: Result | None, time: Hit) -> str:
    """Say what the paths get to, and what share of them never does, after what it was before."""
    chances = (each.probability_never(time).value for each in (before, after) if each is not None)
    what = time.short.format(level=exact_percent(after.scenario.targets.gross_margin))
    return f"{what}; never by {after.years[-1]}: {' → '.join(map(share, chances))}"


def _side_by_side(results: Sequence[Result]) -> list[RenderableType]:
    """Return headline figures of several scenarios, each with its change from the first."""
    comparison = Comparison(tuple(results), tuple(result.scenario for result in results))
    figures = headlines_side_by_side(comparison)
    # No more than one pair a table goes into 80 columns.
    tables = [printed(headline_table(figures, "", [place])) for place in range(1, len(results))]
    return [*tables, *map(Text, apart_sentences(comparison))]


def _made_of(answer: Answer) -> str:
    result = answer.results[0]
    kind = "Preview" if answer.is_preview else "Answer"
    return f"{kind} of {result.paths:,} paths, seed {result.scenario.sampling.seed}"


class DateBars:
    """When the margin and the cash flow get there, by fiscal year, as bars of blocks.

    Parameters
    ----------
    after
        The result to show.
    before
        The former one, if there is one to lay it over.
    """

    def __init__(self, after: Result, before: Result | None = None) -> None:
        scenario = after.scenario
        self._horizon = scenario.horizon
        self._after, self._before = after, before
        level = exact_percent(scenario.targets.gross_margin)
        self._times = {
            time: time.short.format(level=level)
            for time in (projected_time(scenario), Hit.CASH_FLOW_HELD)
        }

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Give a line a year, and one of the paths that never get there."""
        room = max(1, (options.max_width - YEAR - GAP) // 2 - NUMBER)
        signs = LETTERS if options.ascii_only else BLOCKS
        shares = {
            time: [
                shares_by_year(result, time, self._horizon)
                for result in (self._after, self._before or self._after)
            ]
            for time in self._times
        }
        longest = max(float(part.max()) for both in shares.values() for part in both)
        column = room + NUMBER
        heads = (textwrap.wrap(name, column - GAP) for name in self._times.values())
        for left, right in zip_longest(*heads, fillvalue=""):
            yield Text(f"{'':{YEAR}}{left:{column + GAP}}{right}", style="dim")
        years = [*map(str, self._after.years), "never"]
        for place, year in enumerate(years):
            line = Text(f"{year:<{YEAR}}")
            for number, (now, then) in enumerate(shares.values()):
                line.append(" " * GAP if number else "")
                lengths = (round(room * float(of[place]) / longest) for of in (now, then))
                line.append_text(_bar(*lengths, room=room, signs=signs))
                line.append(f"{share(float(now[place])):>{NUMBER}}")
            yield line
        if self._before is not None:
            yield Text(f"{signs[1]} more than before, {signs[2]} before", style="dim")


def _bar(now: int, then: int, room: int, signs: str) -> Text:
    """Return a bar as long as now, and where it was longer before, what is gone."""
    both = min(now, then)
    lengths = (both, now - both, then - both)
    bar = Text()
    for sign, length, style in zip(signs, lengths, STYLES, strict=True):
        bar.append(sign * length, style)
    return bar.append(" " * (room - sum(lengths)))
