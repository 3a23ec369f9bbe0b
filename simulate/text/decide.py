"""A decision in words: what its options pay, and what it is worth to know an input first."""

from rich.console import Console
from rich.text import Text

from simulate.analysis.compare import under_alternatives
from simulate.analysis.decide import Weighed
from simulate.engine.result import DISCLAIMER
from simulate.scenario.inputs import ALTERNATIVE
from simulate.scenario.schema import Decision

from .alternatives import figure_cell
from .compare import common_sentence
from .numbers import PLAIN, SHARE, number, unit_of
from .sentences import capitalized, with_full_stop
from .tables import Row, Table, printed


def finding(weighed: Weighed) -> str:
    """Return what to do, and what would be good to know first."""
    best = f"{capitalized(weighed.best)} pays most"
    if not weighed.everything.value > 0.0:
        return f"{best}, whatever there is to know"
    everything = f"{weighed.everything.value:.2g}"
    if not weighed.telling:
        return f"{best}; knowing everything is worth {everything} bn, no input alone anything"
    key, known = next(iter(weighed.telling.items()))
    worth = f"{known.worth.value:.2g}"
    return f"{best}; knowing {key} is worth {worth} bn, knowing everything {everything}"


def rule(weighed: Weighed, key: str) -> str:
    """Return what to do once an input is known, such as ``rent below 0.68``."""
    if key == ALTERNATIVE:
        return _rule_by_alternative(weighed)
    turn = weighed.inputs[key].turn()
    if turn is None:
        return "no single limit decides"
    unit = weighed.units[key].removeprefix("share")
    limit = f"{PLAIN.significant(turn.limit, 3)} {unit}".rstrip()
    if turn.below == weighed.payoffs.best:
        return f"{weighed.options[turn.above]} above {limit}"
    return f"{weighed.options[turn.below]} below {limit}"


def _rule_by_alternative(weighed: Weighed) -> str:
    """Return what else to do under which alternative."""
    chosen = weighed.inputs[ALTERNATIVE].gains.argmax(axis=1)
    return ", ".join(
        f"{weighed.options[option]} if {each.clause}"
        for option, each in zip(chosen, weighed.scenario.possible_alternatives, strict=True)
        if option != weighed.payoffs.best
    )


def payoff(decision: Decision) -> str:
    """Return what a path pays."""
    year = decision.year
    words = {
        "free cash flow": f"free cash flow to the end of {year}",
        "cash": f"cash at the end of {year}",
    }[decision.payoff]
    if decision.discount_rate > 0.0:
        words += f", discounted by {SHARE.significant(decision.discount_rate, 3)} a year"
    if decision.out_of_cash_cost > 0.0:
        words += f", less {decision.out_of_cash_cost:g} bn where cash runs out by then"
    return f"{words}; bn USD"


def options_table(weighed: Weighed) -> Table:
    """Return what each option pays, alone and against the best, and how often it pays most."""
    payoffs = weighed.payoffs
    chosen = payoffs.paid.argmax(axis=1)
    rows = []
    for place, option in enumerate(weighed.options):
        is_best = place == payoffs.best
        behind = "" if is_best else number(payoffs.behind(place))
        best_in = f"{SHARE.rounded(float((chosen == place).mean()), 1)} of paths"
        cells = (number(payoffs.expected(place)), behind, best_in)
        rows.append(Row(option, cells, weight="bold" if is_best else ""))
    columns = ("option", "expected payoff", "against the best", "the best in")
    return Table("", columns, tuple(rows), is_dense=True)


def asked_table(weighed: Weighed) -> Table:
    """Return what was asked under each option, and how far it is from that of the best."""
    best, rows = weighed.payoffs.best, []
    for figure, told in zip(weighed.figures, zip(*weighed.told, strict=True), strict=True):
        unit = unit_of(figure.unit)
        rows.append(Row(figure.short, ("", "")))
        for place, (option, reading) in enumerate(zip(weighed.options, told, strict=True)):
            value = figure_cell(unit, reading.estimate, under_alternatives(reading))
            apart = "" if place == best else unit.change(reading.change_from(told[best]))
            rows.append(Row(option, (value, apart), weight="bold" if place == best else ""))
    return Table("Asked", ("", "under the option", "against the best"), tuple(rows), is_dense=True)


def worth_table(weighed: Weighed) -> Table:
    """Return what knowing everything and each telling input is worth, and what to do then."""
    rows = [Row("everything", (number(weighed.everything), ""))]
    rows += [Row(k, (number(known.worth), rule(weighed, k))) for k, known in weighed.most_telling]
    return Table(
        "What it is worth to know it before deciding, bn USD",
        ("", "worth", "then"),
        tuple(rows),
        is_dense=True,
        ends_in_words=True,
    )


def bound_of_others(weighed: Weighed) -> str:
    """Return what none of the inputs that are not telling is worth; empty if there are none."""
    rest = [known.worth.high for k, known in weighed.inputs.items() if k not in weighed.telling]
    if not rest:
        return ""
    bound = (
        f"is worth more than {max(rest):.2g} bn" if max(rest) > 0.0 else "alone changes the choice"
    )
    return f"None of the {len(rest)} {'other ' if weighed.telling else ''}inputs {bound}."


def print_decision(weighed: Weighed, name: str, out: Console) -> None:
    """Print what the options pay, and what knowing pays, under the scenario's name."""
    decision = weighed.decision
    out.print(Text(name, style="bold"))
    out.print(Text(with_full_stop(f"Decision: {decision.title}")))
    out.print(Text(f"A path pays {payoff(decision)}.\n"))
    out.print(printed(options_table(weighed)))
    out.print()
    for option, told in decision.options.items():
        out.print(Text(f"{option}: {told.title or option}"))
    out.print()
    if weighed.figures:
        out.print(printed(asked_table(weighed)))
        out.print()
    out.print(printed(worth_table(weighed)))
    out.print()
    out.print(Text(f"{finding(weighed)}."))
    if others := bound_of_others(weighed):
        out.print(Text(others))
    out.print(Text(f"\n{common_sentence(weighed.common)} {DISCLAIMER}", style="dim"))
