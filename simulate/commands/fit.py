"""``simulate fit``."""

from pathlib import Path
from typing import Annotated

import typer

from simulate.plots import plot_of
from simulate.scenario import ScenarioError
from simulate.text.terminal import console

from .pictures import NoPictures, Open, Pictures, asked_pictures
from .session import Force


def fit(
    data: Annotated[Path, typer.Argument(help="A CSV or Parquet file.")],
    column: Annotated[
        str | None,
        typer.Option(help="The column of numbers.", show_default="the only one with numbers"),
    ] = None,
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
    pictures: Pictures = None,
    no_pictures: NoPictures = False,
    opened: Open = False,
    force: Force = False,
) -> None:
    """Fit distributions to data, rank them, and print the TOML to paste.

    Each line below the column's name is a row, a blank one as well, and each row must hold a
    number. Signs that are not stated are told from the file where they are beyond doubt.
    """
    from simulate.scenario.column import find_column
    from simulate.scenario.notation import Notation

    drawn = asked_pictures(pictures, no_pictures, opened, out)
    try:
        stated = Notation(separator, decimal, thousands)
    except ValueError as error:
        raise ScenarioError(f"--{error}") from None
    values, told, name = find_column(data, column, stated)
    picture = drawn.picture(data.stem, "fit", force)
    from simulate.analysis.fit import fit, list_left_out
    from simulate.text.fit import left_out_sentences, print_fits

    fits = fit(values)
    if told.stated:
        console().print(f"Told from {data.name}: {told.in_words()}\n", soft_wrap=True, markup=False)
    print_fits(fits, key, f"{data.name}: {name}", console())
    for sentence in left_out_sentences(list_left_out(fits, values)):
        console().print(sentence, soft_wrap=True, markup=False)
    drawn.draw("Fits", picture, plot_of("fit", "plot_fit"), fits, values, f"{data.name}: {name}")
