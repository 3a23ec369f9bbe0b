"""What a question is about: whether something comes by a date, or an amount of a path."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simulate.event import Event, parse_event, refuse_other_target
from simulate.kernels.rows import index
from simulate.result import FUNDING_NEED, OUTCOME_COLUMNS
from simulate.scenario import Scenario

from .headlines import headline_events

Array = NDArray[np.float64]
FORM = f'"P(gross margin by 2027)" or "{FUNDING_NEED}"'


@dataclass(frozen=True)
class Outcome:
    """A number of a path: 1 if an event comes and 0 if not, or the peak funding need."""

    event: Event | None = None

    @property
    def name(self) -> str:
        """The outcome in words, as ``parse_outcome`` reads it."""
        return FUNDING_NEED if self.event is None else f"P({self.event.name})"

    @property
    def is_probability(self) -> bool:
        """Whether its mean is a probability; billions of dollars otherwise."""
        return self.event is not None

    def values(self, outcomes: NDArray[np.float32]) -> Array:
        """Return the outcome of each path from its row of ``OUTCOME_COLUMNS``."""
        if self.event is None:
            return outcomes[..., OUTCOME_COLUMNS.index(FUNDING_NEED)].astype(float)
        return (outcomes[..., index(self.event.time)] <= self.event.quarter).astype(float)


def headline_outcomes(scenario: Scenario) -> list[Outcome]:
    """Return what is asked about by default: the headline events, and the peak funding need."""
    return [*map(Outcome, headline_events(scenario)), Outcome()]


def parse_outcome(text: str, scenario: Scenario) -> Outcome:
    """Return the outcome that a text states.

    Parameters
    ----------
    text
        As ``P(gross margin by 2027)``, or ``peak funding need``.
    scenario
        Whose horizon holds the date.

    Returns
    -------
    Outcome

    Raises
    ------
    ScenarioError
        If the text is no outcome of the scenario.
    """
    if text.strip() == FUNDING_NEED:
        return Outcome()
    where = f'--outcome "{text}"'
    event = parse_event(text, scenario, where, FORM)
    refuse_other_target(event, scenario, where)
    return Outcome(event)


def variables(
    outcomes: Sequence[Outcome], known: NDArray[np.float32]
) -> Callable[[NDArray[np.float32]], Array]:
    """Return what turns paths into the numbers whose variance is shared out.

    Parameters
    ----------
    outcomes
        What is asked about.
    known
        Many paths' rows of ``OUTCOME_COLUMNS``, among which an amount is ranked: amounts have
        tails so long that a few paths would make up all of their variance.

    Returns
    -------
    callable
        Of rows of ``OUTCOME_COLUMNS``; shape (..., columns) to (..., outcomes).
    """
    ranked = {o: np.sort(o.values(known), axis=None) for o in outcomes if not o.is_probability}

    def measure(rows: NDArray[np.float32]) -> Array:
        columns = [
            _rank(o.values(rows), ranked[o]) if o in ranked else o.values(rows) for o in outcomes
        ]
        return np.stack(columns, axis=-1)

    return measure


def _rank(values: Array, known: Array) -> Array:
    """Return the share of known values that lie below, and half of those that are equal."""
    sides = (np.searchsorted(known, values, side) for side in ("left", "right"))
    return np.asarray(sum(sides) / (2.0 * len(known)))
