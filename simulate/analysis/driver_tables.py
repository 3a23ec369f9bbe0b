"""What drives the outcomes, as tidy tables and as a summary."""

from dataclasses import asdict
from typing import Any

import pandas as pd

from simulate.estimate import Estimate
from simulate.version import package_version

from .decomposition import Index, Together
from .drivers import Drivers

MEASURES = ("share", "first_order", "total_order")


def index_table(drivers: Drivers) -> pd.DataFrame:
    """Return the indices, one row an outcome, driver or correlated group, and measure.

    With standard error and 95% interval; a group's name is that of its members.
    """
    return pd.DataFrame(
        [
            {"outcome": e.outcome.name, "driver": name, "measure": measure, **asdict(estimate)}
            for e in drivers.explanations
            for name, of in [
                *((index.name, index) for index in e.indices),
                *((" + ".join(group.names), group) for group in e.together),
            ]
            for measure, estimate in _measures(of).items()
        ]
    )


def effect_table(drivers: Drivers) -> pd.DataFrame:
    """Return the outcomes by input: one row an outcome, input and part of the input's range.

    Parts are the tenths about the P10 and the P90, the change from the one to the other, and
    the tenths from the lowest (``d01``) to the highest (``d10``). Probabilities, or medians in
    billions of dollars, with standard error and 95% interval.
    """
    return pd.DataFrame(
        [
            {"outcome": e.outcome.name, "input": effect.key, "part": part, **asdict(estimate)}
            for e in drivers.explanations
            for effect in e.effects
            for part, estimate in {
                "p10": effect.at_p10,
                "p90": effect.at_p90,
                "change": effect.change,
                **{f"d{tenth:02}": at for tenth, at in enumerate(effect.deciles, start=1)},
            }.items()
        ]
    )


def summary(drivers: Drivers) -> dict[str, Any]:
    """Return the answer and all that made it, ready for JSON."""
    scenario = drivers.scenario
    return {
        "name": scenario.name,
        "version": package_version(),
        "asked": [e.outcome.name for e in drivers.explanations],
        "scenario": scenario.model_dump(mode="json"),
        "seed": scenario.sampling.seed,
        "paths": drivers.paths,
        "runs": drivers.runs,
        "kept_paths": drivers.kept_paths,
        "seconds": round(drivers.seconds, 3),
        "outcomes": {
            e.outcome.name: {
                "value": e.value.as_dict(),
                "drivers": {
                    i.name: {k: v.as_dict() for k, v in _measures(i).items()} for i in e.indices
                },
                "together": [
                    {"drivers": list(group.names)}
                    | {k: v.as_dict() for k, v in _measures(group).items()}
                    for group in e.together
                ],
                "inputs": {
                    effect.key: {
                        "p10": effect.p10,
                        "p90": effect.p90,
                        "at_p10": effect.at_p10.as_dict(),
                        "at_p90": effect.at_p90.as_dict(),
                        "change": effect.change.as_dict(),
                        "deciles": [at.as_dict() for at in effect.deciles],
                    }
                    for effect in e.effects
                },
            }
            for e in drivers.explanations
        },
    }


def _measures(of: Index | Together) -> dict[str, Estimate]:
    """Return those of the three measures that there are."""
    found = {measure: getattr(of, measure) for measure in MEASURES}
    return {measure: estimate for measure, estimate in found.items() if estimate is not None}
