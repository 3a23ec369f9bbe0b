"""Boxes in which something happens more often than elsewhere: the patient rule induction method.

Friedman and Fisher (1999), "Bump hunting in high-dimensional data", Statistics and Computing 9; for
scenarios, Bryant and Lempert (2010), "Thinking inside the box", Technological Forecasting and
Social Change 77. Arrays only: a row of ``points`` is a case, and ``success`` says of which it is
true.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.floating]
Mask = NDArray[np.bool_]

PEELED = 0.05
LEAST_INSIDE = 50
# What rounding may move, as a share of the cases inside.
MOVED_BY_ROUNDING = 0.02
# A limit whose removal costs less than this share of the correlation isn't worth its words.
WORTH_KEEPING = 0.03


@dataclass(frozen=True)
class Box:
    """Limits on some of the columns: ``low <= x <= high``, infinite where there is none."""

    low: NDArray[np.float64]
    high: NDArray[np.float64]

    @property
    def ends(self) -> list[tuple[int, bool]]:
        """The limits: of which column, and whether it is the upper one."""
        finite = np.isfinite(np.column_stack([self.low, self.high]))
        return [(int(column), bool(upper)) for column, upper in np.argwhere(finite)]

    @property
    def limited(self) -> list[int]:
        """Columns that have a limit."""
        return sorted({column for column, _ in self.ends})

    def contains(self, points: Array) -> Mask:
        """Tell which rows lie inside."""
        inside = np.ones(len(points), bool)
        for j in self.limited:
            inside &= (points[:, j] >= self.low[j]) & (points[:, j] <= self.high[j])
        return inside

    def limit(self, column: int, low: float, high: float) -> "Box":
        """Return the box with other limits on one column."""
        found = replace(self, low=self.low.copy(), high=self.high.copy())
        found.low[column], found.high[column] = low, high
        return found

    def lift(self, column: int) -> "Box":
        """Return the box without limits on one column."""
        return self.limit(column, -math.inf, math.inf)

    def move(self, end: tuple[int, bool], to: float) -> "Box":
        """Return the box with one limit elsewhere."""
        column, upper = end
        low, high = (self.low[column], to) if upper else (to, self.high[column])
        return self.limit(column, low, high)


def correlation(inside: ArrayLike, hits: ArrayLike, count: int, successes: int) -> Array:
    """Return the correlation of being inside a box with success (the phi coefficient).

    Parameters
    ----------
    inside, hits
        Numbers of cases, and of successes, inside the box.
    count, successes
        The same of all cases.

    Notes
    -----
    It weighs coverage and density without a weight to choose: it is 1 for a box that holds all
    successes and nothing else, and 0 for one in which they are as frequent as elsewhere.
    """
    cases, found = np.asarray(inside, float), np.asarray(hits, float)
    spread = cases * (count - cases) * successes * (count - successes)
    with np.errstate(all="ignore"):
        found = (found * count - cases * successes) / np.sqrt(spread)
    return np.where(spread > 0.0, found, 0.0)


def find_box(points: Array, success: Mask, most: int = 3) -> Box:
    """Return limits on a few columns that separate successes from the rest.

    Parameters
    ----------
    points
        Shape (n, columns).
    success
        Shape (n,); neither all nor none.
    most
        Most columns with limits.

    Returns
    -------
    Box
        On its own cases it always looks good; judge it on others.

    Notes
    -----
    The box on the peeling trajectory that correlates best with success; then limits are lifted
    until few are left that each matter; and those left are moved, in place of pasting, each to
    where the correlation is greatest given the others.
    """
    score = _Score(points, success)
    box = max(peel(points, success), key=score.of)
    while len(box.limited) > most:
        box = score.without_least(box)
    box = score.refine(box)
    while len(box.ends) > 1:
        fewer = score.refine(score.without_least(box))
        if score.of(fewer) < (1.0 - WORTH_KEEPING) * score.of(box):
            break
        box = fewer
    return box


def round_limits(box: Box, points: Array) -> Box:
    """Return the box with limits of as few digits as move hardly a case in or out.

    A limit is first moved half way to the nearest case outside, so that it lies beside a value that
    many cases share, and it is rounded to none: "above 6" leaves open whether 6 is inside. Only
    where both limits are one value may they be that of cases.
    """
    for column in box.limited:
        inside, values = box.contains(points), points[:, column]
        between = _between_cases(box, column, values)
        box = box.limit(column, *between)
        for digits in range(1, 8):
            low, high = (_round(end, digits) for end in between)
            rounded = box.limit(column, low, high)
            moved = np.count_nonzero(rounded.contains(points) != inside)
            on_cases = low != high and np.isin([low, high], values).any()
            if moved <= MOVED_BY_ROUNDING * np.count_nonzero(inside) and not on_cases:
                box = rounded
                break
    return box


def _between_cases(box: Box, column: int, values: Array) -> tuple[float, float]:
    """Return a column's limits half way between the outermost case inside and the next outside."""
    low, high = float(box.low[column]), float(box.high[column])
    below, above = values[values < low], values[values > high]
    return (
        (low + float(below.max())) / 2.0 if below.size else low,
        (high + float(above.min())) / 2.0 if above.size else high,
    )


