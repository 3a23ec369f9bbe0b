"""What a path is told apart by: its inputs, and what a person would derive from them."""

import math
from collections import Counter
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from simulate.scenario import Scenario
from simulate.scenario.inputs import Input, list_inputs
from simulate.simulation import DEVIATIONS

EFFICIENCY, EROSION = "inference.efficiency_gain", "inference.price_erosion"
GAIN_OVER_PRICES = "fall of cost beyond that of prices"
MEAN_DEVIATIONS = dict(zip(DEVIATIONS, ("inference overrun", "training drift"), strict=True))


@dataclass(frozen=True)
class Feature:
    """A number a path.

    Attributes
    ----------
    title, unit
        For people.
    by_path
        Its values, shape (paths,).
    """

    title: str
    unit: str
    by_path: NDArray[np.float32]

    def written(self, value: float) -> str:
        """Return a value with its unit, a rate in logarithms also as what a year multiplies by."""
        if self.unit == "share":
            return f"{round(100.0 * value, 10):g}%"
        more = f" (×{math.exp(value):.2f} a year)" if self.unit == "log/yr" else ""
        return f"{value:g} {self.unit}{more}".rstrip()


def features_of(outcomes: pd.DataFrame, scenario: Scenario, last_year: int) -> list[Feature]:
    """Return the features of a run's paths.

    Parameters
    ----------
    outcomes
        ``Result.outcomes`` with inputs and deviations.
    scenario
        Of the run.
    last_year
        Up to which the years' deviations from plan are averaged.

    Returns
    -------
    list of Feature
        Inputs in the order of the schema; the gain over prices e - p of ``docs/model.md``, where
        both are uncertain; the mean overrun and the mean drift of the horizon's first years.
    """
    inputs = [member for member in list_inputs(scenario) if member.key in outcomes]
    titles = Counter(member.quantity.title for member in inputs)
    found = [
        Feature(_title(member, titles), member.quantity.unit, outcomes[member.key].to_numpy())
        for member in inputs
    ]
    if EFFICIENCY in outcomes and EROSION in outcomes:
        gain = outcomes[EFFICIENCY].to_numpy() - outcomes[EROSION].to_numpy()
        found.append(Feature(GAIN_OVER_PRICES, "log/yr", gain))
    first = scenario.horizon.first_year
    years = f"{first}" if first == last_year else f"{first}-{last_year}"
    for key, name in MEAN_DEVIATIONS.items():
        columns = [f"{key} {year}" for year in range(first, last_year + 1)]
        mean = outcomes[columns].to_numpy().mean(axis=1)
        if np.ptp(mean) > 0.0:
            found.append(Feature(f"mean {name} {years}", "share", mean))
    return found


def _title(member: Input, titles: Counter[str]) -> str:
    """Return an input's title, with what it belongs to where others have the same."""
    group, *inner = member.key.split(".")
    named = group in ("segments", "hardware", "funding")
    if not named and titles[member.quantity.title] == 1:
        return member.quantity.title
    owner = inner[0] if named else group
    return f"{owner.replace('_', ' ')} {member.quantity.title}"
