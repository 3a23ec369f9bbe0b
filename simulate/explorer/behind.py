"""The paths behind a bar of a picture: how many, a typical one, and what separates them."""

from collections.abc import Generator, Iterator
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simulate.analysis.separation import separation
from simulate.analysis.typical_paths import Story, medoid, tell_story
from simulate.engine.block import Workspace
from simulate.kernels.arrays import LANES
from simulate.model.catalogue import outcome_columns
from simulate.scenario.quarters import QUARTERS_A_YEAR, format_quarter
from simulate.text.numbers import SHARE, share, unit_of
from simulate.text.sentences import capitalized
from simulate.text.typical_paths import COLUMNS, story_rows, story_sentence

from .answers import time_title, times_of, year_asked
from .changed import Changes, Refused
from .controls import in_words, number, with_minus
from .kept import Keeping, KeptPaths, Mask
from .places import Place

NEVER = -1
# A typical path is sought among so many; inputs that are compared between two looks.
MOST_COMPARED, AT_ONCE = 1 << 11, 12
# Of fewer paths on a side nothing is said of what separates them.
FEWEST = 20
# Errors that a separation is away from none at least: chance alone does as much of 1 in 700.
LEAST_ERRORS = 3.2
MOST_TOLD = 8
NOT_PARTS = ("replicate", "path")


@dataclass(frozen=True)
class Apart:
    """An input that separates paths from the others.

    Attributes
    ----------
    key, title
        Of its control.
    text
        How it lies there, and elsewhere.
    auc
        How often it is larger of one of them than of one of the others.
    weight
        How much it separates among all paths: what an alternative has of its own says nothing
        about a pair of which one doesn't live there.
    """

    key: str
    title: str
    text: str
    auc: float
    weight: float


@dataclass(frozen=True)
class Behind:
    """The paths behind a bar.

    Attributes
    ----------
    title
        What they have in common.
    share
        How many they are.
    sentence, head, rows
        A typical one; empty where there is none.
    name
        Which one that is.
    apart
        What separates them, the best first.
    note
        What is to be said of that in general.
    """

    title: str
    share: str
    sentence: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    name: str
    apart: tuple[Apart, ...]
    note: str

    def as_dict(self) -> dict[str, Any]:
        """Return it as JSON has it."""
        return asdict(self)


def paths_behind(
    keeping: Keeping, changes: Changes, time: str, quarter: int
) -> Iterator[Behind | None]:
    """Yield nothing a few times, so that it may be left there, and the paths behind a bar at last.

    Parameters
    ----------
    keeping
        Gives a state's paths.
    changes
        The state.
    time
        The name of a hitting time that a page shows.
    quarter
        Counted from the first of the horizon; ``NEVER`` for the paths in which it never comes.

    Raises
    ------
    Refused
        If there is no such bar.
    ScenarioError
        If the changes can't be.

    Notes
    -----
    The typical path is the medoid of the first of them in the space of ranks of inputs and of
    outcomes.
    """
    kept = yield from keeping.paths(changes)
    scenario = kept.scenario
    shown, horizon = times_of(scenario), scenario.horizon
    if time not in shown or not NEVER <= quarter < horizon.quarters:
        raise Refused("", "there is no such bar")
    is_never = quarter == NEVER
    wanted = horizon.quarters if is_never else quarter
    chosen = kept.columns[shown[time].title] == wanted
    last_year = year_asked(scenario, time, shown[time])
    if not is_never:
        last_year = (horizon.first_quarter + quarter) // QUARTERS_A_YEAR
    apart = yield from _apart(kept, chosen, last_year)
    story, name = _typical(kept, chosen) if chosen.any() else (None, "")
    date = "never" if is_never else f"in {format_quarter(horizon.first_quarter + quarter)}"
    count = int(chosen.sum())
    yield Behind(
        title=f"{capitalized(time_title(scenario, time))}: {date}",
        share=f"{count:,} of {len(kept):,} paths, {SHARE.rounded(count / len(kept), 1)}.",
        sentence=with_minus(story_sentence(story)) if story else "",
        head=tuple(name.replace("\n", " ") for name in COLUMNS) if story else (),
        rows=_cells(story) if story else (),
        name=name,
        apart=apart,
        note=_note(count, len(kept) - count, bool(apart)),
    )


