"""Cost against paths, quarters, segments and threads, and whether it is a straight line."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from simulate import Scenario, run
from simulate.plots.frame import frame
from simulate.plots.style import LIGHT, save_picture

ROUNDS = 5


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
    """Return the scenario over another number of years."""
    last = scenario.horizon.first_quarter + 4 * years - 1
    horizon = scenario.horizon.model_copy(update={"last_quarter": last})
    funding = tuple(f for f in scenario.funding if f.quarter <= last)
    return scenario.model_copy(update={"horizon": horizon, "funding": funding})


def split(scenario: Scenario, segments: int) -> Scenario:
    """Return the scenario with its first segment cut into equal ones, with own growth each."""
    first = scenario.segments[0]
    share = first.share_of_revenue.quantile(0.5) / segments
    part = {"share_of_revenue": type(first.share_of_revenue).model_validate({"value": share})}
    copies = tuple(first.model_copy(update=part | {"name": f"part_{k}"}) for k in range(segments))
    rest = scenario.segments[1:]
    return scenario.model_copy(update={"segments": copies + rest, "correlations": {}})


def measure(title: str, sizes: Sequence[int], time_of: Callable[[int], float]) -> Line:
    """Time every size a few times over, in turn, and keep the least of each."""
    best = [float("inf")] * len(sizes)
    for _ in range(ROUNDS):
        best = [min(least, time_of(size)) for least, size in zip(best, sizes, strict=True)]
    return Line(title, sizes, best)


def all_lines(scenario: Scenario, threads: int, paths: int = 1 << 18) -> list[Line]:
    """Return the cost against each size, the others as they are."""
    return [
        measure(
            "paths",
            [paths // 4, paths // 2, paths, 2 * paths],
            lambda n: run(scenario, paths=n, threads=threads).seconds,
        ),
        measure(
            "quarters",
            [20, 40, 80, 120],
            lambda n: run(longer(scenario, n // 4), paths=paths // 2, threads=threads).seconds,
        ),
        measure(
            "segments",
            [2, 3, 5, 9],
            lambda n: run(split(scenario, n - 1), paths=paths // 2, threads=threads).seconds,
        ),
        measure(
            "threads",
            [1, *range(2, threads + 1)],
            lambda n: 1.0 / run(scenario, paths=paths, threads=n).seconds,
        ),
    ]


def print_scaling(scenario: Scenario, threads: int, file: Path | None) -> None:
    """Print the cost at each size, and draw it."""
    lines = all_lines(scenario, threads)
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