def _round(value: float, digits: int) -> float:
    return float(f"{value:.{digits}g}")


@dataclass(frozen=True)
class _Slice:
    """The cases at one end of a column, and the limits that leave them out."""

    column: int
    low: float
    high: float
    cases: int
    hits: int


def peel(points: Array, success: Mask) -> Iterator[Box]:
    """Give ever smaller boxes: each takes from the last about 5% at one end.

    Notes
    -----
    Cases of one value go together, so that slices differ in size where values are few: the one is
    taken that raises the share of successes most for each case that it costs (Kwakkel and
    Jaxa-Rozen, "Improving scenario discovery for handling heterogeneous uncertainties and
    multinomial classified outcomes", *Environmental Modelling & Software* 79, 2016). Among slices
    of one size it is that with the fewest successes.
    """
    columns = points.shape[1]
    box = Box(np.full(columns, -np.inf), np.full(columns, np.inf))
    yield box
    while (thin := int(PEELED * len(points))) > 0:
        share, count = np.count_nonzero(success) / len(points), len(points)
        slices = [s for j in range(columns) for s in _slices(j, points[:, j], success, thin)]
        if not slices:
            return
        cut = max(slices, key=lambda s: (share - s.hits / s.cases) / (count - s.cases))
        j = cut.column
        box = box.limit(j, max(cut.low, box.low[j]), min(cut.high, box.high[j]))
        yield box
        kept = (points[:, j] >= cut.low) & (points[:, j] <= cut.high)
        points, success = np.asfortranarray(points[kept]), success[kept]


def _slices(place: int, column: Array, success: Mask, thin: int) -> Iterator[_Slice]:
    """Give the highest and the lowest cases, where enough are left without them."""
    for values, sign in ((-column, -1.0), (column, 1.0)):
        edge = np.partition(values, thin)[thin]
        outside = values < edge
        with_ties = values <= edge
        fewest, most = np.count_nonzero(outside), np.count_nonzero(with_ties)
        if fewest == 0 or thin - fewest > most - thin:
            outside = with_ties
        cases = int(np.count_nonzero(outside))
        if len(column) - cases < LEAST_INSIDE:
            continue
        limit = sign * float(values[~outside].min())
        low, high = (limit, math.inf) if sign > 0.0 else (-math.inf, limit)
        yield _Slice(place, low, high, cases, int(np.count_nonzero(success[outside])))


class _Score:
    """How well boxes separate the cases of a set."""

    def __init__(self, points: Array, success: Mask) -> None:
        self._points, self._success = points, success
        self._all = len(success), int(np.count_nonzero(success))

    def of(self, box: Box) -> float:
        """Return the correlation of being inside with success."""
        inside = box.contains(self._points)
        hits = np.count_nonzero(inside & self._success)
        return float(correlation(np.count_nonzero(inside), hits, *self._all))

    def without_least(self, box: Box) -> Box:
        """Return the box without the limit that matters least."""
        free = (box.move(end, math.inf if end[1] else -math.inf) for end in box.ends)
        return max(free, key=self.of)

    def refine(self, box: Box) -> Box:
        """Move each limit, the others as they are, until none can be bettered."""
        reached = -math.inf
        while self.of(box) > reached + 1e-6:
            reached = self.of(box)
            for end in box.ends:
                box = box.move(end, self._best(box, end))
        return box

    def _best(self, box: Box, end: tuple[int, bool]) -> float:
        """Return where a limit is best, given the others."""
        column, upper = end
        free = box.move(end, math.inf if upper else -math.inf).contains(self._points)
        values, success = self._points[free, column], self._success[free]
        order = np.argsort(values if upper else -values)
        values, hits = values[order], np.cumsum(success[order])
        inside = np.arange(1, len(values) + 1)
        found = correlation(inside, hits, *self._all)
        found[: LEAST_INSIDE - 1] = -math.inf
        # Cases of one value are inside together, or none is.
        found[:-1][values[:-1] == values[1:]] = -math.inf
        return float(values[np.argmax(found)])
