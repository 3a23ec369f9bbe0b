"""Cost against paths, quarters, segments and threads, and whether it is a straight line."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from simulate import Scenario, run
from simulate.plots.frame import frame
from simulate.plots.style import LIGHT, save_picture
from simulate.scenario.quarters import QUARTERS_A_YEAR

ROUNDS = 5
YEARS = (5, 10, 20, 30)


class Line(NamedTuple):
    """Seconds of a run at several sizes of one thing."""

    title: str
    sizes: Sequence[int]
    seconds: list[float]

    @property
    def straightness(self) -> float:
        """Return R squared of the straight line through the points."""
        return float(np.corrcoef(self.sizes, self.seconds)[0, 1] ** 2)


def longer(scenario: Scenario, years: int) -> Scenario:
    """Return the scenario over another number of fiscal years."""
    last = QUARTERS_A_YEAR * (scenario.horizon.first_year + years) - 1
    funding = tuple(f for f in scenario.funding if f.quarter <= last)
    horizon = scenario.horizon.ending(last)
    return scenario.model_copy(update={"horizon": horizon, "funding": funding})


def split(scenario: Scenario, segments: int) -> Scenario:
    """Return the scenario with its first segment cut into equal ones, so that it has so many.

    What names the first segment, correlations and alternatives, is left out.
    """
    first, *rest = scenario.segments
    parts = segments - len(rest)
    share = first.share_of_revenue.quantile(0.5) / parts
    part = {"share_of_revenue": type(first.share_of_revenue).model_validate({"value": share})}
    copies = [first.model_copy(update=part | {"name": f"part_{k}"}) for k in range(parts)]
    update = {"segments": (*copies, *rest), "correlations": {}, "alternatives": ()}
    return scenario.model_copy(update=update)


def measure(title: str, sizes: Sequence[int], time_of: Callable[[int], float]) -> Line:
    """Time every size a few times over, in turn, and keep the least of each."""
    best = [float("inf")] * len(sizes)
    for _ in range(ROUNDS):
        best = [min(least, time_of(size)) for least, size in zip(best, sizes, strict=True)]
    return Line(title, sizes, best)


def all_lines(scenario: Scenario, threads: int, paths: int) -> list[Line]:
    """Return the cost against each size, the others as they are."""
    long = {each.horizon.quarters: each for each in (longer(scenario, n) for n in YEARS)}
    return [
        measure(
            "paths",
            [paths // 4, paths // 2, paths, 2 * paths],
            lambda n: run(scenario, paths=n, threads=threads).seconds,
        ),
        measure(
            "quarters",
            list(long),
            lambda n: run(long[n], paths=paths // 2, threads=threads).seconds,
        ),
        measure(
            "segments",
            [2, 3, 5, 9],
            lambda n: run(split(scenario, n), paths=paths // 2, threads=threads).seconds,
        ),
        measure(
            "threads",
            [1, *range(2, threads + 1)],
            lambda n: 1.0 / run(scenario, paths=paths, threads=n).seconds,
        ),
    ]


def print_scaling(
    scenario: Scenario, threads: int, file: Path | None, paths: int = 1 << 18
) -> None:
    """Print the cost at each size, and draw it."""
    lines = all_lines(scenario, threads, paths)
    for line in lines[:-1]:
        print(f"\n{line.title:<14}" + "".join(f"{size:>12,}" for size in line.sizes))
        print(f"{'seconds':<14}" + "".join(f"{t:>12.3f}" for t in line.seconds), end="")
        print(f"   straight to R² = {line.straightness:.4f}")
    rates = lines[-1]
    print(f"\n{'threads':<14}" + "".join(f"{size:>12,}" for size in rates.sizes))
    speed = "".join(f"{rate / rates.seconds[0]:>12.2f}" for rate in rates.seconds)
    print(f"{'speed':<14}{speed}")
    if file is not None:
        draw(lines[:-1], file)


def draw(lines: Sequence[Line], file: Path) -> None:
    """Draw seconds against each size, with the straight line through them."""
    with frame(None, LIGHT, (9.0, 4.0), columns=len(lines)) as picture:
        for axes, line in zip(picture.panels[0], lines, strict=True):
            slope, start = np.polyfit(line.sizes, line.seconds, 1)
            ends = np.array([0, max(line.sizes)])
            axes.plot(ends, start + slope * ends, color=LIGHT.orange, linewidth=1)
            axes.plot(line.sizes, line.seconds, "o", color=LIGHT.blue)
            axes.set(xlabel=line.title, ylabel="seconds", xlim=(0, None), ylim=(0, None))
        detail = "seconds of a run, and the straight line through them"
        figure = picture.tell("Cost grows in straight lines", detail, f"Least of {ROUNDS} rounds.")
        save_picture(figure, file)
