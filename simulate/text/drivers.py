"""What drives an outcome, in words and tables."""

import itertools
import math
from collections.abc import Sequence
from string import ascii_lowercase

from rich.console import Console
from rich.text import Text

from simulate.analysis.driver_list import DriverList
from simulate.analysis.drivers import Drivers, Explanation
from simulate.analysis.effects import Effect
from simulate.analysis.foundations import Foundation, Kind, foundations
from simulate.analysis.variance import Index, Together
from simulate.engine.estimate import Estimate
from simulate.engine.result import DISCLAIMER
from simulate.model.outcomes import IN_PERCENT, Outcome
from simulate.scenario import Scenario
from simulate.scenario.inputs import words_of_key

from .effects import amount_of, figure_of, how_far, telling
from .numbers import SHARE, unit_of
from .sentences import listed
from .tables import Row, Table, printed

# In standard errors: two shares as close are not told apart.
APART = 2.0
MOST_NAMED = 3
LEAST_NAMED = 0.01
MOST_ROWS, LEAST_TOGETHER = 10, 0.01
# Of a kind of source, so many drivers are named.
NAMED_OF_A_KIND, LEAST_OF_A_KIND = 2, 0.005
KINDS: dict[Kind, str] = {
    "assumption": "on assumptions",
    "base rate": "on base rates",
    "reported figure": "on what reported figures leave open",
    "no source": "on inputs without a source",
    "structure": "on which alternative holds",
    "chance": "on chance from quarter to quarter",
}
LEGEND = (
    "share: of the variance; those of all drivers sum to 100% (Shapley). first-order: what the "
    "driver explains by itself. total-order: what stays when all others are known. Errors are "
    "standard errors. P10 to P90: the outcome in the tenth of the paths about the input's P10, and "
    "about its P90; what is correlated with it moves along."
)


def leaders(indices: Sequence[Index]) -> list[Index]:
    """Return the drivers that may have the largest share, the largest first."""
    shared = [index for index in indices if index.share is not None]
    return [index for index in shared if not _is_above(shared[0], index)]


def _is_above(one: Index, other: Index) -> bool:
    assert one.share is not None and other.share is not None
    error = math.hypot(one.share.standard_error, other.share.standard_error)
    return one.share.value - other.share.value > APART * error


def what_moves(explanation: Explanation, name: str) -> str:
    """Return which driver has the largest share of an outcome's variance.

    Drivers whose shares the errors don't tell apart are named together.
    """
    if not explanation.indices:
        value = figure_of(explanation.outcome, explanation.value.value)
        return f"Nothing moves {name}: {value} in all paths"
    first = leaders(explanation.indices)
    told, others = first[:MOST_NAMED], len(first[MOST_NAMED:])
    drivers = listed([words_of_key(index.name) for index in told])
    shares = listed([SHARE.rounded(i.share.value, 0) for i in told if i.share is not None])
    more = ", not told apart" if len(told) > 1 else ""
    more += f" from {others} more" if others else ""
    whole = "the variance" if explanation.outcome.is_probability else "the variance of its rank"
    found = f"What moves {name} most: {drivers} ({shares} of {whole}{more})"
    most = _most_by_itself(explanation.indices)
    if most is None:
        return found
    by_itself = SHARE.rounded(most.first_order.value, 0)
    name = words_of_key(most.name)
    return f"{found}; of single inputs {name} explains most by itself ({by_itself})"


def _most_by_itself(indices: Sequence[Index]) -> Index | None:
    """Return the input that explains most by itself, of those that a copula leaves no share."""
    members = [index for index in indices if index.share is None]
    return max(members, key=lambda index: index.first_order.value, default=None)


def what_it_rests_on(explanation: Explanation, scenario: Scenario) -> str:
    """Return how much of an outcome's variance stands on what kind of source; empty if unknown."""
    found = [f for f in foundations(explanation, scenario) if f.share >= LEAST_OF_A_KIND]
    if not found:
        return ""
    shares = [SHARE.rounded(foundation.share, 0) for foundation in found]
    shares[0] += " of the variance" + " of its rank" * (not explanation.outcome.is_probability)
    parts = [f"{share} {_footing(each)}" for share, each in zip(shares, found, strict=True)]
    return f"What {explanation.outcome.asked} rests on: {listed(parts)}"


def _footing(foundation: Foundation) -> str:
    """Return a kind of source, with the inputs that most stands on."""
    words = KINDS[foundation.kind]
    if foundation.kind in ("structure", "chance"):
        return words
    named = [words_of_key(name) for name in foundation.drivers[:NAMED_OF_A_KIND]]
    more = len(foundation.drivers) - len(named)
    return f"{words} ({', '.join(named)}{f' and {more} more' if more else ''})"


