"""Estimate and error against the number of paths, Sobol' and pseudo-random side by side."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, NullLocator

from simulate.analysis.converge import SAMPLERS, Convergence
from simulate.text.converge import finding
from simulate.text.numbers import unit_of

from .frame import frame, in_unit, made_by
from .style import LIGHT, Theme

MOST_TICKS = 5
NAMES = {"sobol": "scrambled Sobol' points", "pseudo": "pseudo-random paths"}


def plot_convergence(
    convergence: Convergence, *, axes: Axes | None = None, theme: Theme = LIGHT
) -> Figure:
    """Draw both samplers' estimates with 95% intervals, and their standard errors."""
    paths = np.array(convergence.paths)
    unit = unit_of(convergence.unit)
    colors = {"sobol": theme.blue, "pseudo": theme.orange}
    with frame(axes, theme, heights=(1, 1)) as picture:
        (top,), (bottom,) = picture.panels
        for sampler, shift in zip(SAMPLERS, (0.97, 1.03), strict=True):
            estimates, color = convergence.estimates[sampler], colors[sampler]
            value = np.array([e.value for e in estimates])
            reach = np.array([e.high - e.value for e in estimates])
            error = np.array([e.standard_error for e in estimates])
            top.errorbar(
                paths * shift,
                value,
                reach,
                fmt="o",
                color=color,
                markersize=5,
                capsize=3,
                label=NAMES[sampler],
            )
            bottom.loglog(paths, error, "o-", color=color, markersize=5)
        first = convergence.estimates["pseudo"][0].standard_error
        root = first * np.sqrt(paths[0] / paths)
        bottom.loglog(paths, root, "--", color=theme.muted, linewidth=1.0)
        bottom.text(paths[-1], root[-1] * 1.3, "1/√n", color=theme.muted)
        top.set_xscale("log")
        top.sharex(bottom)
        shown = paths[:: -(-len(paths) // MOST_TICKS)]
        bottom.set_xticks(shown, [f"{count:,}" for count in shown])
        bottom.yaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
        bottom.yaxis.set_major_formatter(lambda value, _: unit.significant(value, 3))
        for axis in (bottom.xaxis, bottom.yaxis):
            axis.set_minor_locator(NullLocator())
        top.tick_params(labelbottom=False)
        top.set_ylabel(in_unit(top.yaxis, unit, "estimate,\n95% interval"))
        bottom.set_ylabel(unit.label("standard error"))
        bottom.set_xlabel("paths")
        top.legend(loc="lower left", bbox_to_anchor=(0.0, 1.0), ncols=2, borderaxespad=0.2)
        return picture.tell(
            finding(convergence),
            f"{convergence.scenario.name}: estimate and error by the number of paths",
            made_by(f"Seed {convergence.scenario.sampling.seed}."),
        )
