"""The headline figures of a scenario, read from each of several runs and compared in pairs."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple, Protocol, Self

import numpy as np
from numpy.typing import NDArray

from simulate.estimate import Estimate, change_of_probability, probability
from simulate.event import CASH_YEAR, Event, event_by_year, projected_event
from simulate.kernels.rows import Hit
from simulate.result import Result
from simulate.scenario import Scenario
from simulate.simulation import Progress

from .comparison import CommonRandomNumbers


class Reading(Protocol):
    """A figure of one run, small, and with what its change from another run is told from."""

    @property
    def estimate(self) -> Estimate:
        """The figure, with its error."""
        ...

    def change_from(self, before: Self) -> Estimate:
        """Return the change from another run on common random numbers, with a paired error."""
        ...


class Counted(NamedTuple):
    """In how many paths of each replicate an event happens, shape (replicates,), of how many."""

    counts: NDArray[np.int64]
    paths: int

    @property
    def shares(self) -> NDArray[np.float64]:
        """The probability in each replicate, shape (replicates,)."""
        return self.counts / self.paths

    @property
    def estimate(self) -> Estimate:
        """The probability."""
        return probability(self.counts, self.paths)

    def change_from(self, before: "Counted") -> Estimate:
        """Return the change from another run on common random numbers, with a paired error."""
        return change_of_probability(before.counts, self.counts, self.paths)


@dataclass(frozen=True)
class Figure:
    """A number of a run.

    Attributes
    ----------
    name, short
        In words, and for the head of a column.
    unit
        A probability, or money.
    more_is_better
        Which way is up.
    read
        Takes it from a result.
    """

    name: str
    short: str
    unit: Literal["probability", "bn USD"]
    more_is_better: bool
    read: Callable[[Result], Reading]


def chance_of(event: Event, scenario: Scenario, *others: Scenario) -> Figure:
    """Return the probability of a scenario's event as a figure.

    It names the targets of other scenarios, too, in which the figure is read.
    """
    return Figure(
        f"P({event.in_words(scenario, *others)})",
        event.in_short(scenario, *others),
        "probability",
        event.time is not Hit.OUT_OF_CASH,
        lambda result: count(event, result),
    )


def count(event: Event, result: Result) -> Counted:
    """Return in how many paths of a run an event happens."""
    return Counted(result.counts_by(event.time, event.quarter), result.replicate_paths)


def headline_events(scenario: Scenario) -> tuple[Event, Event, Event]:
    """Return what a report on a scenario asks first.

    Parameters
    ----------
    scenario
        Its horizon and the company's projection say by which years.

    Returns
    -------
    tuple of Event
        The target margin by the projected year, four quarters in a row of positive cash flow and no
        cash by 2030, each year moved into the horizon.
    """
    return (
        projected_event(scenario),
        event_by_year(Hit.CASH_FLOW_HELD, CASH_YEAR, scenario),
        event_by_year(Hit.OUT_OF_CASH, CASH_YEAR, scenario),
    )


def headlines(scenario: Scenario, *others: Scenario) -> tuple[Figure, ...]:
    """Return what a report on a scenario leads with.

    Parameters
    ----------
    scenario
        As for ``headline_events``.
    others
        In which the figures are read, too.

    Returns
    -------
    tuple of Figure
        The probabilities of the headline events, and the median peak funding need.
    """
    need = Figure(
        "median peak funding need",
        "peak need, bn USD",
        "bn USD",
        False,
        lambda result: result.funding_need_by_replicate("p50"),
    )
    events = headline_events(scenario)
    return (*(chance_of(event, scenario, *others) for event in events), need)


def read_all(
    figures: Sequence[Figure],
    scenarios: Sequence[Scenario],
    common: CommonRandomNumbers,
    progress: Progress | None = None,
) -> list[tuple[Reading, ...]]:
    """Run scenarios on common random numbers, and keep nothing of the runs but figures.

    Parameters
    ----------
    figures
        Which.
    scenarios
        Any number; a result of each would take some 80 MB.
    common
        From ``common_random_numbers``, of scenarios such as these.
    progress
        As for ``run``, of all runs together.

    Returns
    -------
    list of tuple of Reading
        One tuple a scenario, one reading a figure.
    """
    found = []
    for place, scenario in enumerate(scenarios):
        result = common.run(scenario, progress, place=place, of=len(scenarios))
        found.append(tuple(figure.read(result) for figure in figures))
    return found
