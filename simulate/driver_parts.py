"""The parts of what drives an outcome, for the terminal and for a page."""

from simulate.analysis.conditional import Effect
from simulate.analysis.decomposition import Index, Together
from simulate.analysis.drivers import Explanation
from simulate.analysis.findings import largest
from simulate.analysis.outcome import Outcome
from simulate.answer_parts import Row, Table
from simulate.estimate import Estimate

MOST_ROWS, LEAST_TOGETHER = 10, 0.01
LEGEND = (
    "share: of the variance; those of all drivers sum to 100% (Shapley). first-order: what the "
    "driver explains by itself. total-order: what stays when all others are known. Errors are "
    "standard errors. P10 to P90: the outcome in the tenth of the paths about the input's P10, and "
    "about its P90; what is correlated with it moves along."
)


def driver_table(explanation: Explanation, letters: dict[str, str], title: str) -> Table:
    """Return the largest drivers of an outcome, and what correlated ones explain together.

    Parameters
    ----------
    explanation
        Of the outcome.
    letters
        Of the groups of correlated drivers, by the drivers' names.
    title
        Of the table.
    """
    outcome = explanation.outcome
    effects = {effect.key: effect for effect in explanation.effects}
    listed = largest(explanation.indices, MOST_ROWS)
    rows = []
    for index in listed:
        name = f"{index.name.removeprefix('segments.')} {letters.get(index.name, '')}".rstrip()
        rows.append(Row(name, (*_parts(index), _from_to(effects.get(index.name), outcome))))
    rest = [i.share.value for i in explanation.indices if i not in listed and i.share is not None]
    if rest:
        name = f"{len(rest)} other{'s' * (len(rest) > 1)}"
        rows.append(Row(name, (f"{100.0 * sum(rest):.1f}", "", "", "")))
    rows += [
        Row(f"{letters[group.names[0]]} together", (*_parts(group), ""))
        for group in explanation.together
        if group.total_order.value >= LEAST_TOGETHER
    ]
    unit = "%" if outcome.is_probability else "bn USD"
    columns = ("driver", "share\n%", "first\norder\n%", "total\norder\n%", f"P10 to P90\n{unit}")
    return Table(title, columns, tuple(rows))


def _parts(of: Index | Together) -> list[str]:
    return [_part(estimate) for estimate in (of.share, of.first_order, of.total_order)]


def _part(estimate: Estimate | None) -> str:
    """Return a part of the variance in percent, with its standard error."""
    if estimate is None:
        return ""
    # Adding 0 makes a rounded -0.0 a plain 0.
    value = round(100.0 * estimate.value, 1) + 0.0
    return f"{value:.1f}±{100.0 * estimate.standard_error:.1f}"


def _from_to(effect: Effect | None, outcome: Outcome) -> str:
    if effect is None:
        return ""
    low, high = (at.value for at in (effect.at_p10, effect.at_p90))
    if outcome.is_probability:
        return f"{100.0 * low:.1f} to {100.0 * high:.1f}"
    return f"{low:.3g} to {high:.3g}"
