"""Which coordinate of a path's point feeds what; to share it gives common random numbers."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from simulate.scenario.inputs import correlated_inputs
from simulate.scenario.quarters import QUARTERS_A_YEAR
from simulate.scenario.schema import Scenario

DEMAND = "demand"
GENERATION = "training.generation"
DRAWS_A_YEAR = 2


@dataclass(frozen=True)
class Layout:
    """The coordinates of a point, in order of time: inputs, rounds, years, then quarters.

    Attributes
    ----------
    inputs
        Keys of the inputs that a path draws, one coordinate each.
    is_joint
        Whether a Student-t copula's scale has a coordinate, after the inputs.
    rounds
        Names of the funding rounds, one coordinate each.
    years
        Each has a coordinate for the overrun and one for the drift.
    slots
        What each quarter draws: the shared shock, each segment's own, and one an event.
    start
        The first quarter, of the calendar: scenarios that begin in different quarters share the
        coordinates of those that they have in common.
    quarters
        How many there are.
    """

    inputs: tuple[str, ...]
    is_joint: bool
    rounds: tuple[str, ...]
    years: int
    slots: tuple[str, ...]
    start: int
    quarters: int

    @property
    def joint_scale(self) -> int:
        """Coordinate of a Student-t copula's scale."""
        return len(self.inputs)

    @property
    def first_round(self) -> int:
        """Coordinate of the first funding round."""
        return len(self.inputs) + self.is_joint

    @property
    def first_year(self) -> int:
        """First coordinate of the first year."""
        return self.first_round + len(self.rounds)

    @property
    def first_quarter(self) -> int:
        """First coordinate of the first quarter."""
        return self.first_year + DRAWS_A_YEAR * self.years

    @property
    def dimensions(self) -> int:
        """Number of coordinates."""
        return self.first_quarter + len(self.slots) * self.quarters

    def begin_of_year(self, year: int) -> int:
        """Return the first coordinate of a fiscal year."""
        return self.first_year + DRAWS_A_YEAR * (year - self.start // QUARTERS_A_YEAR)

    def begin_of_quarter(self, quarter: int) -> int:
        """Return the first coordinate of a quarter of the calendar."""
        return self.first_quarter + len(self.slots) * (quarter - self.start)

    def of_year(self, line: int) -> range:
        """Return the coordinates of a yearly deviation in all years: 0 the overrun, 1 the drift."""
        return range(self.first_year + line, self.first_quarter, DRAWS_A_YEAR)

    def of_slot(self, name: str) -> range:
        """Return the coordinates of a slot in all quarters."""
        return range(self.first_quarter + self.slots.index(name), self.dimensions, len(self.slots))


def layout_of(scenario: Scenario) -> Layout:
    """Return the layout of a scenario by itself."""
    segments = scenario.segments
    losses = [client_loss_slot(s.name) for s in segments if s.client_loss is not None]
    return Layout(
        inputs=tuple(i.key for i in correlated_inputs(scenario) if i.quantity.drawn == "path"),
        is_joint=scenario.copula.degrees_of_freedom is not None,
        rounds=tuple(f.name for f in scenario.funding),
        years=scenario.horizon.years,
        slots=(
            DEMAND,
            *(segment_slot(s.name) for s in segments),
            *losses,
            *([GENERATION] if scenario.training.generation else []),
        ),
        start=scenario.horizon.first_quarter,
        quarters=scenario.horizon.quarters,
    )


def common_layout(scenarios: Sequence[Scenario]) -> Layout:
    """Return a layout that several scenarios can share.

    Parameters
    ----------
    scenarios
        At least one. What any of them draws has a coordinate; one that doesn't draw it passes
        the coordinate over.

    Returns
    -------
    Layout

    Notes
    -----
    Common random numbers: where two scenarios differ in few inputs, the same point makes nearly
    the same path, and the difference of their estimates has a much smaller error than either
    (Glasserman, *Monte Carlo Methods in Financial Engineering*, 2003, ch. 4).
    """
    layouts = [layout_of(scenario) for scenario in scenarios]
    start = min(layout.start for layout in layouts)
    end = max(layout.start + layout.quarters for layout in layouts)
    return Layout(
        inputs=_union(layout.inputs for layout in layouts),
        is_joint=any(layout.is_joint for layout in layouts),
        rounds=_union(layout.rounds for layout in layouts),
        years=-(-end // QUARTERS_A_YEAR) - start // QUARTERS_A_YEAR,
        slots=_union(layout.slots for layout in layouts),
        start=start,
        quarters=end - start,
    )


def segment_slot(name: str) -> str:
    """Return the slot of a segment's own shock."""
    return f"segments.{name}"


def client_loss_slot(name: str) -> str:
    """Return the slot of a segment's loss of clients."""
    return f"segments.{name}.client_loss"


def _union(parts: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for part in parts for name in part))
