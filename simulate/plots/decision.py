"""What knowing each input before a decision is worth."""

import numpy as np
from matplotlib.figure import Figure

from simulate.analysis.decision import Weighed, payoff_words

from .style import BLUE, INK, ORANGE, SIZE, picture, sign, tell

MOST_SHOWN = 12
# For the label beside the longest bar.
ROOM = 1.15


def plot_decision(weighed: Weighed) -> Figure:
    """Draw the worth of each telling input with 95% intervals, below that of knowing everything."""
    shown = list(weighed.telling.items())[:MOST_SHOWN]
    worths = [weighed.everything, *(known.worth for _, known in shown)]
    labels = ["everything", *(f"{key}: {weighed.rule(key)}" for key, _ in shown)]
    rows = np.arange(len(worths))
    value = np.array([worth.value for worth in worths])
    reach = np.array([worth.high - worth.value for worth in worths])
    with picture((SIZE[0], 2.2 + 0.42 * len(worths))) as figure:
        axes = figure.add_subplot()
        axes.barh(
            rows,
            value,
            0.7,
            xerr=reach,
            color=[ORANGE, *[BLUE] * len(shown)],
            error_kw={"ecolor": INK, "elinewidth": 0.9},
        )
        for row, (end, label) in enumerate(zip(value + reach, labels, strict=True)):
            axes.text(float(end), row, f"  {label}", va="center")
        axes.set_yticks([])
        axes.invert_yaxis()
        axes.set_xlim(0.0, ROOM * float((value + reach).max()) or 1.0)
        axes.set_xlabel("worth of knowing it before deciding, bn USD")
        tell(axes, weighed.finding, f"{weighed.decision.title}: {payoff_words(weighed.decision)}")
        sign(figure, weighed.luck.words)
    return figure
