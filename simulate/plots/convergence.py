"""Estimate and error against the number of paths, Sobol' and pseudo-random side by side."""

import numpy as np
from matplotlib.figure import Figure

from simulate.analysis.convergence import SAMPLERS, Convergence

from .style import BLUE, MUTED, ORANGE, picture, sign, tell

NAMES = {"sobol": "scrambled Sobol' points", "pseudo": "pseudo-random paths"}
COLORS = {"sobol": BLUE, "pseudo": ORANGE}


def plot_convergence(convergence: Convergence) -> Figure:
    """Draw both samplers' estimates with 95% intervals, and their standard errors."""
    paths = np.array(convergence.paths)
    with picture() as figure:
        top, bottom = figure.subplots(2, 1, sharex=True)
        for sampler, shift in zip(SAMPLERS, (0.97, 1.03), strict=True):
            estimates, color = convergence.estimates[sampler], COLORS[sampler]
            value = np.array([e.value for e in estimates])
            reach = np.array([e.high - e.value for e in estimates])
            error = np.array([e.standard_error for e in estimates])
            top.errorbar(
                paths * shift,
                value,
                reach,
                fmt="o",
                color=color,
                markersize=4,
                capsize=3,
                label=NAMES[sampler],
            )
            bottom.loglog(paths, error, "o-", color=color, markersize=4)
        first = convergence.estimates["pseudo"][0].standard_error
        bottom.loglog(paths, first * np.sqrt(paths[0] / paths), "--", color=MUTED, linewidth=1.0)
        bottom.text(paths[-1], first * np.sqrt(paths[0] / paths[-1]) * 1.3, "1/√n", color=MUTED)
        top.yaxis.set_major_formatter(lambda value, _: f"{value:.1%}")
        top.set_ylabel("estimate, 95% interval")
        bottom.set_ylabel("standard error")
        bottom.set_xlabel("paths")
        top.legend(frameon=False, fontsize=9)
        tell(
            top,
            f"Sobol' points spare a factor of {convergence.gain:.0f} in paths",
            f"{convergence.scenario.name}: {convergence.question}",
        )
        sign(figure, f"Seed {convergence.scenario.sampling.seed}.")
    return figure
