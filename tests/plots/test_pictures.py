"""The contract of all pictures."""

import hashlib
import os
import pickle
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from functools import cache, partial
from pathlib import Path

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.transforms import Bbox

import simulate
from simulate.analysis.backtest import backtest
from simulate.analysis.converge import converge
from simulate.analysis.discover import discover
from simulate.analysis.goal import map_goal, seek_goal
from simulate.analysis.stress import stress
from simulate.analysis.sweep import sweep
from simulate.analysis.typical_paths import example_paths
from simulate.analysis.update import update
from simulate.analysis.watch import Watch
from simulate.engine.result import Result
from simulate.engine.run import run
from simulate.model.goal import parse_target
from simulate.model.observation import read_observations
from simulate.model.outcomes import projected_event
from simulate.plots import COMPUTE_PICTURES, OWN_PICTURES, PICTURES, RAISING_PICTURES
from simulate.plots.backtest import plot_backtest
from simulate.plots.compare import plot_comparison
from simulate.plots.converge import plot_convergence
from simulate.plots.decide import plot_decision
from simulate.plots.discover import plot_discovery
from simulate.plots.drivers import plot_drivers, plot_drivers_of
from simulate.plots.effects import plot_tenths, plot_tornado, plot_tornado_of
from simulate.plots.fit import plot_fit
from simulate.plots.goal import plot_goal
from simulate.plots.hindcast import plot_forecasts, plot_ranks
from simulate.plots.stress import plot_stresses
from simulate.plots.style import DARK, LIGHT, THEMES, Theme, printed, save_picture
from simulate.plots.sweep import plot_sweep
from simulate.plots.update import plot_update
from simulate.plots.watch import plot_watch
from simulate.scenario import Scenario
from simulate.scenario.setting import find_setting, parse_variation
from tests.additions import with_additions
from tests.capital import with_capital
from tests.contracts import CONTRACTS
from tests.drawn import faults
from tests.january import of_january
from tests.plots.test_golden_pictures import of_three
from tests.scenarios import changed

PATHS, FEW = 4096, 1024
LONG = "A scenario whose name tells every assumption in words, one after another, " * 4
GAIN, OVERRUN = "inference.efficiency_gain", "inference.overrun"
OTHERS = ("comparison", "convergence", "fit", "watch")
ANALYSES = (
    "drivers",
    "drivers of one",
    "tornado",
    "tornado of one",
    "tenths",
    "stress",
    "sweep",
    "sweep of two",
    "sweep of three",
    "goal",
    "goal over two",
    "decision",
    "discovery",
    "discovery without a rule",
    "update",
    "backtest",
    "forecasts",
    "ranks",
)
Draw = Callable[..., Figure]


@pytest.fixture(scope="module")
def result(anthropic: Scenario) -> Result:
    return run(anthropic, paths=PATHS)


@pytest.fixture(scope="module")
def draw(anthropic: Scenario, result: Result) -> Draw:
    """Draw a picture by name, with axes and theme."""
    planned = run(changed(anthropic, {"inference.base_overrun": 0.0}), paths=PATHS)
    values = np.random.default_rng(1).lognormal(size=500)
    watch = Watch(paths=PATHS)
    watch.answer(anthropic)
    saved = watch.answer(planned.scenario)
    pictures: dict[str, Draw] = {
        "comparison": partial(plot_comparison, result, planned),
        "convergence": partial(plot_convergence, converge(anthropic, paths=PATHS)),
        "watch": partial(plot_watch, saved),
        "fit": partial(
            plot_fit, simulate.fit(values, resamples=0), values, "prices.csv: price", "USD"
        ),
    }
    pictures |= {name: partial(plot, result) for name, plot in PICTURES.items()}
    added = run(with_additions(anthropic), paths=PATHS)
    pictures |= {name: partial(plot, added) for name, plot in OWN_PICTURES.items()}
    signed = run(changed(anthropic, CONTRACTS), paths=PATHS)
    pictures |= {name: partial(plot, signed) for name, plot in COMPUTE_PICTURES.items()}
    raising = run(with_capital(anthropic), paths=PATHS)
    pictures |= {name: partial(plot, raising) for name, plot in RAISING_PICTURES.items()}
    pictures |= pictures_of_analyses(anthropic)

    def one(name: str, axes: Axes | None = None, theme: Theme = LIGHT) -> Figure:
        return pictures[name](axes=axes, theme=theme)

    return one


