"""``simulate fit``."""

from pathlib import Path
from typing import Annotated

import typer

from simulate.scenario import ScenarioError
from simulate.text.terminal import console

from .session import Force, draw


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
    from simulate.output.new_file import new_picture
    from simulate.scenario.column import find_column
    from simulate.scenario.notation import Notation

    try:
        stated = Notation(separator, decimal, thousands)
    except ValueError as error:
        raise ScenarioError(f"--{error}") from None
    values, told = find_column(data, column, stated)
    picture = new_picture(out, data.stem, "fit", force)
    from simulate.analysis.fit import fit, list_left_out
    from simulate.text.fit import left_out_sentences, print_fits

    fits = fit(values)
    if told.stated:
        console().print(f"Told from {data.name}: {told.in_words()}\n", soft_wrap=True, markup=False)
    print_fits(fits, key, f"{data.name}: {column}", console())
    for sentence in left_out_sentences(list_left_out(fits, values)):
        console().print(sentence, soft_wrap=True)
    from simulate.plots.fit import plot_fit

    draw("Fits", picture, plot_fit, fits, values, f"{data.name}: {column}")
