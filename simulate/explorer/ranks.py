"""Which inputs move the headline dates most, from one small run."""

from collections.abc import Generator, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import special

from simulate.model.outcomes import headline_events

from .kept import Keeping, KeptPaths
from .places import Place

Array = NDArray[np.float64]
# Inputs whose columns are made between two looks at whether to stop.
AT_ONCE = 8
# In how many parts the paths are summed over.
SLICES = 4
# A part of the dates' variance that is no noise of so few paths.
LEAST = 5e-4
RIDGE = 1e-6


@dataclass(frozen=True)
class _Term:
    """Columns that tell of one place: how much variance a unit of each one's square is."""

    key: str
    columns: list[Array]
    weights: list[float]


def ranks_of(keeping: Keeping) -> Iterator[dict[str, int] | None]:
    """Yield nothing a few times, so that it may be left there, and ranks by key at last.

    Parameters
    ----------
    keeping
        Gives the paths of the scenario without changes.

    Notes
    -----
    The ranks of the dates of the target margin and of held cash flow, and whether they come by the
    years of the headline, are regressed on all inputs at once: on each one's normal score and its
    square, the first two Hermite polynomials, so that a correlated input tells only of itself, and
    one that matters in both directions is seen (polynomial chaos without interactions; Sudret,
    "Global sensitivity analysis using polynomial chaos expansions", *Reliability Engineering &
    System Safety* 93, 2008). An input ranks by the variance that it brings to these four. What an
    alternative has of its own counts among the paths that live in it; the weight of an
    alternative, by how far its mean is from the others'.
    """
    kept = yield from keeping.paths({})
    events = headline_events(kept.scenario)[:2]
    columns = [
        (kept.columns[event.column], event.of_column(kept.columns[event.column]))
        for event in events
    ]
    dates = np.stack([y for date, comes in columns for y in (_ranked(date), _standard(comes))], 1)
    terms: list[_Term] = []
    for place in kept.explored.places.values():
        if (term := _term_of(kept, place)) is not None:
            terms.append(term)
            if len(terms) % AT_ONCE == 0:
                yield None
    found = yield from _variances(terms, dates, kept.lives_in)
    found |= _of_weights(kept, dates)
    first = sorted((key for key in found if found[key] > LEAST), key=lambda key: -found[key])
    yield {key: place for place, key in enumerate(first, 1)}


def _ranked(quarters: NDArray[Any]) -> Array:
    """Return ranks of dates, those alike at their middle, of mean 0 and variance 1."""
    counts = np.bincount(quarters)
    middle = np.cumsum(counts) - counts / 2.0
    ranks = middle[quarters]
    return (ranks - ranks.mean()) / (ranks.std() or 1.0)


def _term_of(kept: KeptPaths, place: Place) -> _Term | None:
    """Return the columns of an uncertain input, none of anything else."""
    if place.what != "input":
        return None
    if years := kept.by_year(place):
        return _Term(place.key, [_standard(each) for each in years.values()], [1.0] * len(years))
    if place.input not in kept.columns:
        return None
    where = kept.where(place)
    values = kept.columns[place.input][where]
    if not len(values) or values.min() == values.max():
        return None
    score, square = np.zeros(len(where)), np.zeros(len(where))
    ranks = np.empty(len(values))
    ranks[np.argsort(values, kind="stable")] = (np.arange(len(values)) + 0.5) / len(values)
    score[where] = special.ndtri(ranks)
    square[where] = score[where] ** 2 - 1.0
    part = where.mean()
    return _Term(place.key, [score, square], [part, 2.0 * part])


def _standard(values: Array) -> Array:
    return (values - values.mean()) / (values.std() or 1.0)


def _variances(
    terms: list[_Term], dates: Array, lives_in: NDArray[Any]
) -> Generator[None, None, dict[str, float]]:
    """Return what each place brings of the dates' variance."""
    means = np.eye(lives_in.max() + 1)[lives_in]
    design = np.column_stack([means, *(column for term in terms for column in term.columns)])
    gram, moments = RIDGE * len(dates) * np.eye(design.shape[1]), 0.0
    for rows in np.array_split(np.arange(len(dates)), SLICES):
        some = design[rows[0] : rows[-1] + 1]
        gram += some.T @ some
        moments += some.T @ dates[rows[0] : rows[-1] + 1]
        yield None
    squares = (np.linalg.solve(gram, moments) ** 2).sum(axis=1)[means.shape[1] :]
    found, start = {}, 0
    for term in terms:
        own = squares[start : start + len(term.columns)]
        found[term.key] = float(own @ np.array(term.weights))
        start += len(term.columns)
    return found


def _of_weights(kept: KeptPaths, dates: Array) -> dict[str, float]:
    """Return what each alternative brings of the dates' variance, by the key of its weight."""
    found = {}
    for place in kept.explored.places.values():
        if place.what == "weight" and (where := kept.where(place)).any():
            found[place.key] = float(where.mean() * (dates[where].mean(axis=0) ** 2).sum())
    return found
