"""What was forecast at each quarter's end, and what came true."""

from collections.abc import Mapping, Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from simulate.analysis.figure_scores import FigureScore
from simulate.analysis.hindcast import Hindcast
from simulate.scenario.scored import REVENUE
from simulate.text.hindcast import finding, inside

from .frame import frame, in_logarithms, in_percent, made_by
from .style import LIGHT, SMALL, Theme, width_of

# In inches.
WIDTH, AROUND, ROW = 8.0, 1.7, 2.6
# Points that a period takes below an axis.
PERIOD = 44.0
MARKERS = "osD^v<>pXP"
OFF = 0.13
LEAST_PERIODS = 4


def plot_forecasts(found: Hindcast, *, axes: Axes | None = None, theme: Theme = LIGHT) -> Figure:
    """Draw the central 80% of what was forecast of revenue, and what came true, by lab."""
    size = (WIDTH, AROUND + ROW * len(found.labs))
    with frame(axes, theme, size, heights=(1,) * len(found.labs)) as picture:
        for (panel,), lab in zip(picture.panels, found.labs, strict=True):
            _draw_lab(panel, lab, _shown([s for s in found.scores if s.scored.lab == lab]), theme)
        return picture.tell(
            finding(found),
            "P10 to P90 and median of each quarter or year, dark as forecast last, pale earlier; "
            "a bar where it came true",
            made_by(f"{found.paths:,} joint paths of each vintage"),
        )


def plot_ranks(found: Hindcast, *, axes: Axes | None = None, theme: Theme = LIGHT) -> Figure:
    """Draw at which share of the model's paths each figure of a next quarter came true."""
    scores = found.next_quarter
    with frame(axes, theme) as picture:
        panel = picture.axes
        panel.axhspan(0.1, 0.9, color=theme.pale, alpha=0.4, linewidth=0.0)
        panel.axhline(0.5, color=theme.muted, linewidth=0.8)
        places = _places(scores)
        for order, lab in enumerate(found.labs):
            of_lab = [score for score in scores if score.scored.lab == lab]
            _draw_ranks(panel, lab, order, of_lab, places, theme)
        _label(panel, list(places))
        panel.set_ylim(0.0, 1.0)
        in_percent(panel.yaxis)
        panel.set_ylabel("paths at or below it")
        if scores:
            panel.legend(loc="lower left", bbox_to_anchor=(0.0, 1.0), ncols=max(1, len(found.labs)))
        return picture.tell(
            f"{inside(scores)} of {len(scores)} figures of a next quarter came true inside the "
            "central 80%",
            "Where each came true among the model's paths, by quarter; of a right model any height "
            "is as likely as another",
            made_by(f"{found.paths:,} joint paths of each vintage"),
        )


def _draw_ranks(
    axes: Axes,
    lab: str,
    order: int,
    scores: Sequence[FigureScore],
    places: Mapping[str, int],
    theme: Theme,
) -> None:
    """Draw a lab's figures, and name those that are not revenue."""
    points = [(places[s.scored.period] + OFF * order, s.model.pit) for s in scores]
    axes.plot(
        [x for x, _ in points],
        [y for _, y in points],
        MARKERS[order % len(MARKERS)],
        color=theme.blue if order % 2 == 0 else theme.orange,
        label=lab,
        clip_on=False,
        zorder=3,
    )
    for score, point in zip(scores, points, strict=True):
        if score.scored.name != REVENUE:
            axes.annotate(
                score.scored.quantity,
                point,
                (7, 0),
                textcoords="offset points",
                va="center",
                fontsize=SMALL,
                color=theme.muted,
            )


def _shown(scores: Sequence[FigureScore]) -> list[FigureScore]:
    """Return a lab's forecasts of revenue or, without any, of what comes first, by period."""
    quantities = [score.scored.name for score in scores]
    name = REVENUE if REVENUE in quantities else quantities[0]
    of_it = [score for score in scores if score.scored.name == name]
    return sorted(of_it, key=lambda s: (s.scored.period, -s.scored.quarters_ahead))


def _draw_lab(axes: Axes, lab: str, scores: Sequence[FigureScore], theme: Theme) -> None:
    places = _places(scores)
    for period, place in places.items():
        of_period = [score for score in scores if score.scored.period == period]
        for order, score in enumerate(of_period):
            x = place + OFF * (2 * order - len(of_period) + 1)
            nearest = score is of_period[-1]
            color = theme.blue if nearest else theme.light_blue
            axes.vlines(x, score.model.low, score.model.high, color=color, linewidth=5.0)
            axes.plot(x, score.model.median, "o", color=theme.paper, markersize=3.5, zorder=3)
        came_true = of_period[-1].came_true
        axes.hlines(came_true, place - 0.36, place + 0.36, color=theme.orange, linewidth=2.0)
    first = scores[0]
    if all(score.scale == "logarithm" for score in scores):
        in_logarithms(axes)
        axes.yaxis.set_major_formatter(lambda value, _: f"{value:g}")
    if first.unit == "share":
        in_percent(axes.yaxis)
    unit = "" if first.unit == "share" else f", {first.unit}"
    axes.set_ylabel(f"{lab}\n{first.scored.name}{unit}", fontsize=SMALL)
    _label(axes, list(places))


def _places(scores: Sequence[FigureScore]) -> dict[str, int]:
    periods = sorted({score.scored.period for score in scores})
    return {period: place for place, period in enumerate(periods)}


def _label(axes: Axes, periods: Sequence[str]) -> None:
    """Mark periods, as many as have room."""
    step = -(-len(periods) // max(1, int(width_of(axes) / PERIOD)))
    shown = range(0, len(periods), max(1, step))
    axes.set_xticks(list(shown), [periods[place] for place in shown])
    axes.tick_params(axis="x", length=0)
    around = max(0.6, 0.5 * (LEAST_PERIODS - len(periods)))
    axes.set_xlim(-around, max(len(periods), 1) - 1.0 + around)