def pictures_of_analyses(scenario: Scenario) -> dict[str, Draw]:
    """Return the pictures of analyses, by name, each to be drawn with axes and theme."""
    drivers = simulate.drivers(scenario, paths=FEW)
    shock = {"dearer": changed(scenario, {"inference.base_overrun": 0.5})}
    stresses = stress(scenario, shock, {"dearer": "inference at half more"}, paths=FEW)
    gain, overrun = (
        parse_variation(scenario, f"{key}={values}")
        for key, values in ((GAIN, "-0.4:+0.4:3"), (OVERRUN, "-0.1:+0.1:3"))
    )
    wanted = parse_target("P(gross margin by 2027) >= 0.4", scenario)
    event = projected_event(scenario)
    discovery = discover(scenario, event, paths=PATHS)
    bare = replace(discovery, limits=())
    examples = example_paths(discovery.outcomes, event, discovery.scenario)
    texts = ("revenue 2026Q1 = 3.0 bn ± 20%", "gross margin 2026 = 50% ± 5%")
    seen = read_observations(texts, None, scenario)
    settings = (find_setting(scenario, GAIN, "by"), find_setting(scenario, OVERRUN, "by"))
    looked_back = simulate.hindcast([scenario], paths=FEW)
    bought = of_january("anthropic-tpu")
    return {
        "drivers": partial(plot_drivers, drivers),
        "tornado": partial(plot_tornado, drivers),
        "tenths": partial(plot_tenths, drivers),
        "drivers of one": partial(plot_drivers_of, drivers, drivers.explanations[-1]),
        "tornado of one": partial(plot_tornado_of, drivers, drivers.explanations[-1]),
        "stress": partial(plot_stresses, stresses),
        "sweep": partial(plot_sweep, sweep(scenario, [gain], paths=FEW)),
        "sweep of two": partial(plot_sweep, sweep(scenario, [gain, overrun], paths=FEW)),
        "sweep of three": partial(plot_sweep, of_three(scenario)),
        "goal": partial(plot_goal, seek_goal(wanted, settings[0], paths=FEW)),
        "goal over two": partial(plot_goal, map_goal(wanted, settings, paths=FEW)),
        "decision": partial(plot_decision, simulate.decide(bought, paths=PATHS)),
        "discovery": partial(plot_discovery, discovery, *examples),
        "discovery without a rule": partial(plot_discovery, bare, *examples),
        "update": partial(plot_update, update(scenario, seen, paths=PATHS)),
        "backtest": partial(plot_backtest, backtest(scenario, seen, paths=PATHS)),
        "forecasts": partial(plot_forecasts, looked_back),
        "ranks": partial(plot_ranks, looked_back),
    }


@pytest.fixture(scope="module")
def own(draw: Draw) -> Draw:
    """Return a picture's own figure by name and theme, drawn once."""

    @cache
    def figure(name: str, theme: Theme) -> Figure:
        return draw(name, theme=theme)

    return figure


@pytest.fixture(scope="module")
def svg(own: Draw) -> Callable[..., str]:
    """Return what is in a picture's file, by name and theme, written once."""

    @cache
    def content(name: str, theme: Theme) -> str:
        return printed(own(name, theme), ".svg").decode()

    return content


every_picture = pytest.mark.parametrize(
    "name",
    [*PICTURES, *OWN_PICTURES, *COMPUTE_PICTURES, *RAISING_PICTURES, *OTHERS, *ANALYSES],
)


@every_picture
def test_a_picture_of_its_own_has_its_finding_as_title_and_label(name: str, own: Draw) -> None:
    figure = own(name, LIGHT)
    title = max(figure.texts, key=lambda text: text.get_fontsize()).get_text()
    assert title.replace("\n", " ") == figure.get_label() != ""


@every_picture
@pytest.mark.parametrize("theme", THEMES.values(), ids=THEMES)
def test_a_picture_wears_its_theme(
    name: str, theme: Theme, own: Draw, svg: Callable[..., str]
) -> None:
    figure, other = own(name, theme), (DARK if theme is LIGHT else LIGHT)
    assert to_hex(figure.get_facecolor()) == theme.paper
    colors = set(re.findall("#[0-9a-f]{6}", svg(name, theme)))
    assert {theme.ink, theme.muted, theme.paper} <= colors
    assert not colors & ({*vars(other).values(), "#000000", "#ffffff"} - {*vars(theme).values()})


@every_picture
def test_given_axes_a_picture_stays_in_their_place(name: str, draw: Draw, own: Draw) -> None:
    width, height = own(name, LIGHT).get_size_inches()
    figure = Figure(figsize=(2.0 * width, 2.2 * height), layout="constrained")
    (left, place), (below, right) = figure.subplots(2, 2)
    assert draw(name, axes=place) is figure
    shown = faults(figure)
    assert shown.outside == shown.overlapping == []
    finding = own(name, LIGHT).get_label()
    assert finding in [text.replace("\n", " ") for text in shown.texts]
    others = (left, below, right)
    for axes in set(figure.axes) - set(others):
        box = axes.get_window_extent()
        assert not any(Bbox.intersection(box, other.get_tightbbox()) for other in others), axes
    assert not figure.texts
    for axes in others:
        assert not axes.has_data() and axes.axison


