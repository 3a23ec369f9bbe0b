"""Scores of a hindcast as tests need them."""

from simulate.analysis.figure_scores import FigureScore, Forecast
from simulate.analysis.hindcast import Hindcast, Vintage
from tests.figures import scored
from tests.january import of_january


def of_scores(*scores: FigureScore) -> Hindcast:
    """Return a hindcast of scores, each of a vintage of its own."""
    scenario = of_january("anthropic")
    vintages = tuple(Vintage(s.scored.lab, 8103, scenario, (s,), 0.5) for s in scores)
    return Hindcast(vintages, {}, 1000, 0.5, 0.5)


def score_of(lab: str, own: Forecast, **others: Forecast) -> FigureScore:
    """Return the score of a lab's revenue, in which names of forecasters have no spaces."""
    forecasts = {name.replace("_", " "): forecast for name, forecast in others.items()}
    what = scored("revenue", "2026Q1", lab=lab)
    return FigureScore(what, 1.0, "bn USD", "logarithm", {"model": own, **forecasts})


def forecast(crps: float, width: float = 1.0, pit: float = 0.5) -> Forecast:
    """Return what somebody said of a figure."""
    return Forecast(low=0.5, median=1.0, high=2.0, pit=pit, crps=crps, width=width)
