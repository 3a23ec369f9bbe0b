"""Pictures against kept ones.

After a wanted change of looks, look at the new pictures, and keep them:
``python -m tests.test_golden_pictures`` draws ``tests/baseline/`` anew.
"""

from dataclasses import replace
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from matplotlib.figure import Figure
from matplotlib.image import imread
from numpy.typing import NDArray

from simulate.plots import PICTURES
from simulate.plots.comparison import plot_comparison
from simulate.plots.style import DARK, LIGHT
from simulate.result import Result
from simulate.run import run
from simulate.scenario import load_scenario
from tests.conftest import CONFIGS

BASELINE = Path(__file__).parent / "baseline"
DPI = 50
PATHS = 8192
# Root mean square of the differences of red, green and blue, each from 0 to 255. Letters that
# another version of matplotlib sets otherwise differ by some 2.
TOLERANCE = 4.0


def results() -> tuple[Result, Result]:
    """Return the two results that are drawn."""
    scenarios = [load_scenario(CONFIGS / f"{name}.toml") for name in ("anthropic", "anthropic-tpu")]
    one, other = (run(scenario, paths=PATHS) for scenario in scenarios)
    return one, other


def pictures(one: Result, other: Result) -> dict[str, Figure]:
    """Return what is compared: every picture, and one in the dark."""
    drawn = {name: plot(one) for name, plot in PICTURES.items()}
    drawn["comparison"] = plot_comparison(one, other)
    drawn["fans-dark"] = PICTURES["fans"](one, theme=DARK)
    return drawn


def pixels(figure: Figure) -> NDArray[np.float64]:
    """Return red, green and blue, from 0 to 255."""
    file = BytesIO()
    figure.savefig(file, dpi=DPI)
    file.seek(0)
    return 255.0 * np.asarray(imread(file, format="png"), float)[..., :3]


def difference(figure: Figure, name: str) -> float:
    """Return the root mean square difference to the kept picture."""
    kept = 255.0 * np.asarray(imread(BASELINE / f"{name}.png"), float)[..., :3]
    drawn = pixels(figure)
    assert drawn.shape == kept.shape, "another size"
    return float(np.sqrt(np.mean((drawn - kept) ** 2)))


@pytest.fixture(scope="module")
def both() -> tuple[Result, Result]:
    return results()


def test_pictures_look_as_they_did(both: tuple[Result, Result]) -> None:
    differences = {name: difference(figure, name) for name, figure in pictures(*both).items()}
    assert {name: d for name, d in differences.items() if d > TOLERANCE} == {}


@pytest.mark.parametrize(
    ("color", "name"),
    [
        ("blue", "margin_date"),
        ("light_blue", "funding_need"),
        ("orange", "cash_bridge"),
        ("pale", "margin_date"),
    ],
)
def test_another_colour_is_noticed(color: str, name: str, both: tuple[Result, Result]) -> None:
    changed = replace(LIGHT, **{color: "#7f9f3f"})
    assert difference(PICTURES[name](both[0], theme=changed), name) > TOLERANCE


def test_the_kept_pictures_are_all_of_them_and_small() -> None:
    kept = list(BASELINE.iterdir())
    assert {file.stem for file in kept} == {*PICTURES, "comparison", "fans-dark"}
    assert sum(file.stat().st_size for file in kept) < 500_000


def keep() -> None:
    """Draw the kept pictures anew."""
    BASELINE.mkdir(exist_ok=True)
    for file in BASELINE.iterdir():
        file.unlink()
    for name, figure in pictures(*results()).items():
        figure.savefig(BASELINE / f"{name}.png", dpi=DPI, metadata={"Software": None})


if __name__ == "__main__":
    keep()
