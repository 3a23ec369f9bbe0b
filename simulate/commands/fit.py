"""``simulate fit``."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.text import Text

from simulate.scenario import ScenarioError
from simulate.text.terminal import console, table

from .session import Force, new_picture, save_drawn

if TYPE_CHECKING:
    from simulate.analysis.fit import Fit


def fit(
    data: Annotated[Path, typer.Argument(help="A CSV or Parquet file.")],
    column: Annotated[str, typer.Option(help="The column of numbers.")],
    separator: Annotated[
        str | None,
        typer.Option(metavar="SIGN", help='Between columns, such as ";", or "tab".'),
    ] = None,
    decimal: Annotated[
        str | None, typer.Option(metavar="SIGN", help='The decimal sign, "." or ",".')
    ] = None,
    thousands: Annotated[
        str | None,
        typer.Option(metavar="SIGN", help='Between groups of digits, such as "," or " ".'),
    ] = None,
    key: Annotated[str, typer.Option(help="Key of the input in what is printed.")] = "input",
    out: Annotated[
        Path | None, typer.Option(help="Picture to write.", show_default="in results/<data>")
    ] = None,
    force: Force = False,
) -> None:
    """Fit distributions to data, rank them, and print the TOML to paste.

    Each line below the column's name is a row, a blank one as well, and each row must hold a
    number. Signs that are not stated are told from the file where they are beyond doubt.
    """
    from simulate.analysis.fit import fit as fit_data
    from simulate.analysis.fit import list_left_out
    from simulate.plots.fit import plot_fit
    from simulate.scenario.column import find_column
    from simulate.scenario.notation import Notation

    try:
        stated = Notation(separator, decimal, thousands)
    except ValueError as error:
        raise ScenarioError(f"--{error}") from None
    values, told = find_column(data, column, stated)
    picture = new_picture(out, data.stem, "fit", force)
    fits = fit_data(values)
    if told.stated:
        console().print(f"Told from {data.name}: {told.in_words()}\n", soft_wrap=True, markup=False)
    print_fits(fits, key, f"{data.name}: {column}", console())
    left_out = list_left_out(fits, values)
    for reason in dict.fromkeys(left_out.values()):
        titles = ", ".join(title for title in left_out if left_out[title] == reason)
        console().print(Text(f"Left out: {titles} ({reason})"), soft_wrap=True)
    save_drawn(picture, plot_fit, fits, values, f"{data.name}: {column}")
    console().print(f"Fits drawn: {picture}", soft_wrap=True)


def print_fits(fits: Sequence["Fit"], key: str, source: str, out: Console) -> None:
    """Print fitted families, the best first, and the line to paste of each that was tested."""
    from simulate.analysis.fit import UNLIKELY, best_in_words

    out.print(Text(f"{best_in_words(fits)}.\n"))
    shown = table("Fitted by maximum likelihood", "family", "AIC", "KS distance", "p-value")
    for fit in fits:
        p = "" if fit.p_value is None else f"{fit.p_value:.2f}"
        shown.add_row(fit.title, f"{fit.aic:.1f}", f"{fit.distance:.3f}", p)
    out.print(shown)
    out.print(
        Text(f"A p-value below {UNLIKELY} speaks against a family. To paste, the best first:\n")
    )
    for fit in fits[:3]:
        out.print(Text(fit.toml(key, source)), soft_wrap=True)
