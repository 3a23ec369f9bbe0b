"""Paths that are kept with their inputs, so that they can be looked into."""

from collections.abc import Generator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simulate.engine.columns import Columns, Kept
from simulate.engine.plan import Prepared
from simulate.engine.run import Session, refuse_beyond_range
from simulate.engine.sampling import with_sampling
from simulate.scenario import Scenario
from simulate.scenario.inputs import ALTERNATIVE

from .changed import Changes, Explored
from .places import Place

Mask = NDArray[np.bool_]
PATHS = 1 << 14
# In how many steps they are simulated, and the paths of how many states are kept: 9 MB each.
STEPS, MOST_STATES = 2, 3


@dataclass(frozen=True, eq=False)
class KeptPaths:
    """A state's first paths.

    Attributes
    ----------
    explored
        The scenario without changes.
    scenario
        With them.
    prepared
        That as kernels see it.
    columns
        Outcomes, inputs and deviations by path, as ``Result.outcomes`` names them.
    """

    explored: Explored
    scenario: Scenario
    prepared: Prepared
    columns: Columns

    def __len__(self) -> int:
        return len(self.columns["path"])

    @cached_property
    def lives_in(self) -> NDArray[np.intp]:
        """The alternative of each path, as ``possible_alternatives`` counts them from 0."""
        return self.columns.get(ALTERNATIVE, np.zeros(len(self))).astype(int)

    def where(self, place: Place) -> Mask:
        """Return in which paths an input is what stands at a place, or an alternative is so."""
        return np.isin(self.lives_in, self._alternatives_of(place))

    def by_year(self, place: Place) -> dict[int, NDArray[np.float64]]:
        """Return each year's mean deviation by path; nothing of an input that is drawn once."""
        years: dict[int, list[NDArray[Any]]] = {}
        for name, values in self.columns.items():
            if name.startswith(f"{place.input} "):
                year = int(name.removeprefix(f"{place.input} ")[:4])
                years.setdefault(year, []).append(values)
        return {year: np.mean(each, axis=0, dtype=float) for year, each in years.items()}

    def values(self, place: Place, last_year: int) -> NDArray[Any] | None:
        """Return an input by path, None of one that is certain.

        Parameters
        ----------
        place
            Where it stands.
        last_year
            Up to which deviations are averaged of an input that is drawn anew in each quarter.
        """
        if place.what != "input":
            return None
        values = self.columns.get(place.input)
        if years := self.by_year(place):
            values = np.mean([v for year, v in years.items() if year <= last_year], axis=0)
        if values is None:
            return None
        there = values[self.where(place)]
        return values if len(there) and there.min() < there.max() else None

    def title(self, place: Place, last_year: int) -> str:
        """Return what ``values`` are of, or the alternative of a weight."""
        if place.what == "weight":
            named = (each for each in self.scenario.alternatives if each.name == place.alternative)
            return f'the alternative "{next(named).clause}"'
        if not self.by_year(place):
            return place.short_title
        first = self.scenario.horizon.first_year
        years = f"{first}" if last_year <= first else f"{first} to {last_year}"
        return f"{place.short_title}, mean of {years}"

    def _alternatives_of(self, place: Place) -> list[int]:
        possible = [each.name for each in self.scenario.possible_alternatives]
        if not possible:
            return [0]
        if place.alternative:
            return [possible.index(place.alternative)] if place.alternative in possible else []
        own = {p.alternative for p in self.explored.places.values() if p.input == place.input}
        return [i for i, name in enumerate(possible) if name not in own]


class Keeping:
    """Simulates paths that are kept, and has those of the last few states at hand.

    Parameters
    ----------
    explored
        The scenario without changes.
    session
        In which it is run.
    """

    def __init__(self, explored: Explored, session: Session) -> None:
        self._explored, self._session = explored, session
        self._kept: dict[str, KeptPaths] = {}

    def paths(self, changes: Changes) -> Generator[None, None, KeptPaths]:
        """Yield nothing a few times, so that it may be left there, and return a state's paths.

        Raises
        ------
        ScenarioError
            If the changes can't be, or amounts grow beyond counting.
        """
        key = repr(sorted(self._explored.effective(changes).items()))
        if key not in self._kept:
            found = yield from self._simulated(self._explored.with_changes(changes))
            while len(self._kept) >= MOST_STATES:
                del self._kept[next(iter(self._kept))]
            self._kept[key] = found
        return self._kept[key]

    def _simulated(self, scenario: Scenario) -> Generator[None, None, KeptPaths]:
        parts: list[Columns] = []
        scenario = with_sampling(scenario, PATHS, None)
        kept = Kept(inputs=True, deviations=True)
        simulation = self._session.simulation(scenario, None, [parts.append], kept)
        for step in range(1, STEPS + 1):
            simulation.advance(PATHS * step // STEPS)
            yield None
        result = simulation.passing_result()
        refuse_beyond_range(result)
        columns = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
        return KeptPaths(self._explored, scenario, result.prepared, columns)
