"""What if one or two settings had other values? Figures over a grid of them."""

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from simulate.engine.estimate import Estimate
from simulate.engine.simulation import Progress
from simulate.engine.units import Threads
from simulate.model.outcomes import with_target
from simulate.model.statistics import OutcomeStatistic, parse_statistic
from simulate.scenario import Scenario, ScenarioError
from simulate.scenario.setting import (
    Value,
    Variation,
    on_grid,
    parse_variation,
    refuse_overlap,
)

from .compare import (
    CommonRandomNumbers,
    Statistic,
    common_random_numbers,
    headlines,
    read_all,
    statistic_of,
)

MOST_CELLS = 10_000


@dataclass(frozen=True)
class Cell:
    """A place of the grid, by its values, with each figure and its change from the scenario."""

    place: tuple[Value, ...]
    figures: tuple[Estimate, ...]
    changes: tuple[Estimate, ...]


@dataclass(frozen=True)
class Sweep:
    """Figures over a grid.

    Attributes
    ----------
    scenario
        The baseline.
    common
        Paths and seed of each run.
    variations
        Each setting and its values.
    figures
        What is read from each run.
    base
        Their values in the baseline.
    cells
        Row by row: the last setting changes first.
    """

    scenario: Scenario
    common: CommonRandomNumbers
    variations: tuple[Variation, ...]
    figures: tuple[Statistic, ...]
    base: tuple[Estimate, ...]
    cells: tuple[Cell, ...]

    def grid(self, figure: int) -> NDArray[np.float64]:
        """Return a figure's values, one axis a setting."""
        values = np.array([cell.figures[figure].value for cell in self.cells])
        return values.reshape([len(values) for _, values in self.variations])

    @property
    def table(self) -> pd.DataFrame:
        """One row a cell and figure: the settings' values, the figure, its error and change."""
        names = [setting.name for setting, _ in self.variations]
        return pd.DataFrame(
            [
                dict(zip(names, cell.place, strict=True))
                | {"figure": figure.name, "unit": figure.unit}
                | level.as_dict()
                | {f"change_{name}": x for name, x in change.as_dict().items()}
                for cell in self.cells
                for figure, level, change in zip(
                    self.figures, cell.figures, cell.changes, strict=True
                )
            ]
        )


def sweep(
    scenario: Scenario,
    vary: str | Sequence[str | Variation],
    of: str | OutcomeStatistic | None = None,
    *,
    paths: int | None = None,
    seed: int | None = None,
    threads: Threads = None,
    progress: Progress | None = None,
) -> Sweep:
    """Run a scenario over a grid of settings, on common random numbers.

    Parameters
    ----------
    scenario
        Whose settings they are.
    vary
        One or two settings with their values, such as ``"cash.opening=8,12"`` (see the option of
        ``simulate sweep``).
    of
        Read it instead of the headline figures: the probability of an outcome such as ``"out of
        cash by 2030"``, the median of ``"revenue 2027"``, or ``"P10(cash 2028)"``.
    paths, seed, threads, progress
        As for ``compare``.

    Returns
    -------
    Sweep

    Raises
    ------
    ScenarioError
        If the scenario can't have one of the values, or two settings change the same.

    Examples
    --------
    >>> scenario = simulate.load_scenario("anthropic.toml")
    >>> found = simulate.sweep(scenario, "cash.opening=30,40,50", "out of cash by 2030", paths=4096)
    >>> print(found.table)
    """
    statistic = parse_swept(of, scenario) if isinstance(of, str) else of
    scenario = scenario if statistic is None else with_target(scenario, statistic.outcome)
    variations = [
        parse_variation(scenario, one) if isinstance(one, str) else one
        for one in ([vary] if isinstance(vary, str) else vary)
    ]
    if not 1 <= len(variations) <= 2:
        raise ScenarioError(f"--vary: {len(variations)} settings; give one or two")
    settings, values = zip(*variations, strict=True)
    refuse_overlap(settings)
    if (cells := math.prod(map(len, values))) > MOST_CELLS:
        raise ScenarioError(f"--vary: {cells} cells are too many; the most is {MOST_CELLS}")
    grid = list(itertools.product(*values))
    everything = [scenario, *on_grid(variations)]
    common = common_random_numbers(everything, paths=paths, seed=seed, threads=threads)
    figures = headlines(scenario) if statistic is None else (statistic_of(statistic, scenario),)
    base, *readings = read_all(figures, everything, common, progress)
    if np.isnan([found[0].estimate.value for found in (base, *readings)]).all():
        raise ScenarioError(f"{figures[0].name}: has no value on any path, whatever is varied")
    return Sweep(
        scenario=scenario,
        common=common,
        variations=tuple(variations),
        figures=figures,
        base=tuple(reading.estimate for reading in base),
        cells=tuple(
            Cell(
                place,
                tuple(reading.estimate for reading in found),
                tuple(
                    reading.change_from(before) for reading, before in zip(found, base, strict=True)
                ),
            )
            for place, found in zip(grid, readings, strict=True)
        ),
    )


def parse_swept(text: str, scenario: Scenario) -> OutcomeStatistic:
    """Return the statistic that is read over a grid; see ``parse_statistic``.

    Raises
    ------
    ScenarioError
        If the text is none, or a run doesn't count it.
    """
    return parse_statistic(text, scenario, f'--of "{text}"')
