"""The score of a figure that came true: the model's, beside those of simple forecasters."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from simulate.model.outcomes import NEVER_NEGATIVE, Amount, Unit
from simulate.model.rows import Metric
from simulate.scenario.scored import Scored

from .base_forecasts import PLAIN, Knowledge, base_forecasts
from .scores import crps, rank_of, width_of

Array = NDArray[np.float64]
# What the error of a forecast counts in.
Scale = Literal["logarithm", "share", "bn USD"]

MODEL = "model"
# Amounts that are told by their logarithm where all that is said of them is above zero.
BY_RATIO = frozenset({*NEVER_NEGATIVE, Metric.CASH})
LOW, MIDDLE, HIGH = 0.1, 0.5, 0.9


@dataclass(frozen=True)
class Forecast:
    """What a forecaster said of a figure, and how it scored.

    Attributes
    ----------
    low, median, high
        The 10th, 50th and 90th percentile, in the figure's unit.
    pit
        The share of its paths at or below what came true (the probability integral transform).
    crps
        The continuous ranked probability score, in the scale that errors count in.
    width
        Of its central 80%, in that scale.
    """

    low: float
    median: float
    high: float
    pit: float
    crps: float
    width: float


@dataclass(frozen=True)
class FigureScore:
    """A figure that came true, and what was said of it.

    Attributes
    ----------
    scored
        Which.
    came_true
        Its value.
    unit
        Of that.
    scale
        Logarithms of revenue, costs and cash that are above zero, points of shares, and other
        amounts as they are.
    forecasts
        By forecaster, the model's first; a simple one that lacks what it takes is missing.
    """

    scored: Scored
    came_true: float
    unit: Unit
    scale: Scale
    forecasts: Mapping[str, Forecast]

    @property
    def model(self) -> Forecast:
        """What the model said."""
        return self.forecasts[MODEL]

    def as_dict(self) -> dict[str, Any]:
        """Return it ready for JSON."""
        others = {n: asdict(forecast) for n, forecast in self.forecasts.items() if n != MODEL}
        return {
            "lab": self.scored.lab,
            "what": self.scored.name,
            "period": self.scored.period,
            "quarters_ahead": self.scored.quarters_ahead,
            "id": self.scored.id,
            "came_true": self.came_true,
            "unit": self.unit,
            "crps_of": self.scale,
            **asdict(self.model),
            "base_forecasters": others,
        }


def score_figure(
    scored: Scored,
    outcome: Amount,
    came_true: float,
    paths: Array,
    of: Knowledge | None,
    seed: int,
    plain: Array | None = None,
) -> FigureScore:
    """Score a figure.

    Parameters
    ----------
    scored, outcome
        Which, as figures and as the model name it.
    came_true
        Its value.
    paths
        What the model said, shape (paths,).
    of
        What simple forecasters know; without it they say nothing.
    seed
        Of their chance.
    plain
        What the model said without the sections that are laid over it, where some are.
    """
    others = {} if of is None else base_forecasts(of, scored, len(paths), seed)
    if plain is not None:
        others[PLAIN] = plain
    by_forecaster = {MODEL: paths, **others}
    scale = _scale(outcome, came_true, by_forecaster)
    forecasts = {name: _forecast(p, came_true, scale) for name, p in by_forecaster.items()}
    return FigureScore(scored, came_true, outcome.unit, scale, forecasts)


def in_scale(values: ArrayLike, scale: Scale) -> Array:
    """Return values in the scale that their errors count in."""
    return np.log(values) if scale == "logarithm" else np.asarray(values, float)


def _scale(outcome: Amount, came_true: float, by_forecaster: Mapping[str, Array]) -> Scale:
    if outcome.unit == "share":
        return "share"
    positive = came_true > 0.0 and all(np.all(paths > 0.0) for paths in by_forecaster.values())
    return "logarithm" if outcome.metric in BY_RATIO and positive else "bn USD"


def _forecast(paths: Array, came_true: float, scale: Scale) -> Forecast:
    low, median, high = (float(q) for q in np.quantile(paths, (LOW, MIDDLE, HIGH)))
    scaled = in_scale(paths, scale)
    return Forecast(
        low=low,
        median=median,
        high=high,
        pit=rank_of(paths, came_true),
        crps=float(crps(scaled, in_scale(came_true, scale))),
        width=width_of(scaled),
    )
