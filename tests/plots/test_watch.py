"""The picture of a save: now in blue, before in grey, both as they were counted."""

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.colors import to_hex
from matplotlib.patches import StepPatch

from simulate.analysis.watch import Answer, Watch
from simulate.model.outcomes import projected_time
from simulate.model.rows import Hit
from simulate.plots.style import LIGHT
from simulate.plots.watch import plot_watch
from simulate.scenario import Scenario
from tests.scenarios import changed

PATHS = 4096


def steps(axes: Axes, color: str) -> np.ndarray:
    """Return the heights of the filled steps of a colour."""
    (found,) = (
        patch
        for patch in axes.patches
        if isinstance(patch, StepPatch) and patch.fill and to_hex(patch.get_facecolor()) == color
    )
    return found.get_data()[0]


@pytest.fixture(scope="module")
def saved(anthropic: Scenario) -> tuple[Answer, Answer]:
    watch = Watch(paths=PATHS)
    costlier = changed(anthropic, {"inference.base_overrun": 0.5})
    return watch.answer(anthropic), watch.answer(costlier)


def test_each_histogram_is_what_was_counted(saved: tuple[Answer, Answer]) -> None:
    before, after = (answer.results[0] for answer in saved)
    times = (projected_time(after.scenario), Hit.CASH_FLOW_HELD)
    for axes, time in zip(plot_watch(saved[1]).axes, times, strict=True):
        for result, color in ((before, LIGHT.pale), (after, LIGHT.blue)):
            counts = result.hits(time).sum(axis=0)[:-1]
            assert np.array_equal(np.rint(steps(axes, color) * PATHS), counts)
        tallest = max(steps(axes, color).max() for color in (LIGHT.pale, LIGHT.blue))
        assert axes.get_ylim()[1] > tallest


def step_patches(axes: Axes) -> list[StepPatch]:
    return [patch for patch in axes.patches if isinstance(patch, StepPatch)]


def test_nothing_is_grey_before_a_save(saved: tuple[Answer, Answer]) -> None:
    figure = plot_watch(saved[0])
    assert [len(step_patches(axes)) for axes in figure.axes] == [1, 1]
    assert "grey" not in " ".join(text.get_text() for text in figure.texts)
    assert "grey" in " ".join(text.get_text() for text in plot_watch(saved[1]).texts)


def test_the_title_is_the_move(saved: tuple[Answer, Answer]) -> None:
    assert str(plot_watch(saved[1]).get_label()).startswith("P(margin 70% by 2027) ")


def test_what_lies_outside_of_the_new_horizon_is_left_out(anthropic: Scenario) -> None:
    watch = Watch(paths=PATHS)
    before = watch.answer(anthropic).results[0]
    answer = watch.answer(changed(anthropic, {"horizon.last_quarter": "2029Q4"}))
    quarters = answer.results[0].scenario.horizon.quarters
    counts = before.hits(projected_time(anthropic)).sum(axis=0)[:quarters]
    grey = steps(plot_watch(answer).axes[0], LIGHT.pale)
    assert np.array_equal(np.rint(grey * PATHS), counts)


def test_several_scenarios_have_a_column_each_on_one_scale(
    anthropic: Scenario, openai: Scenario
) -> None:
    figure = plot_watch(Watch(paths=PATHS).answer(anthropic, openai))
    assert len(figure.axes) == 4
    for row in (figure.axes[:2], figure.axes[2:]):
        assert row[0].get_ylim() == row[1].get_ylim()
        assert [axes.get_title(loc="left")[:2] for axes in row] == ["A:", "B:"]
