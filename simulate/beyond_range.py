"""Amounts too large to be counted: told where they are few, refused where they are many."""

from simulate.kernels.rows import Metric
from simulate.kernels.tally import LARGEST_AMOUNT
from simulate.number_format import share
from simulate.result import LEVELS, METRICS, Result
from simulate.scenario import ScenarioError
from simulate.scenario.quarters import format_quarter

LARGEST = f"{LARGEST_AMOUNT / 1e6:.0f} million bn USD"
# What makes an amount grow; the other amounts follow these.
GROWTH = {
    Metric.TRAINING: "training.growth",
    Metric.REVENUE: "the segments' growth or market",
    Metric.INFERENCE: "the growth of segments and free users",
}


class BeyondRangeError(ScenarioError):
    """Amounts too large to be counted in many paths."""


def refuse_beyond_range(result: Result) -> None:
    """Raise if an amount is too large to be counted in so many paths that quantiles are wrong.

    Raises
    ------
    BeyondRangeError
        That names the amount, when it gets there, and what makes it grow.
    """
    many = {m: b for m, b in result.beyond_range.items() if b.share >= LEVELS[0]}
    if not many:
        return
    metric = next((metric for metric in GROWTH if metric in many), next(iter(many)))
    scenario, found = result.scenario, many[metric]
    raise BeyondRangeError(
        f"{scenario.name}: {METRICS[metric]} passes {LARGEST}, 100 times what the world produces "
        f"in a year, from {found.quarter} on, and in {share(found.share)} of paths at last;",
        f"lower {GROWTH.get(metric, 'what makes it grow')}, or let the horizon end before "
        f"{format_quarter(scenario.horizon.last_quarter)}",
    )


def beyond_range_sentences(result: Result) -> list[str]:
    """Say which amounts are too large to be counted in a few paths, one sentence each."""
    return [
        f"From {found.quarter} on, {METRICS[metric]} passes {LARGEST} in up to "
        f"{share(found.share)} of paths and counts as that: its mean is too near 0."
        for metric, found in result.beyond_range.items()
    ]
