"""Convergence in words: the last estimate, what Sobol' points save, and all estimates."""

import math

from rich.console import Console
from rich.text import Text

from simulate.analysis.converge import Convergence

from .numbers import unit_of
from .tables import Row, Table, printed

# Below it, as the errors are known, Sobol' points can't be said to save paths.
LEAST_GAIN = 1.5


def finding(convergence: Convergence) -> str:
    """Return the last estimate, and how many paths Sobol' points save."""
    unit, last = unit_of(convergence.unit), convergence.estimates["sobol"][-1]
    if math.isnan(last.value):
        return f"{convergence.question} has no value"
    found = f"{convergence.question} is {unit.estimate(last)}{'' if unit.sign else f' {unit.name}'}"
    if math.isnan(convergence.gain):
        return found
    saved = f"a factor of {convergence.gain:.0f} in" if convergence.gain >= LEAST_GAIN else "no"
    return f"{found}; Sobol' points save {saved} paths"


def estimate_table(convergence: Convergence) -> Table:
    """Return both samplers' estimates at each number of paths."""
    found, unit = convergence.estimates, unit_of(convergence.unit)
    rows = []
    for paths, sobol, pseudo in zip(
        convergence.paths, found["sobol"], found["pseudo"], strict=True
    ):
        ratio = pseudo.standard_error / sobol.standard_error if sobol.standard_error else math.nan
        told = "" if math.isnan(ratio) else f"{ratio:.1f}"
        rows.append(Row(f"{paths:,}", (unit.estimate(sobol), unit.estimate(pseudo), told)))
    columns = ("paths", "Sobol'", "pseudo-random", "ratio of errors")
    return Table(unit.label(convergence.question), columns, tuple(rows))


def print_convergence(convergence: Convergence, out: Console) -> None:
    """Print estimates and errors at each number of paths."""
    out.print(Text(convergence.scenario.name, style="bold"))
    out.print(Text(f"{finding(convergence)}.\n"))
    out.print(printed(estimate_table(convergence)))
