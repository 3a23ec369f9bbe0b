"""A discovery in words: the rule, and how it does on held-out paths."""

import math

from rich.console import Console
from rich.text import Text

from simulate.analysis.discover import Discovery, Feature, Limit
from simulate.engine.result import DISCLAIMER

from .alternatives import Chance, chance_of
from .numbers import SHARE, percent, unit_of
from .sentences import capitalized, listed
from .tables import Row, Table, printed


def finding(discovery: Discovery) -> str:
    """Return how often it happens inside the rule, and how often at all."""
    happens = discovery.event.in_words(discovery.scenario)
    if not discovery.separates:
        return f"No rule separates the paths in which {happens}"
    density, overall = (chance.cell for chance in _chances(discovery))
    return f"{capitalized(happens)}: in {density} of the paths inside the rule, in {overall} of all"


def _chances(discovery: Discovery) -> tuple[Chance, Chance]:
    """Return how often it happens inside the rule, and how often at all."""
    return (
        chance_of(discovery.density, discovery.density_under),
        chance_of(discovery.overall, discovery.overall_under),
    )


def rule_sentences(discovery: Discovery) -> str:
    """Return what separates the paths in which it happens, and how many these are."""
    happens = discovery.event.in_words(discovery.scenario)
    density, overall = _chances(discovery)
    if not discovery.separates:
        return f"Nothing found separates the paths in which {happens} ({overall.cell})."
    rule = listed(map(limit_in_words, discovery.limits))
    return (
        f"{capitalized(happens)} in {density.cell} of the paths with {rule}, against "
        f"{overall.of(' of all')}. These are {percent(discovery.mass)} of all paths, and "
        f"{percent(discovery.coverage)} of those in which it happens."
    )


def limit_in_words(limit: Limit) -> str:
    """Return a limit of the rule, such as ``price erosion below 0.4 log/yr``."""
    title = limit.feature.title
    if limit.feature.is_indicator:
        return title if limit.low > 0.0 else f"another than {title}"
    low, high = (_written(limit.feature, end) for end in (limit.low, limit.high))
    if math.isinf(limit.high):
        return f"{title} above {low}"
    if math.isinf(limit.low):
        return f"{title} below {high}"
    return f"{title} of {low}" if limit.low == limit.high else f"{title} from {low} to {high}"


def _written(feature: Feature, value: float) -> str:
    """Return a value with its unit, a rate in logarithms also as what a year multiplies by."""
    if (unit := unit_of(feature.unit)).sign:
        return unit.significant(value, 6)
    more = f" (×{math.exp(value):.2f} a year)" if feature.unit == "log/yr" else ""
    return f"{value:g} {feature.unit}{more}".rstrip()


def judged_table(discovery: Discovery) -> Table:
    """Return density, coverage and mass of the rule on the held-out paths."""
    density, overall = _chances(discovery)
    rows = [
        ("in which it happens, of all", overall.cell),
        ("in which it happens, of those inside (density)", density.cell),
        ("  on the half that it was found on", SHARE.rounded(discovery.density_found, 1)),
    ]
    if len(discovery.limits) > 1:
        rows += [
            (f"  without {limit.feature.title}", percent(limit.density_without))
            for limit in discovery.limits
        ]
    rows += [
        ("inside, of those in which it happens (coverage)", percent(discovery.coverage)),
        ("inside, of all (mass)", percent(discovery.mass)),
    ]
    title = "On the half that the rule was not found on"
    return Table(title, ("", "share of paths"), tuple(Row(name, (cell,)) for name, cell in rows))


def print_discovery(discovery: Discovery, out: Console) -> None:
    """Print the rule, and how it does on held-out paths."""
    out.print(Text(discovery.scenario.name, style="bold"))
    out.print(Text(f"{len(discovery.outcomes):,} paths; found on half of them\n", style="dim"))
    out.print(Text(rule_sentences(discovery)))
    out.print()
    if discovery.limits:
        out.print(printed(judged_table(discovery)))


def print_disclaimer(out: Console) -> None:
    """Print what a discovery is not."""
    out.print(Text(DISCLAIMER, style="dim"))
