"""The range between alternatives in pictures."""

from collections.abc import Callable

import numpy as np
import pytest
from matplotlib.collections import PolyCollection
from matplotlib.figure import Figure

from simulate.engine.result import Result
from simulate.engine.run import run
from simulate.plots.dates import plot_cash_flow_date, plot_margin_date
from simulate.scenario import Scenario
from tests.drawn import faults
from tests.scenarios import changed

ALTERNATIVES = [
    {"name": "steady", "title": "growth goes on"},
    {"name": "slump", "title": "growth slumps", "segments.api.growth.initial": 0.1},
    {"name": "war", "title": "prices fall as fast as cost", "by": {"inference.price_erosion": 0.3}},
]


def band_of(figure: Figure) -> PolyCollection | None:
    found = [c for axes in figure.axes for c in axes.collections if isinstance(c, PolyCollection)]
    return found[0] if found else None


@pytest.mark.parametrize("plot", [plot_margin_date, plot_cash_flow_date])
def test_dates_show_the_range_as_a_band_with_the_finding_on_top(
    plot: Callable[[Result], Figure], anthropic: Scenario
) -> None:
    result = run(changed(anthropic, {"alternatives": ALTERNATIVES}), paths=4096)
    figure = plot(result)
    shown = faults(figure)
    assert not shown.outside
    assert not shown.overlapping
    text = " ".join(shown.texts)
    assert "about" in text
    assert " if " in text
    band = band_of(figure)
    assert band is not None
    main = (
        "gross margin, paying users"
        if plot is plot_margin_date
        else ("free cash flow positive, four quarters in a row")
    )
    ends = [result.probability_by(main, 39, name).value for name in result.alternatives]
    vertices = np.asarray(band.get_paths()[0].vertices)
    last = vertices[vertices[:, 0] == 40.0, 1]
    assert last.min() == pytest.approx(min(ends))
    assert last.max() == pytest.approx(max(ends))


def test_without_alternatives_there_is_no_band(anthropic: Scenario) -> None:
    assert band_of(plot_margin_date(run(anthropic, paths=1024))) is None