@pytest.mark.parametrize("name", ["margin_date", "fans", "cash_bridge"])
def test_several_panels_need_axes_of_a_grid(name: str, draw: Draw) -> None:
    with pytest.raises(ValueError, match=r"made by subplots\(\)"):
        draw(name, axes=Figure().add_axes((0.1, 0.1, 0.8, 0.8)))


# The others are drawn by another process, too.
@pytest.mark.parametrize(
    "name", [*OWN_PICTURES, *COMPUTE_PICTURES, *RAISING_PICTURES, *OTHERS, *ANALYSES]
)
def test_the_same_result_gives_the_same_svg(name: str, draw: Draw, svg: Callable[..., str]) -> None:
    assert printed(draw(name), ".svg").decode() == svg(name, LIGHT)


@pytest.mark.parametrize("kind", [".png", ".pdf"])
def test_the_same_result_gives_the_same_file(kind: str, draw: Draw, tmp_path: Path) -> None:
    for file in ("first", "second"):
        save_picture(draw("fans"), tmp_path / f"{file}{kind}")
    assert (tmp_path / f"first{kind}").read_bytes() == (tmp_path / f"second{kind}").read_bytes()


DIGESTS = """
import hashlib, pickle, sys
from pathlib import Path
from simulate.plots import PICTURES
from simulate.plots.style import save_picture
result = pickle.loads(Path(sys.argv[1]).read_bytes())
for name, plot in PICTURES.items():
    file = Path(sys.argv[1]).with_suffix(".svg")
    save_picture(plot(result), file)
    print(name, hashlib.sha256(file.read_bytes()).hexdigest())
"""


def test_another_process_gives_the_same_file(
    result: Result, svg: Callable[..., str], tmp_path: Path
) -> None:
    file = tmp_path / "result.pickle"
    file.write_bytes(pickle.dumps(result))
    environment = os.environ | {"PYTHONHASHSEED": "12345"}
    command = [sys.executable, "-c", DIGESTS, str(file)]
    printed = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    theirs = dict(line.split() for line in printed.stdout.splitlines())
    assert theirs == {
        name: hashlib.sha256(svg(name, LIGHT).encode()).hexdigest() for name in PICTURES
    }


def test_an_svg_says_its_finding_to_those_who_cannot_see_it(
    own: Draw, svg: Callable[..., str]
) -> None:
    assert f"<title>{own('margin_date', LIGHT).get_label()}</title>" in svg("margin_date", LIGHT)


HOSTILE = {
    "a long name and source, a target of many digits": {
        "name": LONG,
        "targets.source": LONG,
        "targets.gross_margin": 0.7333,
    },
    "a name of one word, no projected year, hardly any cost, a target that every path reaches": {
        "name": "Unbreakable" * 30,
        "targets.projected_year": None,
        "targets.gross_margin": 0.01,
        "other_costs": {"fixed": 0.0, "fixed_growth": 0.0, "variable": 0.0, "stock_pay": 0.0}
        | {"scale_elasticity": 1.0},
        "base_year.training": 0.0,
        "base_year.training_run_rate": 0.0,
        "training.floor": 0.0,
    },
    "signs that a typesetter would read, one year": {
        "name": r"From $1 to $2, \frac{a}{b}, 100% & <b>_x^2",
        "horizon.last_quarter": "2026Q4",
    },
    "twenty years, more money than there is, a target that no path reaches in the last of them": {
        "horizon.last_quarter": "2045Q4",
        "base_year.revenue": 9e2,
        "base_year.monthly_revenue": 1.4e2,
        "base_year.training": 9e2,
        "base_year.training_run_rate": 9.5e2,
        "segments.api.market": 2e4,
        "targets.gross_margin": 0.99,
        "targets.projected_year": 2045,
    },
    "only negative cash flow, a projection beyond the horizon": {
        "other_costs.fixed": 500.0,
        "targets.projected_year": 2045,
    },
}


@pytest.mark.parametrize("change", HOSTILE.values(), ids=HOSTILE)
def test_no_text_leaves_the_picture_or_covers_another(
    change: dict, anthropic: Scenario, result: Result
) -> None:
    hostile = run(changed(anthropic, change), paths=PATHS)
    pictures = {name: plot(hostile) for name, plot in PICTURES.items()}
    pictures["comparison"] = plot_comparison(hostile, result)
    for name, figure in pictures.items():
        found = faults(figure)
        assert found.outside == found.overlapping == [], name


@every_picture
def test_no_text_of_the_dark_theme_leaves_the_picture(name: str, own: Draw) -> None:
    found = faults(own(name, DARK))
    assert found.outside == found.overlapping == []
