"""A window that shows one picture after another; here on a canvas without a screen."""

import matplotlib.pyplot as plt
import pytest

from simulate.analysis.watch import Watch
from simulate.commands.watch_loop import _looks
from simulate.plots import window as module
from simulate.plots.watch import plot_watch
from simulate.plots.window import Window
from simulate.scenario import Scenario


def test_a_window_shows_one_picture_at_a_time_until_it_is_closed(
    anthropic: Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "TOOLKITS", ("none of these", "agg"))
    window = Window("simulate watch")
    answer = Watch(paths=4096).answer(anthropic)
    for _ in range(2):
        window.draw(plot_watch, answer)
        (figure,) = (plt.figure(number) for number in plt.get_fignums())
        assert len(figure.axes) == 2
    looks = _looks(window)
    next(looks)
    plt.close("all")
    assert not window.is_open
    assert list(looks) == []


def test_without_a_toolkit_there_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "TOOLKITS", ("none of these",))
    with pytest.raises(RuntimeError, match="no window can be opened"):
        Window("simulate watch")
