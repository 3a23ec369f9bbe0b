"""The gallery of a scenario: what its panels show is what the scenario says, and it is legible."""

import itertools
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.text import Text
from numpy.typing import NDArray
from scipy import special, stats

from simulate.plots.density import RING_SHARES, density_of, join
from simulate.plots.inputs import MOST_PAIRS, plot_inputs, uncertain_inputs, uncertain_pairs
from simulate.plots.style import DARK
from simulate.scenario import Scenario, load_scenario
from simulate.text.numbers import unit_of
from tests.scenario.test_distributions import TABLES, read

pytestmark = pytest.mark.usefixtures("january")

Array = NDArray[np.float64]


def texts(figure: Figure) -> list[str]:
    """Return every text of a figure, its line breaks as blanks."""
    return [" ".join(text.get_text().split()) for text in figure.findobj(Text)]


@pytest.mark.parametrize(
    ("table", "exact"),
    [
        ({"distribution": "normal", "mean": 1.0, "sd": 2.0}, stats.norm(1.0, 2.0)),
        ({"distribution": "uniform", "low": 2.0, "high": 5.0}, stats.uniform(2.0, 3.0)),
        (
            {"distribution": "triangular", "low": 0.0, "mode": 1.0, "high": 4.0},
            stats.triang(0.25, 0.0, 4.0),
        ),
        ({"distribution": "scipy.gamma", "a": 3.0}, stats.gamma(3.0)),
    ],
)
def test_a_density_is_that_of_the_distribution(table: dict[str, Any], exact: Any) -> None:
    density = density_of(read(table))
    by_bin = np.diff(exact.cdf(density.edges)) / np.diff(density.edges)
    np.testing.assert_allclose(density.height, by_bin, atol=2e-3 * by_bin.max())


@pytest.mark.parametrize("case", TABLES)
def test_all_probability_is_shown_or_told(case: str) -> None:
    density = density_of(read(TABLES[case]))
    shown = np.sum(density.height * np.diff(density.edges)) + density.masses.sum()
    assert shown + density.below + density.above == pytest.approx(1.0, abs=1e-3)


def test_single_values_stand_with_their_probability() -> None:
    discrete = density_of(read(TABLES["discrete"]))
    assert discrete.values.tolist() == [1.0, 2.0, 3.0]
    assert discrete.masses == pytest.approx([0.5, 0.25, 0.25], abs=1e-3)
    assert not discrete.height.any()
    mixture = density_of(read(TABLES["mixture"]))
    assert mixture.values.tolist() == [0.0]
    assert mixture.masses == pytest.approx([0.3], abs=1e-3)
    certain = density_of(read(0.3))
    assert certain.values.tolist() == [0.3] and certain.masses == pytest.approx([1.0], abs=1e-5)


def test_a_value_that_nearly_always_comes_hides_no_other() -> None:
    table = {
        "distribution": "mixture",
        "parts": [0.0, {"distribution": "normal", "mean": 5.0, "sd": 0.5}],
        "weights": [95, 5],
    }
    density = density_of(read(table))
    assert density.edges[0] < 0.0 and density.edges[-1] > 5.5


def test_a_heavy_tail_leaves_most_of_the_panel_to_the_rest() -> None:
    cauchy = read({"distribution": "student_t", "p10": -1, "p90": 1, "degrees_of_freedom": 1})
    density = density_of(cauchy)
    assert np.ptp(density.edges) < 5.0 * 2.0
    assert density.above == pytest.approx(0.024, abs=0.01)
    long = density_of(read({"distribution": "lognormal", "p10": 0.1, "p90": 50.0}))
    assert long.edges[-1] < 5.0 * 50.0 and 0.0 < long.above < 0.04


def test_many_single_values_become_a_histogram(tmp_path: Path) -> None:
    sample = np.random.default_rng(1).normal(size=400)
    np.savetxt(tmp_path / "x.csv", sample, header="x", comments="")
    table = {"distribution": "empirical", "file": str(tmp_path / "x.csv"), "column": "x"}
    density = density_of(read(table))
    assert density.is_histogram and not density.values.size
    assert np.sum(density.height * np.diff(density.edges)) == pytest.approx(1.0, abs=0.02)


@pytest.mark.parametrize(
    ("values", "unit", "expected"),
    [
        ([-0.08, 0.02, 0.23], "share", ["−8%", "2%", "23%"]),
        ([0.35, 0.9, 1.45], "log/yr", ["0.35", "0.90", "1.45"]),
        ([150.0, 367.42, 900.0], "bn USD/yr", ["150", "367", "900"]),
        ([0.02, 0.0316, 0.05], "log/quarter", ["0.020", "0.032", "0.050"]),
        ([8.0, 15.4919, 30.0], "bn USD", ["8.0", "15.5", "30.0"]),
        ([-0.0001, 0.2], "log/yr", ["0.0", "0.2"]),
        ([12.0, 12.0, 12.0], "bn USD", ["12", "12", "12"]),
        ([0.0], "share", ["0%"]),
        ([1e30], "bn USD", ["1e+30"]),
        ([12345.6, 23456.0], "USD/yr", ["12,346", "23,456"]),
        ([], "share", []),
    ],
)
def test_numbers_are_as_long_as_tells_them_apart(
    values: list[float], unit: str, expected: list[str]
) -> None:
    assert unit_of(unit).readable(values) == expected


