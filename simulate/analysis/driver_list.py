"""What may drive an outcome: every uncertain input, and shocks of a kind as a group."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simulate.engine.layout import (
    DEMAND,
    GENERATION,
    Layout,
    client_loss_slot,
    layout_of,
    segment_slot,
)
from simulate.scenario import Scenario
from simulate.scenario.correlations import Matrix, correlation_matrix
from simulate.scenario.inputs import ALTERNATIVE, correlated_inputs

JOINT = "all inputs and deviations"
# Below this, the deviations of a year are independent of each other, given the inputs.
LEAST_DEPENDENCE = 1e-9


@dataclass(frozen=True)
class Driver:
    """An input, or shocks as a group, that is varied as one.

    Attributes
    ----------
    name
        An input's key, or what the shocks are.
    coordinates
        Of a path's point.
    place
        Row of the correlation matrix, None for shocks.
    is_deviation
        Whether it is a deviation, drawn again and again, given the path's inputs.
    """

    name: str
    coordinates: tuple[int, ...]
    place: int | None = None
    is_deviation: bool = False


@dataclass(frozen=True)
class DriverList:
    """The drivers of a scenario.

    Attributes
    ----------
    drivers
        Inputs in the order of the schema, deviations from plan, then shocks.
    blocks
        Places in ``drivers``: correlated ones are in one block, and blocks are independent.
    correlation
        The matrix that ``Driver.place`` is a row of.
    is_joint
        Whether a Student-t copula makes one driver of all inputs and deviations.
    """

    drivers: tuple[Driver, ...]
    blocks: tuple[tuple[int, ...], ...]
    correlation: Matrix
    is_joint: bool

    @property
    def groups(self) -> list[tuple[int, ...]]:
        """The blocks of several drivers."""
        return [block for block in self.blocks if len(block) > 1]

    def correlation_of(self, one: Driver, other: Driver) -> float:
        """Return the correlation of two drivers, 0 of shocks."""
        if one.place is None or other.place is None:
            return 0.0
        return float(self.correlation[one.place, other.place])

    def is_foretold(self, driver: Driver) -> bool:
        """Tell whether inputs of the path foretell something of a deviation."""
        inputs = [other for other in self.drivers if not other.is_deviation]
        return driver.is_deviation and any(self.correlation_of(driver, i) != 0.0 for i in inputs)


def list_drivers(scenario: Scenario) -> DriverList:
    """Return what may drive an outcome of a scenario.

    Parameters
    ----------
    scenario
        From ``load_scenario``.

    Returns
    -------
    DriverList

    Notes
    -----
    A year's deviations, overrun and drift, are drawn given the path's inputs. As drivers they are
    each year's news: what the inputs that they are correlated with don't foretell.

    Under a Student-t copula the scale that a path's scores share makes all inputs and deviations
    depend on each other, and none has a coordinate of its own: together they are one driver. Which
    alternative holds is no part of the copula.
    """
    layout, correlation = layout_of(scenario), correlation_matrix(scenario)
    inputs = [Driver(key, (place,), place) for place, key in enumerate(layout.inputs)]
    deviations = _deviations(scenario, layout)
    if layout.is_joint:
        apart = [driver for driver in inputs if driver.name == ALTERNATIVE]
        others = [driver for driver in (*inputs, *deviations) if driver not in apart]
        coordinates = [c for driver in others for c in driver.coordinates]
        joined = [Driver(JOINT, (*coordinates, layout.joint_scale)), *apart]
        blocks = [(place,) for place in range(len(joined))]
    else:
        joined = [*inputs, *deviations]
        blocks = _blocks(len(inputs), len(deviations), correlation)
    shocks = _shocks(scenario, layout)
    blocks += [(len(joined) + place,) for place in range(len(shocks))]
    return DriverList((*joined, *shocks), tuple(blocks), correlation, layout.is_joint)


def _deviations(scenario: Scenario, layout: Layout) -> list[Driver]:
    """Return the uncertain ones of overrun and drift."""
    deviations = [i for i in correlated_inputs(scenario) if i.quantity.is_deviation]
    return [
        Driver(
            member.key,
            tuple(layout.of_deviation(line)),
            len(layout.inputs) + line,
            is_deviation=True,
        )
        for line, member in enumerate(deviations)
        if not member.distribution.is_certain
    ]


def _shocks(scenario: Scenario, layout: Layout) -> list[Driver]:
    """Return the groups of shocks that the scenario has."""
    names = [segment.name for segment in scenario.segments]
    slots = {
        "demand shocks": [DEMAND],
        "shocks to single segments": [segment_slot(name) for name in names],
        "losses of clients": [client_loss_slot(name) for name in names],
        "jumps of training cost": [GENERATION],
    }
    groups = {
        name: [c for slot in members if slot in layout.slots for c in layout.of_slot(slot)]
        for name, members in slots.items()
    }
    groups["whether rounds come"] = [
        layout.first_round + place
        for place, funding in enumerate(scenario.funding)
        if 0.0 < funding.chance < 1.0
    ]
    return [Driver(name, tuple(coordinates)) for name, coordinates in groups.items() if coordinates]


def _blocks(inputs: int, deviations: int, correlation: Matrix) -> list[tuple[int, ...]]:
    """Return the places of connected inputs, then of deviations that depend on each other."""
    blocks = _connected(correlation[:inputs, :inputs] != 0.0)
    rest = range(inputs, inputs + deviations)
    given_inputs = np.linalg.cholesky(correlation)[-1, -2]
    together = deviations == 2 and abs(given_inputs) > LEAST_DEPENDENCE
    return blocks + ([tuple(rest)] if together else [(place,) for place in rest])


def _connected(related: NDArray[np.bool_]) -> list[tuple[int, ...]]:
    """Return the places that are related to each other, directly or through others, by the first.

    ``related`` is symmetric, and true for each of itself.
    """
    reached = related
    while (further := reached @ reached).sum() > reached.sum():
        reached = further
    return sorted({tuple(np.flatnonzero(row).tolist()) for row in reached})
