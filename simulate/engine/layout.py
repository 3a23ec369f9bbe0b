"""Which coordinate of a path's point feeds what; to share it gives common random numbers."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from simulate.scenario.frame import Horizon
from simulate.scenario.inputs import correlated_inputs
from simulate.scenario.schema import Scenario

DEMAND = "demand"
GENERATION = "training.generation"
RAISING, SHUT = "raising", "raising.shut"
DRAWS_A_PERIOD = 2


@dataclass(frozen=True)
class Layout:
    """The coordinates of a point, in order of time: inputs, rounds, deviations, then quarters.

    Attributes
    ----------
    inputs
        Keys of the inputs that a path draws, one coordinate each.
    is_joint
        Whether a Student-t copula's scale has a coordinate, after the inputs.
    rounds
        Names of the funding rounds, one coordinate each.
    periods
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
    periods: int
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
    def first_deviation(self) -> int:
        """First coordinate of the first period's deviations."""
        return self.first_round + len(self.rounds)

    @property
    def first_quarter(self) -> int:
        """First coordinate of the first quarter."""
        return self.first_deviation + DRAWS_A_PERIOD * self.periods

    @property
    def dimensions(self) -> int:
        """Number of coordinates."""
        return self.first_quarter + len(self.slots) * self.quarters

    def first_deviation_of(self, horizon: Horizon) -> int:
        """Return the first coordinate of a horizon's deviations."""
        return self.first_deviation + DRAWS_A_PERIOD * horizon.periods_after(self.start)

    def first_quarter_of(self, horizon: Horizon) -> int:
        """Return the first coordinate of a horizon's quarters."""
        return self.first_quarter + len(self.slots) * (horizon.first_quarter - self.start)

    def of_deviation(self, line: int) -> range:
        """Return the coordinates of a deviation in all periods: 0 the overrun, 1 the drift."""
        return range(self.first_deviation + line, self.first_quarter, DRAWS_A_PERIOD)

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
        periods=len(scenario.horizon.periods),
        slots=(
            DEMAND,
            *(segment_slot(s.name) for s in segments),
            *losses,
            *([GENERATION] if scenario.training.generation else []),
            *([RAISING] if scenario.raising else []),
            *([SHUT] if scenario.raising and scenario.raising.shut else []),
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
    horizons = [scenario.horizon for scenario in scenarios]
    start = min(horizon.first_quarter for horizon in horizons)
    end = max(horizon.last_quarter for horizon in horizons)
    return Layout(
        inputs=_union(layout.inputs for layout in layouts),
        is_joint=any(layout.is_joint for layout in layouts),
        rounds=_union(layout.rounds for layout in layouts),
        periods=max(h.periods_after(start) + len(h.periods) for h in horizons),
        slots=_union(layout.slots for layout in layouts),
        start=start,
        quarters=end - start + 1,
    )


def segment_slot(name: str) -> str:
    """Return the slot of a segment's own shock."""
    return f"segments.{name}"


def client_loss_slot(name: str) -> str:
    """Return the slot of a segment's loss of clients."""
    return f"segments.{name}.client_loss"


def _union(parts: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for part in parts for name in part))
