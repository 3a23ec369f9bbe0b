"""What an outcome is where an input is low or high: from the paths of one run, without another."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from simulate.estimate import Estimate, mean_of_replicates, probability, within
from simulate.result import OUTCOME_COLUMNS
from simulate.scenario.inputs import Input

from .correlation_ratio import correlation_ratio
from .outcome import Outcome, variables

Array = NDArray[np.float64]
Window = tuple[float, float]

TENTHS = 10
DECILES: tuple[Window, ...] = tuple((k / TENTHS, (k + 1) / TENTHS) for k in range(TENTHS))
# A tenth of the paths about the input's P10, and about its P90.
AT_P10: Window = (0.05, 0.15)
AT_P90: Window = (0.85, 0.95)


@dataclass(frozen=True)
class Effect:
    """An outcome by the value of an input; whatever is correlated with the input moves with it.

    Attributes
    ----------
    key, unit
        Of the input.
    p10, p90
        Its quantiles.
    at_p10, at_p90
        The outcome in the tenth of the paths about them: a probability, or the median of an amount.
    change
        From the one to the other.
    deciles
        The outcome in each tenth of the paths, from those with the lowest input on.
    first_order
        The part of the outcome's variance that the input explains by itself.
    """

    key: str
    unit: str
    p10: float
    p90: float
    at_p10: Estimate
    at_p90: Estimate
    change: Estimate
    deciles: tuple[Estimate, ...]
    first_order: Estimate


class Conditional(NamedTuple):
    """A probability or a median, with the value of each replicate."""

    estimate: Estimate
    each: Array


def by_replicate(paths: pd.DataFrame, columns: Sequence[str]) -> NDArray[np.float32]:
    """Return columns of kept paths, shape (replicates, paths, columns)."""
    ordered = paths.sort_values("replicate", kind="stable")
    values = ordered[list(columns)].to_numpy(np.float32)
    return values.reshape(paths["replicate"].nunique(), -1, len(columns))


def estimate_of(outcome: Outcome, values: Array) -> Conditional:
    """Return the probability, or the median, of values of shape (replicates, paths)."""
    if outcome.is_probability:
        counts, paths = values.sum(axis=1), values.shape[1]
        return Conditional(probability(counts, paths), counts / paths)
    medians = np.median(values, axis=1)
    # The only amount is a need, which is never negative.
    return Conditional(within(mean_of_replicates(medians), low=0.0), medians)


def effects_of_inputs(
    paths: pd.DataFrame, inputs: Sequence[Input], outcomes: Sequence[Outcome]
) -> list[list[Effect]]:
    """Return every outcome by the value of every input.

    Parameters
    ----------
    paths
        ``Result.outcomes`` of a run with ``keep_inputs``.
    inputs
        Those that its paths drew.
    outcomes
        What is asked about.

    Returns
    -------
    list of list of Effect
        By outcome and input.
    """
    rows = by_replicate(paths, OUTCOME_COLUMNS)
    values = [outcome.values(rows) for outcome in outcomes]
    measured = np.moveaxis(variables(outcomes, rows)(rows), -1, 0)
    found: list[list[Effect]] = [[] for _ in outcomes]
    for member in inputs:
        drawn = by_replicate(paths, [member.key])[..., 0]
        order = np.argsort(drawn, axis=1, kind="stable")
        for place, outcome in enumerate(outcomes):
            ranked = np.take_along_axis(values[place], order, axis=1)
            first_order = correlation_ratio(drawn.astype(float), measured[place])
            found[place].append(_effect(member, outcome, ranked, first_order))
    return found


def _effect(member: Input, outcome: Outcome, ranked: Array, first_order: Estimate) -> Effect:
    """Return an input's effect, from paths in its order, shape (replicates, paths)."""
    low, high = (estimate_of(outcome, _inside(ranked, window)) for window in (AT_P10, AT_P90))
    return Effect(
        key=member.key,
        unit=member.quantity.unit,
        p10=member.distribution.quantile(0.1),
        p90=member.distribution.quantile(0.9),
        at_p10=low.estimate,
        at_p90=high.estimate,
        change=mean_of_replicates(high.each - low.each),
        deciles=tuple(estimate_of(outcome, _inside(ranked, w)).estimate for w in DECILES),
        first_order=first_order,
    )


def _inside(ranked: Array, window: Window) -> Array:
    first, last = (round(level * ranked.shape[1]) for level in window)
    return ranked[:, first:last]
