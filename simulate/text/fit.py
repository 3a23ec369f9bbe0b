"""Fitted distributions in words: which fits best, all in a table, and lines to paste."""

from collections.abc import Mapping, Sequence

from rich.console import Console
from rich.text import Text

from simulate.analysis.fit import UNLIKELY, Fit

from .tables import Row, Table, printed

MOST_PASTED = 3


def finding(fits: Sequence[Fit]) -> str:
    """Return which family fits best, and whether the values speak against it."""
    best = fits[0]
    found = f"Of {len(fits)} families the {best.title} fits best"
    if best.p_value is None:
        return found
    if best.p_value < UNLIKELY:
        return f"{found}, yet the values speak against it (p = {best.p_value:.2g})"
    return f"{found}; the values don't speak against it (p = {best.p_value:.2g})"


def left_out_sentences(left_out: Mapping[str, str]) -> list[str]:
    """Say which families have no fit, those of one reason together."""
    titles: dict[str, list[str]] = {}
    for title, reason in left_out.items():
        titles.setdefault(reason, []).append(title)
    return [f"Left out: {', '.join(alike)} ({reason})" for reason, alike in titles.items()]


def fit_table(fits: Sequence[Fit]) -> Table:
    """Return the fitted families, the best first."""
    rows = []
    for fit in fits:
        p = "" if fit.p_value is None else f"{fit.p_value:.2f}"
        rows.append(Row(fit.title, (f"{fit.aic:.1f}", f"{fit.distance:.3f}", p)))
    columns = ("family", "AIC", "KS distance", "p-value")
    return Table("Fitted by maximum likelihood", columns, tuple(rows))


def print_fits(fits: Sequence[Fit], key: str, source: str, out: Console) -> None:
    """Print fitted families, the best first, and the line to paste of each that was tested."""
    out.print(Text(f"{finding(fits)}.\n"))
    out.print(printed(fit_table(fits)))
    out.print(
        Text(f"A p-value below {UNLIKELY} speaks against a family. To paste, the best first:\n")
    )
    for fit in fits[:MOST_PASTED]:
        out.print(Text(fit.toml(key, source)), soft_wrap=True)
