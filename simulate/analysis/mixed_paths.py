"""Outcomes of paths that take a part of their coordinates from another point set, in any order."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from simulate.kernels.rows import LANES
from simulate.kernels.simulate import simulate_blocks
from simulate.result import OUTCOME_COLUMNS
from simulate.sampling.pick_freeze import mixed_points, ordered_root, twin_points
from simulate.sampling.plan import Prepared
from simulate.simulation import empty_tally, workspace

from .driver_list import DriverList
from .indices import Array, Places

Variables = Callable[[NDArray[np.float32]], Array]
Counted = Callable[[int], None]


class MixedPaths:
    """One replicate's paths as a model of their drivers; see ``indices.Model``.

    Parameters
    ----------
    prepared
        The scenario.
    found
        Its drivers.
    variables
        What is made of the paths' outcomes, shape (paths, columns) to (paths, variables).
    seed, replicate
        What alone decides both point sets.
    counted
        Called with the number of paths of each call.
    """

    def __init__(
        self,
        prepared: Prepared,
        found: DriverList,
        variables: Variables,
        seed: int,
        replicate: int,
        counted: Counted,
    ) -> None:
        self._plan, self._found, self._variables = prepared.plan, found, variables
        self._points, self._other = twin_points(prepared.layout.dimensions, seed, replicate)
        self._space = workspace(prepared)
        self._tally = empty_tally(prepared.layout.quarters)
        self._no_inputs = np.empty((0, len(prepared.drawn_keys)), np.float32)
        self._counted = counted
        self._order: tuple[int, ...] = ()

    def outcomes(self, order: Places, taken: Places, first_block: int, blocks: int) -> Array:
        """Return the variables of a range of blocks, shape (paths, variables).

        Parameters
        ----------
        order
            The drivers, each drawn given those before it.
        taken
            Those whose coordinates are the other point set's.
        first_block, blocks
            Of LANES paths each.
        """
        self._draw_in(tuple(order))
        coordinates = [c for place in taken for c in self._found.drivers[place].coordinates]
        outcomes = np.empty((blocks * LANES, len(OUTCOME_COLUMNS)), np.float32)
        simulate_blocks(
            self._plan,
            mixed_points(self._points, self._other, coordinates),
            self._space.inputs,
            self._space.state,
            first_block,
            blocks,
            self._tally,
            outcomes,
            self._no_inputs,
            np.empty((0, 0, 0)),
        )
        self._counted(len(outcomes))
        return self._variables(outcomes)

    def _draw_in(self, order: tuple[int, ...]) -> None:
        """Have inputs drawn in an order, then the deviations in theirs; what is no driver last."""
        if order == self._order:
            return
        correlation, drivers = self._found.correlation, [self._found.drivers[i] for i in order]
        placed = [d.place for yearly in (False, True) for d in drivers if d.is_yearly == yearly]
        asked = [place for place in placed if place is not None]
        others = [row for row in range(len(correlation)) if row not in asked]
        mixing = ordered_root(correlation, [*asked, *others])
        self._plan = self._plan._replace(draws=self._plan.draws._replace(mixing=mixing))
        self._order = order
