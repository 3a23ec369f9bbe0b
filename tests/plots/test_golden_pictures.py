"""Pictures against kept ones.

After a wanted change of looks, look at the new pictures, and keep them:
``python -m tests.plots.test_golden_pictures`` draws ``tests/baseline/`` anew.
"""

from dataclasses import replace
from io import BytesIO
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.figure import Figure
from numpy.typing import NDArray
from PIL import Image

import simulate
from simulate.analysis.sweep import Sweep
from simulate.analysis.watch import Answer, Watch
from simulate.engine.result import Result
from simulate.engine.run import run
from simulate.plots import COMPUTE_PICTURES, OWN_PICTURES, PICTURES, RAISING_PICTURES
from simulate.plots.compare import plot_comparison
from simulate.plots.style import DARK, LIGHT
from simulate.plots.sweep import plot_sweep
from simulate.plots.watch import plot_watch
from simulate.scenario import Scenario
from tests.additions import with_additions
from tests.capital import with_capital
from tests.contracts import CONTRACTS
from tests.january import of_january
from tests.scenarios import changed

BASELINE = Path(__file__).parents[1] / "baseline"
DPI = 50
PATHS = 8192
# Root mean square of the differences of red, green and blue, each from 0 to 255: pixel by pixel
# where the same version of matplotlib drew both. Another one sets letters otherwise, and moves what
# stands between them by a pixel or two: 3.8 and 3.10 differ from 3.11 by 3 to 5 in means of blocks.
TOLERANCE = 4.0
BLOCK, TOLERANCE_OF_BLOCKS = 20, 8.0
# Version to the minor one.
THIS = ".".join(mpl.__version__.split(".")[:2])


def results() -> tuple[Result, Result]:
    """Return the two results that are drawn."""
    scenarios = [of_january(name) for name in ("anthropic", "anthropic-tpu")]
    one, other = (run(scenario, paths=PATHS) for scenario in scenarios)
    return one, other


def saved(before: Result) -> Answer:
    """Return the answer to a save with another overrun."""
    watch = Watch(paths=PATHS)
    watch.answer(before.scenario)
    return watch.answer(before.scenario.changed({"inference.base_overrun": 0.5}))


def of_three(scenario: Scenario) -> Sweep:
    """Return a sweep over three settings."""
    ranges = ("inference.efficiency_gain=-0.4:+0.4", "cash.opening=8:16", "cash.tax_rate=0,0.1,0.2")
    return simulate.sweep(scenario, ranges, design="sobol", cells=10, paths=256)


def pictures(one: Result, other: Result) -> dict[str, Figure]:
    """Return what is compared: every picture, and one in the dark."""
    figures = {name: plot(one) for name, plot in PICTURES.items()}
    added = run(with_additions(one.scenario), paths=PATHS)
    figures |= {name: plot(added) for name, plot in OWN_PICTURES.items()}
    signed = run(changed(one.scenario, CONTRACTS), paths=PATHS)
    figures |= {name: plot(signed) for name, plot in COMPUTE_PICTURES.items()}
    raising = run(with_capital(one.scenario), paths=PATHS)
    figures |= {name: plot(raising) for name, plot in RAISING_PICTURES.items()}
    figures["comparison"] = plot_comparison(one, other)
    figures["sweep-of-three"] = plot_sweep(of_three(one.scenario))
    figures["watch"] = plot_watch(saved(one))
    figures["fans-dark"] = PICTURES["fans"](one, theme=DARK)
    return figures


def pixels(picture: Image.Image) -> NDArray[np.float64]:
    """Return red, green and blue, from 0 to 255."""
    return np.asarray(picture.convert("RGB"), float)


def drawn(figure: Figure) -> NDArray[np.float64]:
    """Return a figure's pixels."""
    file = BytesIO()
    figure.savefig(file, dpi=DPI)
    return pixels(Image.open(file))


def blocks(picture: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the means of blocks of pixels."""
    height, width, colors = picture.shape
    cut = picture.reshape(height // BLOCK, BLOCK, width // BLOCK, BLOCK, colors)
    return cut.mean(axis=(1, 3))


def difference(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    """Return the root mean square difference."""
    assert one.shape == other.shape, "another size"
    return float(np.sqrt(np.mean((one - other) ** 2)))


def is_alike(figure: Figure, name: str) -> bool:
    """Return whether a figure looks as it was kept."""
    with Image.open(BASELINE / f"{name}.png") as file:
        kept, made_by = pixels(file), str(file.info["Software"])
    if f"version{THIS}." in made_by:
        return difference(drawn(figure), kept) <= TOLERANCE
    return difference(blocks(drawn(figure)), blocks(kept)) <= TOLERANCE_OF_BLOCKS


@pytest.fixture(scope="module")
def both() -> tuple[Result, Result]:
    return results()


def test_pictures_look_as_they_did(both: tuple[Result, Result]) -> None:
    assert [n for n, figure in pictures(*both).items() if not is_alike(figure, n)] == []


@pytest.mark.parametrize(
    ("color", "name"),
    [
        ("blue", "margin_date"),
        ("light_blue", "funding_need"),
        ("orange", "cash_flow_date"),
        ("pale", "margin_date"),
    ],
)
def test_another_colour_is_noticed(color: str, name: str, both: tuple[Result, Result]) -> None:
    as_it_is = drawn(PICTURES[name](both[0]))
    changed = drawn(PICTURES[name](both[0], theme=replace(LIGHT, **{color: "#7f9f3f"})))
    assert difference(as_it_is, changed) > TOLERANCE
    if color != "orange":  # of which there is little
        assert difference(blocks(as_it_is), blocks(changed)) > TOLERANCE_OF_BLOCKS


def test_the_kept_pictures_are_all_of_them_and_small() -> None:
    kept = list(BASELINE.iterdir())
    assert {file.stem for file in kept} == {
        *PICTURES,
        *OWN_PICTURES,
        *COMPUTE_PICTURES,
        *RAISING_PICTURES,
        "comparison",
        "sweep-of-three",
        "watch",
        "fans-dark",
    }
    assert sum(file.stat().st_size for file in kept) < 760_000


def keep() -> None:
    """Draw the kept pictures anew."""
    BASELINE.mkdir(exist_ok=True)
    for file in BASELINE.iterdir():
        file.unlink()
    for name, figure in pictures(*results()).items():
        figure.savefig(BASELINE / f"{name}.png", dpi=DPI)


if __name__ == "__main__":
    keep()