@pytest.mark.parametrize("degrees", [None, 3.0])
@pytest.mark.parametrize("correlation", [-0.5, 0.9])
def test_rings_hold_their_share_of_draws(correlation: float, degrees: float | None) -> None:
    draws = 20_000
    joint = join(correlation, degrees, np.random.default_rng(1), draws)
    # On the copula's own scale a ring is an ellipse.
    t = stats.norm() if degrees is None else stats.t(degrees)
    root = np.linalg.cholesky([[1.0, correlation], [correlation, 1.0]])

    def radius(scores: Array) -> Array:
        return np.sqrt(np.sum(np.linalg.solve(root, t.ppf(special.ndtr(scores))) ** 2, axis=0))

    for share, ring in zip(RING_SHARES, joint.rings, strict=True):
        size = radius(ring)
        assert np.ptp(size) < 1e-6
        # Five standard errors: one false alarm in a million.
        error = np.sqrt(share * (1.0 - share) / draws)
        within = np.mean(radius(joint.scores) <= size.mean())
        assert within == pytest.approx(share, abs=5.0 * error)


def test_draws_of_a_pair_have_its_correlation() -> None:
    joint = join(0.6, None, np.random.default_rng(1), 20_000)
    # The standard error of a correlation r of n draws is (1 - r^2)/sqrt(n).
    found = float(np.corrcoef(*joint.scores).flat[1])
    assert found == pytest.approx(0.6, abs=5 * 0.64 / np.sqrt(20_000))


def test_the_gallery_wears_its_theme(openai: Scenario) -> None:
    figure = plot_inputs(openai, theme=DARK)
    drawn = [*figure.texts, *(text for axes in figure.axes for text in axes.texts)]
    assert to_hex(figure.get_facecolor()) == DARK.paper
    assert {to_hex(text.get_color()) for text in drawn} == {DARK.ink, DARK.muted}
    assert figure.get_label() == "OpenAI, January 2026: 38 uncertain inputs"


def test_every_uncertain_input_has_title_key_quantiles_unit_and_source(openai: Scenario) -> None:
    shown = texts(plot_inputs(openai))
    for member in uncertain_inputs(openai):
        assert any(text.startswith(member.key) for text in shown), member.key
        title = member.quantity.title
        assert title[0].upper() + title[1:] in shown
        start = member.distribution.source[:40]
        assert any(text.startswith(start) for text in shown), start
    assert "P10 −8%, P50 2%, P90 23%" in shown
    assert "P10 60, P50 145, P90 350 bn USD/yr" in shown


def test_every_pair_of_groups_and_matrices_is_drawn(tmp_path: Path) -> None:
    file = tmp_path / "groups.toml"
    file.write_text(
        'extends = "openai.toml"\n'
        "[correlations]\n"
        '"segments.*.market" = -0.2\n'
        'costs = { inputs = ["other_costs.fixed_growth", "cash.tax_rate", "cash.opening"], '
        "matrix = [[1, 0.3, 0], [0.3, 1, 0.1], [0, 0.1, 1]] }\n"
    )
    scenario = load_scenario(file)
    pairs = {(p.first.key, p.second.key): p.correlation for p in uncertain_pairs(scenario)}
    assert pairs["segments.consumer.market", "segments.enterprise.market"] == -0.2
    assert pairs["other_costs.fixed_growth", "cash.tax_rate"] == 0.3
    assert pairs["cash.opening", "cash.tax_rate"] == 0.1
    shown = texts(plot_inputs(scenario))
    assert shown.count("Correlation −0.2") == 1
    assert f"{len(pairs)} correlated pairs" in shown


def test_of_very_many_pairs_the_strongest_are_drawn() -> None:
    groups = 'correlations={ "segments.*" = 0.1, "cash.*" = 0.2, "training.*" = 0.3 }'
    scenario = load_scenario("openai.toml", settings=[groups])
    given = [pair.correlation for pair in uncertain_pairs(scenario)]
    shown = texts(plot_inputs(scenario))
    assert len(given) > MOST_PAIRS
    assert f"The {MOST_PAIRS} strongest of {len(given)} correlated pairs" in shown
    assert shown.count("Correlation 0.3") == given.count(0.3)
    assert shown.count("Correlation 0.2") == MOST_PAIRS - given.count(0.3)
    assert shown.count("Correlation 0.1") == 0


def test_a_pair_of_which_one_is_pinned_is_left_out(openai: Scenario) -> None:
    pinned = load_scenario("openai.toml", stress="overrun_repeats")
    keys = {key for p in uncertain_pairs(pinned) for key in (p.first.key, p.second.key)}
    assert "inference.overrun" not in keys
    assert len(uncertain_pairs(pinned)) == len(uncertain_pairs(openai)) - 1
    assert "inference.overrun, each year" not in texts(plot_inputs(pinned))


@pytest.mark.parametrize(
    ("file", "change"),
    [
        ("anthropic-tpu.toml", {"variant": "bear"}),
        ("openai-advertising.toml", {}),
        ("anthropic.toml", {"stress": "largest_client_lost"}),
    ],
)
def test_no_text_is_clipped_or_lies_over_another(file: str, change: dict[str, str]) -> None:
    figure = plot_inputs(load_scenario(file, **change))
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    found = [t for t in figure.findobj(Text) if t.get_text() and t.get_visible()]
    boxes = [(t.get_text(), t.get_window_extent(canvas.get_renderer())) for t in found]
    edge = figure.bbox
    for text, box in boxes:
        assert box.x0 >= 0 and box.x1 <= edge.x1 and box.y0 >= 0 and box.y1 <= edge.y1, text
    for (one, a), (other, b) in itertools.combinations(boxes, 2):
        across = min(a.x1, b.x1) - max(a.x0, b.x0)
        up = min(a.y1, b.y1) - max(a.y0, b.y0)
        assert across < 1.0 or up < 1.0, f"{one!r} and {other!r}"
