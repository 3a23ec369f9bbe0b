"""What each change that a hand has made brings of the change of the answer."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simulate.analysis.shapley import shapley_parts
from simulate.engine.estimate import Estimate
from simulate.engine.layout import common_layout
from simulate.engine.reading import count
from simulate.engine.result import Result
from simulate.model.outcomes import projected_event
from simulate.scenario import ScenarioError
from simulate.text.numbers import SHARE, share

from .answers import GROSS_MARGIN
from .changed import Changes, Explored
from .controls import number

Array = NDArray[np.float64]
# Told apart are so many changes or, of more, so many of the largest and the others together.
MOST_PARTS, MOST_NAMED = 5, 4
# A change of less is told to a decimal.
LEAST_WHOLE = 0.02
DECIMALS, NOTHING = 1, "±0"


@dataclass(frozen=True)
class Share:
    """What one change brings, or several together.

    Attributes
    ----------
    key, title
        Of the control; the key of several is empty.
    change, error
        Of the probability, and one standard error.
    text
        The change in points.
    """

    key: str
    title: str
    change: float
    error: float | None
    text: str


@dataclass(frozen=True)
class Shares:
    """What changes bring, the largest first; none where they don't go apart.

    Attributes
    ----------
    sentence
        All in words.
    time, by
        What the probability is of, and the year by whose end.
    parts
        They sum to the whole change.
    """

    sentence: str
    time: str
    by: str
    parts: tuple[Share, ...]

    def as_dict(self) -> dict[str, Any]:
        """Return it as JSON has it."""
        return asdict(self)


def shares_of(
    explored: Explored, changes: Changes, run: Callable[..., Result]
) -> Iterator[Shares | None]:
    """Yield nothing after each run, so that it may be left there, and what changes bring at last.

    Parameters
    ----------
    explored, changes
        The scenario without changes, and what differs.
    run
        Runs a scenario, always with as many paths, in the ``layout`` that it is told, so that all
        have common random numbers.

    Raises
    ------
    ScenarioError
        If the changes can't be, or not be run.

    Notes
    -----
    Shapley values over the changes; see ``shapley_parts``. Of more than five, those with the four
    largest effects by themselves are told apart, and the others count as one.
    """
    event = projected_event(explored.scenario)
    known: dict[frozenset[str], Array] = {}
    effective = explored.effective(changes)
    keys, whole = tuple(effective), frozenset(effective)
    if not keys:
        return
    layout = common_layout([explored.scenario, explored.with_changes(effective)])

    def measure(keys: frozenset[str]) -> Iterator[None]:
        if keys not in known:
            some = explored.with_changes({k: v for k, v in effective.items() if k in keys})
            known[keys] = count(event, run(some, layout=layout)).each
            yield None

    yield from measure(frozenset())
    yield from measure(whole)
    parts: list[tuple[tuple[str, ...], Estimate]] = []
    try:
        for key in keys if len(keys) > MOST_PARTS else ():
            yield from measure(frozenset({key}))
        groups = _groups(keys, known)
        chosen = [
            c for size in range(len(groups) + 1) for c in combinations(range(len(groups)), size)
        ]
        for places in chosen:
            yield from measure(_joined(groups, places))
        values = {frozenset(places): known[_joined(groups, places)] for places in chosen}
        parts = list(zip(groups, shapley_parts(values), strict=True))
    except ScenarioError:
        # Together they can be, but not each without the others.
        pass
    before, after = float(known[frozenset()].mean()), float(known[whole].mean())
    told = [_share(explored, group, estimate) for group, estimate in parts]
    told.sort(key=lambda part: -abs(part.change))
    yield Shares(_sentence(before, after, told), GROSS_MARGIN, event.date, tuple(told))


def _groups(keys: Sequence[str], known: dict[frozenset[str], Array]) -> list[tuple[str, ...]]:
    """Return the changes that are told apart, each a group, and the others as one."""
    if len(keys) <= MOST_PARTS:
        return [(key,) for key in keys]
    start = known[frozenset()].mean()

    def effect(key: str) -> float:
        return -abs(float(known[frozenset({key})].mean() - start))

    first = sorted(keys, key=effect)[:MOST_NAMED]
    return [*((key,) for key in first), tuple(key for key in keys if key not in first)]


def _joined(groups: Sequence[tuple[str, ...]], places: Sequence[int]) -> frozenset[str]:
    return frozenset(key for place in places for key in groups[place])


def _share(explored: Explored, group: tuple[str, ...], estimate: Estimate) -> Share:
    is_one = len(group) == 1
    key = group[0] if is_one else ""
    title = explored.places[key].short_title if is_one else f"{len(group)} other changes"
    error = number(estimate.standard_error) if np.isfinite(estimate.standard_error) else None
    text = f"{_points(estimate.value)} points"
    return Share(key, title, number(estimate.value), error, text)


def _points(change: float) -> str:
    written = f"{100.0 * change:+.{DECIMALS}f}".replace("-", "−")
    return written if written.strip("+−0.") else NOTHING


def _sentence(before: float, after: float, parts: Sequence[Share]) -> str:
    if not any(part.text.partition(" ")[0] != NOTHING for part in parts) and before == after:
        return f"Still {SHARE.rounded(after, DECIMALS)}."
    is_large = abs(after - before) >= LEAST_WHOLE
    ends = (share(x) if is_large else SHARE.rounded(x, DECIMALS) for x in (before, after))
    named = [f"{part.title} {part.text}" for part in parts[:1]]
    named += [f"{part.title} {part.text.removesuffix(' points')}" for part in parts[1:]]
    brought = f": {', '.join(named)}" if named else ""
    return f"From {' to '.join(ends)}{brought}."
