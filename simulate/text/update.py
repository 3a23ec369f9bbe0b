"""What is believed after something has been seen, in words and tables."""

import math
from collections.abc import Sequence

from rich.console import Console
from rich.text import Text

from simulate.analysis.compare import statistic_of
from simulate.analysis.update import Spread, Update
from simulate.engine.result import DISCLAIMER
from simulate.model.observation import overlap_sentences

from .numbers import SHARE, percent, unit_of
from .sentences import uncapitalized
from .tables import Row, Table, printed

MOST_SHOWN = 6
# In standard errors: two probabilities as close are not told apart.
APART = 2.0


def finding(update: Update) -> str:
    """Return what has become of the first headline probability."""
    first = update.beliefs[0]
    before, after = (SHARE.rounded(e.value, 0) for e in (first.before, first.after))
    moved = first.after.value - first.before.value
    error = math.hypot(first.before.standard_error, first.after.standard_error)
    if abs(moved) <= APART * error or before == after:
        change = f"stays at {after}"
    else:
        change = f"{'rises' if moved > 0.0 else 'falls'} from {before} to {after}"
    return f"The chance that {first.event.in_words(update.scenario)} {change}"


def finding_by_what(update: Update) -> str:
    """Return what has been seen, and what has become of the first headline probability by it."""
    seen = " and ".join(observation.text for observation in update.observations)
    return f"Having seen {seen}, {uncapitalized(finding(update))}."


def name_of(spread: Spread) -> str:
    """Return what a number is called, without the list that it stands in."""
    return spread.name.removeprefix("segments.")


def belief_table(update: Update) -> Table:
    """Return the headline probabilities before and now."""
    rows = [
        Row(belief.event.name, (percent(belief.before), percent(belief.after)))
        for belief in update.beliefs
    ]
    return Table("Probability", ("", "before", "now"), tuple(rows))


def asked_table(update: Update) -> Table:
    """Return what was asked before and now."""
    rows = []
    for shift in update.asked:
        figure = statistic_of(shift.statistic, update.scenario)
        unit = unit_of(figure.unit)
        rows.append(Row(figure.short, (unit.estimate(shift.before), unit.estimate(shift.after))))
    return Table("Asked", ("", "before", "now"), tuple(rows))


def weight_table(update: Update) -> Table:
    """Return the weights of the alternatives before and now."""
    rows = [
        Row(f"if {weight.clause}", (percent(weight.before), percent(weight.after)))
        for weight in update.alternatives
    ]
    return Table("Weight of each alternative", ("", "before", "now"), tuple(rows))


def spread_table(title: str, spreads: Sequence[Spread]) -> Table:
    """Return a line that names each number, then its quantiles before and now."""
    rows = []
    for spread in spreads:
        unit = unit_of(spread.unit)
        before, now = (
            tuple(map(unit.amount, quantiles)) for quantiles in (spread.before, spread.after)
        )
        rows.append(Row(unit.label(name_of(spread)), ("", "", "")))
        rows += [Row("before", before, weight="dim"), Row("now", now)]
    return Table(title, ("", "P10", "P50", "P90"), tuple(rows), is_dense=True)


def print_update(update: Update, out: Console) -> None:
    """Print the headline probabilities and amounts before and after, and the inputs that moved."""
    count, effective = len(update.hitting), update.posterior.effective
    out.print(Text(update.scenario.name, style="bold"))
    out.print(
        Text(f"{count:,} paths, weighted: effective sample size {effective:,.0f}\n", style="dim")
    )
    out.print(Text(finding_by_what(update)))
    for place in update.places:
        out.print(Text(place, style="dim"))
    for sentence in overlap_sentences(update.observations):
        out.print(Text(sentence))
    out.print()
    out.print(printed(belief_table(update)))
    if update.asked:
        out.print(printed(asked_table(update)))
    if update.alternatives:
        out.print(printed(weight_table(update)))
    out.print(printed(spread_table("Outcomes", update.outcomes)))
    out.print()
    if update.inputs:
        moved = update.inputs[:MOST_SHOWN]
        title = f"Inputs that moved, the most first ({len(moved)} of {len(update.inputs)})"
        out.print(printed(spread_table(title, moved)))
    else:
        out.print(Text("No input moved by more than chance."))
    out.print(Text(f"\n{DISCLAIMER}", style="dim"))