def _cells(story: Story) -> tuple[tuple[str, ...], ...]:
    rows = story_rows(story)
    return tuple((row.name, *map(with_minus, row.cells[:-1]), row.cells[-1]) for row in rows)


def _note(inside: int, outside: int, is_told: bool) -> str:
    if min(inside, outside) < FEWEST:
        side = "of these paths" if inside < FEWEST else "of other paths"
        return f"There are too few {side} to say what separates them."
    return "" if is_told else "No input separates them by itself."


def _typical(kept: KeptPaths, chosen: Mask) -> tuple[Story, str]:
    """Return the medoid of chosen paths, and its name."""
    members = np.flatnonzero(chosen)[:MOST_COMPARED]
    outcomes = outcome_columns(kept.scenario)
    columns = {name: values[members] for name, values in kept.columns.items()}
    parts = [np.stack([columns[name] for name in outcomes], axis=1)]
    inputs = [columns[name] for name in columns if name not in (*outcomes, *NOT_PARTS)]
    if inputs:
        parts.append(np.stack(inputs, axis=1))
    place = members[medoid(*parts)]
    path = {name: values[place] for name, values in kept.columns.items()}
    replicate, number = int(path["replicate"]), int(path["path"])
    trace = _trace(kept, replicate, number)
    name = f"path {number:,} of replicate {replicate}"
    return tell_story(path, trace, kept.scenario, kept.columns), name


def _trace(kept: KeptPaths, replicate: int, path: int) -> NDArray[np.float64]:
    """Return a path's metrics and flows by quarter."""
    options, prepared = kept.scenario.sampling, kept.prepared
    points = prepared.points(options.sampler, options.seed, replicate)
    traces = np.empty((LANES, prepared.traces, kept.scenario.horizon.quarters))
    block, lane = divmod(path, LANES)
    Workspace(prepared).simulate(points, block, 1, traces=traces)
    return traces[lane]


def _apart(
    kept: KeptPaths, chosen: Mask, last_year: int
) -> Generator[None, None, tuple[Apart, ...]]:
    """Return the inputs that separate the chosen paths, the best first."""
    found: list[Apart] = []
    for looked_at, place in enumerate(kept.explored.places.values(), 1):
        each = _of_weight(kept, place, chosen) or _of_input(kept, place, chosen, last_year)
        if each is not None:
            found.append(each)
        if looked_at % AT_ONCE == 0:
            yield None
    return tuple(sorted(found, key=lambda each: -each.weight)[:MOST_TOLD])


def _of_input(kept: KeptPaths, place: Place, chosen: Mask, last_year: int) -> Apart | None:
    if (values := kept.values(place, last_year)) is None:
        return None
    where = kept.where(place)
    here, there = values[where & chosen], values[where & ~chosen]
    if min(len(here), len(there)) < FEWEST:
        return None
    auc, error = separation(values[where], chosen[where])
    if abs(auc - 0.5) < LEAST_ERRORS * error:
        return None
    unit, named = unit_of(place.quantity.unit), "median"
    middles = [float(np.median(side)) for side in (here, there)]
    if middles[0] == middles[1]:
        named, middles = "mean", [float(np.mean(side)) for side in (here, there)]
    told = in_words(middles, unit)
    title = kept.title(place, last_year)
    text = f"{title}: {named} {unit.named(told[0])} there, {told[1]} elsewhere"
    pairs = len(here) * len(there) / (chosen.sum() * (~chosen).sum())
    return Apart(
        place.key, title, capitalized(text), number(auc), number(abs(auc - 0.5) * float(pairs))
    )


def _of_weight(kept: KeptPaths, place: Place, chosen: Mask) -> Apart | None:
    """Return how an alternative separates: its share of the chosen paths, and of the others."""
    if place.what != "weight" or min(chosen.sum(), (~chosen).sum()) < FEWEST:
        return None
    lives = kept.where(place)
    if not 0 < lives.sum() < len(lives):
        return None
    auc, error = separation(lives, chosen)
    if abs(auc - 0.5) < LEAST_ERRORS * error:
        return None
    here, there = (share(float(lives[side].mean())) for side in (chosen, ~chosen))
    title = kept.title(place, 0)
    text = f"{title}: {here} of the paths there, {there} elsewhere"
    return Apart(place.key, title, capitalized(text), number(auc), number(abs(auc - 0.5)))
