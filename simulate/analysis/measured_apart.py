"""In what compared scenarios measure themselves differently, in words."""

from collections.abc import Mapping

from simulate.number_format import exact_percent
from simulate.scenario import Scenario
from simulate.scenario.schema import Targets


def measured_apart(scenarios: Mapping[str, Scenario]) -> list[str]:
    """Return what readers of figures side by side must know, one sentence each.

    Parameters
    ----------
    scenarios
        By the names that readers know them by, as they were before ``common_random_numbers`` cut
        horizons; the first is what others are compared with, and says by what definition and year.
    """
    (first, base), *others = scenarios.items()
    ends = {name: scenario.horizon.last_year for name, scenario in scenarios.items()}
    found = []
    if len(set(ends.values())) > 1:
        year = min(ends.values())
        shortest = " and ".join(name for name, end in ends.items() if end == year)
        found.append(
            f"All figures are of the years to {year}, where the horizon of {shortest} ends."
        )
    targets = {
        name: exact_percent(scenario.targets.gross_margin) for name, scenario in scenarios.items()
    }
    if len(set(targets.values())) > 1:
        each = ", ".join(f"{level} in {name}" for name, level in targets.items())
        found.append(f"The margin's target is that of each: {each}.")
    apart = [
        f"{name} projects it {_projection(other.targets)}"
        for name, other in others
        if _projection(other.targets) != _projection(base.targets)
    ]
    if apart:
        found.append(
            f"The margin is {_projection(base.targets)}, as {first} projects; {', '.join(apart)}."
        )
    return found


def _projection(targets: Targets) -> str:
    year = "" if targets.projected_year is None else f" by {targets.projected_year}"
    margin = "of paying users" if targets.projected_margin == "paying users" else "with free users"
    return margin + year