def how_far_it_goes(explanation: Explanation) -> list[str]:
    """Return how far an outcome goes along the drivers that ``what_moves`` names, if inputs."""
    named = [*leaders(explanation.indices)[:MOST_NAMED], _most_by_itself(explanation.indices)]
    names = [index.name for index in named if index is not None]
    told = telling([e for e in explanation.effects if e.key in names], len(names))
    return [how_far(explanation.outcome, effect) for effect in told]


def largest(indices: Sequence[Index], most: int) -> list[Index]:
    """Return the drivers that a short list names: their share, or else first-order index, is 1%."""
    told = [index for index in indices if (index.share or index.first_order).value >= LEAST_NAMED]
    return told[:most]


def group_letters(found: DriverList) -> dict[str, str]:
    """Return the letter of the group of each driver that is correlated with others, by name."""
    return {
        found.drivers[member].name: _letter(place)
        for place, block in enumerate(found.groups)
        for member in block
    }


def _letter(place: int) -> str:
    return ascii_lowercase[place] if place < len(ascii_lowercase) else str(place + 1)


def correlation_notes(found: DriverList) -> list[str]:
    """Return what there is to know about correlated drivers, one line a group."""
    if found.is_joint:
        return [
            "A Student-t copula joins all inputs and yearly deviations: single ones have neither "
            "share nor total-order index, and their first-order index comes from the kept paths."
        ]
    letters = group_letters(found)
    notes = []
    for block in found.groups:
        members = [found.drivers[member] for member in block]
        pairs = [
            f"{one.name}, {other.name} {correlation:.2g}"
            for one, other in itertools.combinations(members, 2)
            if (correlation := found.correlation_of(one, other)) != 0.0
        ]
        notes.append(f"{letters[members[0].name]}  correlated: {'; '.join(pairs)}.")
    if notes:
        notes.append(
            "Of correlated drivers, first-order counts what one tells about the others, and "
            "total-order only what they leave open; what they explain together stands in the rows "
            "of their letter."
        )
    foretold = [driver.name for driver in found.drivers if found.is_foretold(driver)]
    if foretold:
        notes.append(
            f"{listed(foretold)}: only the part of each year that correlated inputs don't predict."
        )
    return notes


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
    reach = f"P10 to P90\n{unit_of(outcome.unit).head}"
    columns = ("driver", "share\n%", "first\norder\n%", "total\norder\n%", reach)
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
    unit = unit_of(outcome.unit)
    if outcome.unit in IN_PERCENT:
        low_end, high_end = (unit.rounded(end, 1) for end in (low, high))
    else:
        low_end, high_end = (amount_of(unit, end) for end in (low, high))
    return f"{low_end.removesuffix(unit.sign)} to {high_end.removesuffix(unit.sign)}"


def print_drivers(drivers: Drivers, out: Console) -> None:
    """Print what drives each outcome."""
    out.print(Text(drivers.scenario.name, style="bold"))
    out.print(
        Text(
            f"{drivers.runs} runs of {drivers.paths:,} paths and one of {drivers.kept_paths:,}, "
            f"seed {drivers.scenario.sampling.seed}, {drivers.seconds:.1f} s",
            style="dim",
        )
    )
    for explanation in drivers.explanations:
        out.print()
        _print_explanation(explanation, drivers, out)
    out.print(Text(LEGEND))
    for note in correlation_notes(drivers.found):
        out.print(Text(note))
    out.print(Text(f"\n{DISCLAIMER}", style="dim"))


def _print_explanation(explanation: Explanation, drivers: Drivers, out: Console) -> None:
    """Print one outcome's drivers: in words, and the largest as a table."""
    outcome, value = explanation.outcome, explanation.value
    unit = unit_of(outcome.unit)
    written = unit.estimate(value)
    if not outcome.is_probability:
        written = f"median {written} {'' if unit.sign else unit.name}".rstrip()
    out.print(Text(f"{outcome.asked}: {written}", style="bold"))
    out.print(Text(f"{what_moves(explanation, 'it')}."))
    if not explanation.indices:
        return
    for sentence in how_far_it_goes(explanation):
        out.print(Text(f"{sentence}."))
    if rests := what_it_rests_on(explanation, drivers.scenario):
        out.print(Text(f"{rests}."))
    out.print(printed(driver_table(explanation, group_letters(drivers.found), "")))
