"""How two scenarios' assumptions differ, in words."""

from collections.abc import Iterator

from .correlations import correlated_pairs
from .distributions import Uncertain
from .inputs import Input, list_inputs
from .quarters import format_quarter
from .schema import Scenario

LEVELS = (0.1, 0.5, 0.9)
# Closer than this, part of the spread, two quantiles are the same.
SAME = 1e-6
WIDER = 1.05


def describe_difference(before: Scenario, after: Scenario) -> list[str]:
    """Return one line for each way in which the second scenario differs from the first.

    Parameters
    ----------
    before, after
        Validated scenarios.

    Returns
    -------
    list of str
        Empty if they assume the same; sources and sampling do not count.
    """
    return [*_frame(before, after), *_inputs(before, after), *_correlations(before, after)]


def _frame(before: Scenario, after: Scenario) -> Iterator[str]:
    for name, read in {
        "horizon": lambda s: (
            f"{format_quarter(s.horizon.first_quarter)} to {format_quarter(s.horizon.last_quarter)}"
        ),
        "target of gross margin": lambda s: f"{s.targets.gross_margin:.0%}",
        "quarters that it must hold": lambda s: f"{s.targets.hold_quarters}",
        "projected year": lambda s: f"{s.targets.projected_year or 'none'}",
        "projected margin": lambda s: s.targets.projected_margin,
        "joint extremes": lambda s: tails_in_words(s.copula.degrees_of_freedom),
        "quarterly shocks": lambda s: tails_in_words(s.shocks.degrees_of_freedom),
    }.items():
        if read(before) != read(after):
            yield f"{name}: {read(before)} becomes {read(after)}"
    for kind in ("segments", "hardware", "funding"):
        old = {member.name: member for member in getattr(before, kind)}
        new = {member.name: member for member in getattr(after, kind)}
        yield from (f"{kind}: {name} is left out" for name in old if name not in new)
        yield from (f"{kind}: {name} is added" for name in new if name not in old)
        for name in (name for name in old if name in new):
            yield from _dates(f"{kind}.{name}", old[name], new[name])


def _dates(key: str, old: object, new: object) -> Iterator[str]:
    """Tell how what is no input differs: dates, chances, known losses."""
    for field in ("starts", "quarter", "first_quarter", "last_quarter", "life_years", "chance"):
        a, b = getattr(old, field, None), getattr(new, field, None)
        if a != b:
            yield f"{key}.{field}: {_plain(field, a)} becomes {_plain(field, b)}"
    losses = [getattr(member, "known_losses", ()) for member in (old, new)]
    if losses[0] != losses[1]:
        shown = ", ".join(
            f"{loss.share:.0%} in {format_quarter(loss.quarter)}" for loss in losses[1]
        )
        yield f"{key}: known losses become {shown or 'none'}"


def _inputs(before: Scenario, after: Scenario) -> Iterator[str]:
    old = {member.key: member for member in list_inputs(before)}
    new = {member.key: member for member in list_inputs(after)}
    for key, member in new.items():
        if key in old and (line := _moved(old[key], member)):
            yield line


def _moved(old: Input, new: Input) -> str:
    """Return how an input's distribution differs, or nothing."""
    a = [old.distribution.quantile(level) for level in LEVELS]
    b = [new.distribution.quantile(level) for level in LEVELS]
    scale = max(abs(a[2] - a[0]), abs(b[2] - b[0]), 1e-9 * abs(a[1]), 1e-300)
    if all(abs(x - y) <= SAME * scale for x, y in zip(a, b, strict=True)):
        kinds = [kind_of(member.distribution) for member in (old, new)]
        return "" if kinds[0] == kinds[1] else f"{new.key}: {kinds[0]} becomes {kinds[1]}"
    unit = new.quantity.unit
    words = f"{new.key}: {_shown(old.distribution, a)} becomes {_shown(new.distribution, b)} {unit}"
    return f"{words} ({', '.join(_ways(a, b))})"


def _ways(a: list[float], b: list[float]) -> list[str]:
    ways = ["higher" if b[1] > a[1] else "lower"] if b[1] != a[1] else []
    before, after = a[2] - a[0], b[2] - b[0]
    if before == 0.0 < after:
        ways.append("now uncertain")
    elif after == 0.0 < before:
        ways.append("now certain")
    elif after > WIDER * before:
        ways.append("wider")
    elif before > WIDER * after:
        ways.append("narrower")
    return ways or ["another shape"]


def _correlations(before: Scenario, after: Scenario) -> Iterator[str]:
    old, new = correlated_pairs(before), correlated_pairs(after)
    for pair in [*old, *(pair for pair in new if pair not in old)]:
        a, b = old.get(pair, 0.0), new.get(pair, 0.0)
        if a != b:
            yield f"correlation of {' and '.join(sorted(pair))}: {a:g} becomes {b:g}"


def kind_of(distribution: Uncertain) -> str:
    """Return the family that a distribution is of."""
    return str(getattr(distribution, "distribution", "certain"))


def _shown(distribution: Uncertain, quantiles: list[float]) -> str:
    if distribution.is_certain:
        return f"{quantiles[1]:.4g}"
    return " / ".join(f"{value:.4g}" for value in quantiles)


def tails_in_words(degrees: float | None) -> str:
    """Return how often extremes come, normal or Student's."""
    return "normal" if degrees is None else f"Student-t of {degrees:g} degrees of freedom"


def _plain(field: str, value: int | float | None) -> str:
    if value is None:
        return "none"
    return format_quarter(int(value)) if field.endswith(("quarter", "starts")) else f"{value:g}"
