"""``simulate schema`` and ``simulate init``: what a scenario of one's own begins with."""

from pathlib import Path
from typing import Annotated

import typer

from simulate.answer import console
from simulate.interruption import uninterrupted
from simulate.scenario import packaged_configs
from simulate.scenario.json_schema import SCHEMA_FILE, schema_text

from .files import refuse_existing, write_new
from .options import Force

STARTER = "starter.toml"


def schema(
    out: Annotated[Path | None, typer.Option(help="File to write; printed if not given.")] = None,
    force: Force = False,
) -> None:
    """Write the JSON Schema of scenario files, for editors that complete and underline."""
    if out is None:
        typer.echo(schema_text(), nl=False)
    else:
        write_new(out, schema_text(), force)
        console().print(f"JSON Schema: {out}", soft_wrap=True)


def init(
    file: Annotated[Path, typer.Argument(help="Scenario to write.")] = Path("scenario.toml"),
    force: Force = False,
) -> None:
    """Write a commented scenario to start from, and its JSON Schema beside it."""
    starter = (packaged_configs() / STARTER).read_text(encoding="utf-8")
    beside = file.parent / SCHEMA_FILE
    refuse_existing(file, force)
    with uninterrupted(f"{file} was written"):
        if not beside.exists() or force:
            write_new(beside, schema_text(), force)
        write_new(file, starter, force)
    console().print(f"Scenario: {file}\nNow: simulate check {file}", soft_wrap=True)
