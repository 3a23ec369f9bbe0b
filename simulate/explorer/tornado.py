"""How the answer goes from low to high with each input, in paths that are at hand."""

import math
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simulate.engine.estimate import Estimate, conditional_probability
from simulate.model.outcomes import projected_event
from simulate.text.numbers import percent, share, unit_of
from simulate.text.sentences import capitalized

from .changed import Changes
from .controls import in_words, number
from .kept import Keeping, KeptPaths, Mask
from .places import Place

# Of an input's paths at each end.
FIFTH = 0.2
MOST_ROWS, AT_ONCE = 10, 12
# Errors of the difference between the ends, below which there is nothing to be seen.
LEAST_ERRORS = 3.0
# Of fewer paths an end says nothing.
FEWEST = 20


@dataclass(frozen=True)
class Chance:
    """A probability: itself, its 95% interval, and it in words with its standard error."""

    value: float
    low: float
    high: float
    text: str

    @classmethod
    def of(cls, estimate: Estimate) -> "Chance":
        """Return an estimate as a page is told it."""
        value, low, high = map(number, (estimate.value, estimate.low, estimate.high))
        return cls(value, low, high, percent(estimate))


@dataclass(frozen=True)
class End:
    """The paths in which an input is low, or high.

    Attributes
    ----------
    text
        How the input lies there.
    chance
        Of the answer among them.
    """

    text: str
    chance: Chance


@dataclass(frozen=True)
class Bar:
    """An input, and the answer at both of its ends.

    Attributes
    ----------
    key, title
        Of its control.
    among
        Of which paths, empty if of all.
    middle
        The answer among these.
    low, high
        The ends.
    """

    key: str
    title: str
    among: str
    middle: Chance
    low: End
    high: End


@dataclass(frozen=True)
class Tornado:
    """The answer by its inputs, those that move it most first.

    Attributes
    ----------
    title
        What the probability is of.
    paths
        How many.
    answer
        Of all of them.
    bars
        At most ten.
    """

    title: str
    paths: int
    answer: Chance
    bars: tuple[Bar, ...]

    def as_dict(self) -> dict[str, Any]:
        """Return it as JSON has it."""
        return asdict(self)


def tornado_of(keeping: Keeping, changes: Changes) -> Iterator[Tornado | None]:
    """Yield nothing a few times, so that it may be left there, and the answer by input at last.

    Parameters
    ----------
    keeping
        Gives a state's paths.
    changes
        The state.

    Raises
    ------
    ScenarioError
        If the changes can't be.

    Notes
    -----
    No input is set to anything: the paths are those of the answer, of which those with an input in
    its lowest fifth are looked at, and those with it in its highest. So what goes along with an
    input, by correlation, moves as well. An input that alternatives have of their own is looked at
    among the paths that live there, around their own answer; in the order of the bars it counts as
    much as these are of all.
    """
    kept = yield from keeping.paths(changes)
    event = projected_event(kept.scenario)
    comes = event.of_column(kept.columns[event.column])
    counted = _Counted(kept.columns["replicate"].astype(int), comes)
    everywhere = np.ones(len(kept), bool)
    found: list[tuple[float, Bar]] = []
    for looked_at, place in enumerate(kept.explored.places.values(), 1):
        ends = _ends(kept, place, int(event.date))
        if ends is not None:
            where = everywhere if place.what == "weight" else kept.where(place)
            bar = _bar(kept, place, where, ends, counted, int(event.date))
            reach = where.mean() * _reach(counted, where, *(mask for _, mask in ends))
            found += [(reach, bar)] if reach > 0.0 else []
        if looked_at % AT_ONCE == 0:
            yield None
    found.sort(key=lambda each: -each[0])
    yield Tornado(
        title=capitalized(event.in_words(kept.scenario)),
        paths=len(kept),
        answer=Chance.of(counted.among(everywhere)),
        bars=tuple(bar for _, bar in found[:MOST_ROWS]),
    )


@dataclass(frozen=True)
class _Counted:
    """In which paths the event happens, and of which replicate each is."""

    replicate: NDArray[np.intp]
    comes: NDArray[np.float64]

    def among(self, some: Mask) -> Estimate:
        """Return its probability among some paths."""
        replicates = int(self.replicate.max()) + 1
        of = self.replicate[some]
        counts = np.bincount(of, self.comes[some], replicates)
        return conditional_probability(counts, np.bincount(of, minlength=replicates))


_Ends = tuple[tuple[str, Mask], tuple[str, Mask]]


def _ends(kept: KeptPaths, place: Place, last_year: int) -> _Ends | None:
    """Return in which paths an input is low, and in which high, each in words."""
    if place.what == "weight":
        lives = kept.where(place)
        ends = ("if it isn't so", ~lives), ("if it is so", lives)
    elif (values := kept.values(place, last_year)) is not None:
        where = kept.where(place)
        (low, below), (high, above) = _fifths(values, where)
        unit = unit_of(place.quantity.unit)
        written = [unit.named(each) for each in in_words([low, high], unit)]
        ends = (f"up to {written[0]}", below & where), (f"from {written[1]}", above & where)
    else:
        return None
    return ends if min(mask.sum() for _, mask in ends) >= FEWEST else None


def _fifths(values: NDArray[Any], where: Mask) -> tuple[tuple[float, Mask], tuple[float, Mask]]:
    """Return up to what value the lowest fifth goes and who is in it, and the highest likewise.

    Equal values are never parted, so that an end may hold more than a fifth. Where one value has
    more than three fifths, both ends would: one of them is then what lies on its fuller side.
    """
    there = np.sort(values[where])
    low = there[math.ceil(FIFTH * len(there)) - 1]
    high = there[math.floor((1.0 - FIFTH) * len(there))]
    if low == high:
        first, beyond = np.searchsorted(there, low), np.searchsorted(there, low, "right")
        if first > len(there) - beyond:
            low = there[first - 1]
        else:
            high = there[beyond]
    return (float(low), values <= low), (float(high), values >= high)


def _bar(
    kept: KeptPaths, place: Place, where: Mask, ends: _Ends, counted: _Counted, last_year: int
) -> Bar:
    low, high = (End(text, Chance.of(counted.among(mask))) for text, mask in ends)
    part = float(where.mean())
    which = "that is so" if place.alternative else "no alternative has its own"
    among = f"of the {share(part)} of paths in which {which}" if part < 1.0 else ""
    middle = Chance.of(counted.among(where))
    return Bar(place.key, kept.title(place, last_year), among, middle, low, high)


def _reach(counted: _Counted, where: Mask, low: Mask, high: Mask) -> float:
    """Return how far the answer goes between the ends and the middle, 0 where that is noise."""
    middle, *ends = (counted.among(some) for some in (where, low, high))
    errors = [end.standard_error for end in ends]
    noise = LEAST_ERRORS * math.hypot(*(e for e in errors if math.isfinite(e)))
    values = [middle.value, *(end.value for end in ends)]
    reach = max(values) - min(values)
    return reach if reach > noise else 0.0
