"""Compute that is committed against compute that is used."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from simulate.engine.result import Result
from simulate.model.catalogue import own_metrics
from simulate.text.compute import compute_finding

from .fan import ROOM, draw_fan, explain_fan, quantiles_of
from .frame import frame, in_money, label_years, made_of
from .style import LIGHT, Theme

HATCH = "////"
# In bn USD: quantiles of nothing lie within a tally's first bin.
LEAST_USE = 0.01


def plot_compute(result: Result, *, axes: Axes | None = None, theme: Theme = LIGHT) -> Figure:
    """Draw commitments for compute against its use, with what a low use leaves of them hatched."""
    horizon = result.scenario.horizon
    use, committed = (
        quantiles_of(result, metric)
        for metric in own_metrics(result.scenario)
        if metric.title in ("compute in use", "committed compute")
    )
    with frame(axes, theme) as picture:
        # A quarter's sum over four is known at its end.
        place, signed = np.arange(1, horizon.quarters + 1), committed["p50"]
        draw_fan(picture.axes, place, use, theme)
        picture.axes.plot(place, signed, color=theme.orange, linewidth=2.4, label="committed")
        picture.axes.fill_between(
            place,
            np.minimum(use["p25"], signed),
            signed,
            # A lab that has failed uses nothing, and owes nothing.
            where=use["p25"] > LEAST_USE,
            facecolor="none",
            edgecolor=theme.orange,
            hatch=HATCH,
            linewidth=0.0,
            label="unused at P25 of use",
        )
        top = max(use["p75"].max(), signed.max())
        picture.axes.set_ylim(0.0, (1.0 + ROOM) * top)
        picture.axes.set_xlim(0.0, horizon.quarters)
        label_years(picture.axes, horizon, theme)
        unit = in_money(picture.axes.yaxis)
        explain_fan(picture.axes, f"compute of four quarters, {unit}")
        cut = "; cut above P75" if use["p95"].max() > top else ""
        fails = "" if result.scenario.raising is None else "; what failed before uses nothing"
        detail = f"{result.scenario.name}: compute in use, and what is committed of it{fails}{cut}"
        return picture.tell(compute_finding(result), detail, made_of(result))
