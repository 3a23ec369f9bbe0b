"""What knowing each input before a decision is worth."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from simulate.analysis.decide import Weighed
from simulate.text.compare import common_sentence
from simulate.text.decide import finding, payoff, rule

from .frame import frame, made_by
from .style import LIGHT, SMALL, Theme

# In inches.
WIDTH, AROUND, ROW = 8.0, 2.0, 0.7
THICKNESS = 0.3
# Of a row, from the bar's middle up to its label.
ABOVE = 0.22


def plot_decision(weighed: Weighed, *, axes: Axes | None = None, theme: Theme = LIGHT) -> Figure:
    """Draw the worth of each telling input with 95% intervals, below that of knowing everything."""
    shown = weighed.most_telling
    worths = [weighed.everything, *(known.worth for _, known in shown)]
    labels = ["everything", *(f"{key}: {rule(weighed, key)}" for key, _ in shown)]
    rows = np.arange(len(worths))
    with frame(axes, theme, (WIDTH, AROUND + ROW * rows.size)) as picture:
        panel = picture.axes
        panel.barh(
            rows,
            [worth.value for worth in worths],
            THICKNESS,
            xerr=[worth.high - worth.value for worth in worths],
            color=[theme.orange, *[theme.blue] * len(shown)],
            error_kw={"ecolor": theme.ink, "elinewidth": 0.9},
        )
        across = panel.get_yaxis_transform()
        for row, label in enumerate(labels):
            panel.text(0.0, row - ABOVE, label, va="bottom", fontsize=SMALL, transform=across)
        panel.set_yticks([])
        panel.set_ylim(rows.size - 0.6, -0.7)
        panel.set_xlim(0.0, panel.get_xlim()[1] if weighed.everything.value > 0.0 else 1.0)
        panel.set_xlabel("worth of knowing it before deciding, bn USD")
        return picture.tell(
            finding(weighed),
            f"{weighed.decision.title}: {payoff(weighed.decision)}",
            made_by(common_sentence(weighed.common)),
        )
